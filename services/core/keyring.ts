/** Keyrings: roots of 256 random bits, and the keys that are derived from them for each purpose. */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

export const keyState = z.enum(['next', 'current', 'previous']);
export type KeyState = z.infer<typeof keyState>;

export const keyEntry = z.strictObject({
  /** Stands before a dot in headers, so it has none itself. */
  kid: z.string().regex(/^[\w-]{1,128}$/),
  created: z.iso.datetime(),
  notAfter: z.iso.datetime().nullable(),
  state: keyState,
  /** 32 bytes or more, base64. */
  value: z.string().min(16),
});
export type KeyEntry = z.infer<typeof keyEntry>;

export const keyring = z.strictObject({ keys: z.array(keyEntry).min(1) });
export type Keyring = z.infer<typeof keyring>;

/** A new root entry of 256 random bits. */
export function newKeyEntry(now: Date, state: KeyState = 'current'): KeyEntry {
  const value = randomBytes(32).toString('base64');
  return { kid: kidOf(value), created: now.toISOString(), notAfter: null, state, value };
}

/** Adopts a key that a person gave (INTERNAL_API_KEY, JWT_SECRET); it is never written or rotated. */
export function adoptKey(given: string, now: Date): KeyEntry {
  const value = Buffer.from(given, 'utf8').toString('base64');
  return { kid: kidOf(value), created: now.toISOString(), notAfter: null, state: 'current', value };
}

/** A key's name: tells keys apart, says nothing about their value. */
function kidOf(value: string): string {
  return createHash('sha256').update(`kid\n${value}`).digest('hex').slice(0, 12);
}

/**
 * Derives 32 bytes for one purpose by HKDF-SHA-256 (RFC 5869), so that one rotation of the root
 * turns all keys, and no holder of one learns another.
 */
export function deriveKey(root: KeyEntry, purpose: string): Buffer {
  return Buffer.from(
    hkdfSync('sha256', Buffer.from(root.value, 'base64'), 'duckmon/v1', purpose, 32),
  );
}

/** The entry to sign with. */
export const currentKey = <T extends { state: KeyState }>(keys: readonly T[]): T | undefined =>
  keys.find((key) => key.state === 'current');
