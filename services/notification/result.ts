/** What an attempt to deliver means for the delivery: done, later, never, or nobody knows. */
import type { DeliverResult } from '../core/contracts/notification.ts';
import { EgressError } from '../core/egress/transport.ts';
import { cleanProse } from '../domain/prose.ts';

export const accepted = (providerId: string | null = null): DeliverResult => ({
  kind: 'accepted',
  providerId,
});
export const rejected = (reason: string): DeliverResult => ({ kind: 'rejected', reason });
export const retry = (reason: string, retryAfterSeconds: number | null = null): DeliverResult => ({
  kind: 'retry',
  reason,
  retryAfterSeconds,
});
export const unknown = (reason: string): DeliverResult => ({ kind: 'unknown', reason });

/** Longest wait that a provider may ask for, in seconds. */
const LONGEST_WAIT = 24 * 3600;

/**
 * The meaning of an HTTP status.
 * @param who such as `Slack`, for the reason
 */
export function fromStatus(
  who: string,
  status: number,
  retryAfter: string | undefined,
  now: Date,
  detail = '',
): DeliverResult {
  const said = detail === '' ? '' : `: ${detail}`;
  if (status >= 200 && status < 300) return accepted();
  if (status >= 300 && status < 400)
    return rejected(
      `${who} answered with a redirect (${status}), which is not followed; set the final address`,
    );
  if (status === 429 || status === 408 || status === 425 || status >= 500)
    return retry(`${who} answered with status ${status}${said}`, waitOf(retryAfter, now));
  return rejected(`${who} answered with status ${status}${said}`);
}

/** Reads Retry-After, in seconds or as a date; null when it is absent or unreadable. */
export function waitOf(retryAfter: string | undefined, now: Date): number | null {
  const value = retryAfter?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value), LONGEST_WAIT);
  const at = Date.parse(value);
  if (value === '' || Number.isNaN(at)) return null;
  return Math.min(Math.max(0, Math.ceil((at - now.getTime()) / 1000)), LONGEST_WAIT);
}

/** The meaning of a failure before anything was sent. */
export function fromUnsent(who: string, error: unknown): DeliverResult {
  if (error instanceof EgressError && error.code === 'refused')
    return rejected(`The address of ${who} is not allowed: it is private or not on the allow-list`);
  return retry(`${who} cannot be reached (${codeOf(error)})`);
}

/** A code of an error, without its text: that may hold an address which is a secret. */
export function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as Error & { code?: unknown };
    if (typeof code === 'string' && code !== '') return code;
  }
  return error instanceof Error ? error.name : 'error';
}

/** A short excerpt of what a provider said, without links and markup. */
export const excerpt = (text: string): string => cleanProse(text.slice(0, 500)).slice(0, 160);
