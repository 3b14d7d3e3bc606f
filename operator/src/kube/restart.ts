/** Why a watch ended, and how long to wait before the next. Pure. */
import { ApiError, isExpired } from '../../../services/core/kube/errors.ts';

/**
 * `ended` by the server in its time · `error` broken or refused · `expired` its resourceVersion is
 * too old, list again · `silent` it outlived its time.
 */
export type WatchEnd = 'ended' | 'error' | 'expired' | 'silent';

/** The server should have ended the stream: it, or what lies between, is gone. */
export class SilentStreamError extends Error {
  constructor() {
    super('neither events nor an end from the server');
    this.name = 'SilentStreamError';
  }
}

export function endOf(error: unknown): WatchEnd {
  if (isExpired(error)) return 'expired';
  return error instanceof SilentStreamError ? 'silent' : 'error';
}

/** A stream that lived so long was a good one: no backoff after it. */
const GOOD_STREAM_MS = 30_000;
const FIRST_BACKOFF_MS = 800;
const LAST_BACKOFF_MS = 30_000;

export interface Restart {
  /** How many poor streams there were in a row. */
  readonly poor: number;
  readonly waitMs: number;
}

/**
 * Backoff with full jitter, 800 ms doubling to 30 s; at once after a good stream. What a busy server
 * asks for is the least, up to 30 s.
 * @param poor streams in a row before this one.
 */
export function restartAfter(
  livedMs: number,
  error: unknown,
  poor: number,
  random: number,
): Restart {
  if (livedMs >= GOOD_STREAM_MS) return { poor: 0, waitMs: 0 };
  const backoff = random * Math.min(FIRST_BACKOFF_MS * 2 ** poor, LAST_BACKOFF_MS);
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return { poor: poor + 1, waitMs: Math.max(backoff, Math.min(asked, LAST_BACKOFF_MS)) };
}
