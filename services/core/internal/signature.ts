/** The signed header of calls between services (design 5.2). */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

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

/** HMAC-SHA-256 over the parts, base64url. */
export function signParts(key: Buffer, parts: SignedParts): string {
  const bodyHash = createHash('sha256').update(parts.body).digest('hex');
  const { method, path, timestamp, nonce, audience } = parts;
  const text = ['v1', method, path, bodyHash, timestamp, nonce, audience].join('\n');
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares two texts in a time that depends on neither. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
