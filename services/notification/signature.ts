/** Signs webhooks, and checks a signature as a receiver should. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const TIMESTAMP_HEADER = 'X-Duckmon-Timestamp';
export const DELIVERY_HEADER = 'X-Duckmon-Delivery';
export const SIGNATURE_HEADER = 'X-Duckmon-Signature';

/** A receiver refuses what was signed longer ago, or further in the future, than this. */
export const REPLAY_WINDOW_SECONDS = 300;

const SCHEME = 'v1=';

/**
 * The value of `X-Duckmon-Signature`: one `v1=<hex HMAC-SHA-256(secret, timestamp + "." + body)>` for
 * each secret, the current one first, separated by commas.
 * @param timestamp seconds since the epoch, as sent in `X-Duckmon-Timestamp`
 */
export const signWebhook = (secrets: readonly string[], timestamp: string, body: string): string =>
  secrets.map((secret) => `${SCHEME}${mac(secret, timestamp, body).toString('hex')}`).join(',');

export type WebhookCheck =
  | { readonly ok: true; readonly deliveryId: string; readonly at: Date }
  | { readonly ok: false; readonly why: 'missing' | 'malformed' | 'outsideWindow' | 'mismatch' };

/**
 * Checks one webhook. Receivers also keep the delivery ids of the last ten minutes and drop repeats:
 * a delivery keeps its id when it is sent again.
 * @param headers names in any case
 * @param body the bytes as received, before any parsing
 */
export function verifyWebhook(
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string | Buffer,
  now: Date,
): WebhookCheck {
  const timestamp = headerOf(headers, TIMESTAMP_HEADER);
  const signature = headerOf(headers, SIGNATURE_HEADER);
  const deliveryId = headerOf(headers, DELIVERY_HEADER);
  if (timestamp === '' || signature === '' || deliveryId === '')
    return { ok: false, why: 'missing' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, why: 'malformed' };
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (age > REPLAY_WINDOW_SECONDS) return { ok: false, why: 'outsideWindow' };
  const wanted = mac(secret, timestamp, body);
  const holds = signature
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(SCHEME))
    .map((part) => sameBytes(Buffer.from(part.slice(SCHEME.length), 'hex'), wanted))
    .includes(true);
  return holds
    ? { ok: true, deliveryId, at: new Date(Number(timestamp) * 1000) }
    : { ok: false, why: 'mismatch' };
}

const mac = (secret: string, timestamp: string, body: string | Buffer): Buffer =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();

const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  const value = found?.[1];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
