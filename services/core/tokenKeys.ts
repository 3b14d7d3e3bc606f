/** The keys of tokens (EdDSA): derived from their root ring, and as they are published. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { deriveKey, type Keyring, type KeyState } from './keyring.ts';

/** A key that signs tokens, as its file has it. */
export interface SigningSeed {
  readonly kid: string;
  readonly state: KeyState;
  /** Ed25519 seed (RFC 8032), base64. */
  readonly seed: string;
}

/** RFC 8037. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** One key for each entry of the ring. */
export const signingSeeds = (root: Keyring): SigningSeed[] =>
  root.keys.map((entry) => ({
    kid: entry.kid,
    state: entry.state,
    seed: deriveKey(entry, 'jwt/ed25519').toString('base64'),
  }));

/** @param key private or public. */
export function publicJwk(kid: string, key: KeyObject): PublicJwk {
  const { x = '' } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
}
