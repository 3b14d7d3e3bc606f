/** The signed header of calls between services (design 5.2). */
import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { remembered } from '../remembered.ts';

export const KEY_HEADER = 'x-internal-api-key';
export const TIME_HEADER = 'x-internal-timestamp';
export const NONCE_HEADER = 'x-internal-nonce';
export const KIDS_HEADER = 'x-internal-kids';

/** Everything that a signature binds. */
export interface SignedParts {
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly body: Buffer;
  /** Milliseconds since the epoch, decimal. */
  readonly timestamp: string;
  readonly nonce: string;
  /** Service and the address called, such as `browser@127.0.0.1:8001`. */
  readonly audience: string;
}

/** The key that a key file holds in base64. */
export const signingKey: (base64: string) => KeyObject = remembered((base64) =>
  createSecretKey(Buffer.from(base64, 'base64')),
);

/** HMAC-SHA-256 over the parts, base64url. */
export function signParts(key: KeyObject, parts: SignedParts): string {
  const bodyHash = hash('sha256', parts.body, 'hex');
  const { method, path, timestamp, nonce, audience } = parts;
  const text = ['v1', method, path, bodyHash, timestamp, nonce, audience].join('\n');
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares two texts in a time that depends on neither. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
