/** Tokens as a test wants them, right or wrong. */
import { createHmac, sign, type KeyObject } from 'node:crypto';

export interface Header {
  readonly alg: 'RS256' | 'HS256' | 'none';
  readonly kid?: string;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs by what the header says: `none` has no signature, HS256 takes a public key as its secret. */
export function encodeToken(header: Header, claims: object, key: KeyObject): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${signature(header, text, key)}`;
}

function signature({ alg }: Header, text: string, key: KeyObject): string {
  switch (alg) {
    case 'none':
      return '';
    case 'RS256':
      return sign('sha256', Buffer.from(text), key).toString('base64url');
    case 'HS256': {
      const secret = key.export({ type: 'spki', format: 'pem' });
      return createHmac('sha256', secret).update(text).digest('base64url');
    }
    default:
      return alg satisfies never;
  }
}

export const claimsIn = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
