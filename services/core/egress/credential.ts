/** The signed credential by which the egress proxy knows for whom a socket is opened. */
import { createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { currentKey } from '../keyring.ts';
import { remembered } from '../remembered.ts';
import { EGRESS_ISSUERS, ed25519FromSeed, type KeySource } from '../serviceKeys.ts';

export const egressGrant = z.strictObject({
  /** Which service asks: endpoints of the configuration are allowed for their caller only. */
  issuer: z.enum(EGRESS_ISSUERS),
  workspace: z.string().max(64),
  /** What it is for, for the audit: a monitor, a channel, `model` … */
  subject: z.string().max(200),
  /** One check or call; connections are counted by it. */
  id: z.string().max(64),
  /** Milliseconds since the epoch. */
  expires: z.number().int(),
  maxBytes: z.number().int().positive(),
  maxConnections: z.number().int().positive(),
  maxMs: z.number().int().positive(),
});
export type EgressGrant = z.infer<typeof egressGrant>;

/** Caps of a grant when nothing else is asked. */
export const DEFAULT_CAPS = {
  maxBytes: 64 * 1024 * 1024,
  maxConnections: 200,
  maxMs: 120_000,
} as const;

/**
 * Signs a grant with the issuer's current Ed25519 key: `kid.payload.signature`, base64url parts.
 * @throws Error when the issuer holds no key.
 */
export function issueCredential(keys: KeySource, grant: EgressGrant): string {
  const seed = currentKey(keys().egressSeeds);
  if (!seed) throw new Error(`${grant.issuer} holds no key for egress credentials`);
  const payload = Buffer.from(JSON.stringify(grant)).toString('base64url');
  const signature = sign(null, signedText(seed.kid, payload), privateKey(seed.value));
  return `${seed.kid}.${payload}.${signature.toString('base64url')}`;
}

/** Verifies a credential at the proxy; undefined when it does not hold or has expired. */
export function verifyCredential(
  keys: KeySource,
  credential: string,
  now: Date,
): EgressGrant | undefined {
  if (credential.length > MAX_CREDENTIAL) return undefined;
  const [kid = '', payload = '', signature = '', ...rest] = credential.split('.');
  const known = keys().egressPublic.find((key) => key.kid === kid);
  const signatureBytes = strictBase64(signature);
  const payloadBytes = strictBase64(payload);
  if (rest.length > 0 || !known || !signatureBytes || !payloadBytes) return undefined;
  if (!verify(null, signedText(kid, payload), publicKey(known.value), signatureBytes))
    return undefined;
  const grant = egressGrant.safeParse(parseJson(payloadBytes.toString('utf8')));
  if (!grant.success || grant.data.issuer !== known.issuer) return undefined;
  return grant.data.expires > now.getTime() ? grant.data : undefined;
}

const MAX_CREDENTIAL = 4096;

/** One spelling for each value, so that a credential cannot be varied and still hold. */
function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}

/** The name of the user in `Proxy-Authorization: Basic`; the credential is the password. */
export const PROXY_USER = 'duckmon';

/** The value of `Proxy-Authorization` for a credential. */
export const proxyAuthorization = (credential: string): string =>
  `Basic ${Buffer.from(`${PROXY_USER}:${credential}`).toString('base64')}`;

const signedText = (kid: string, payload: string): Buffer =>
  Buffer.from(`duckmon-egress-v1\n${kid}\n${payload}`);

const privateKey = remembered((seed) => ed25519FromSeed(Buffer.from(seed, 'base64')));
const publicKey = remembered((value) =>
  createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' }),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
