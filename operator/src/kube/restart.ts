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

/** A stream that lived so long was a good one, whatever it brought: no backoff after it. */
const GOOD_STREAM_MS = 30_000;
/** One that brought something need not live longer than this. */
const GOOD_WITH_EVENTS_MS = 1_000;
const FIRST_BACKOFF_MS = 800;
const LAST_BACKOFF_MS = 30_000;

/** How one stream went. */
export interface Stream {
  readonly livedMs: number;
  /** Events and bookmarks that the store took. */
  readonly events: number;
  readonly error?: unknown;
}

export interface Restart {
  /** How many poor streams there were in a row. */
  readonly poor: number;
  readonly waitMs: number;
}

/** A connection is cut now and then: the first time is no reason to be blind. */
const isGood = ({ livedMs, events }: Stream, poor: number): boolean =>
  livedMs >= GOOD_STREAM_MS || (events > 0 && (livedMs >= GOOD_WITH_EVENTS_MS || poor === 0));

/**
 * Backoff with full jitter, 800 ms doubling to 30 s; at once after a good stream. What a busy server
 * asks for is the least, up to 30 s.
 * @param poor streams in a row before this one.
 */
export function restartAfter(stream: Stream, poor: number, random: number): Restart {
  const { livedMs, error } = stream;
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  const leastMs = Math.min(asked, LAST_BACKOFF_MS);
  if (isGood(stream, poor))
    return { poor: livedMs >= GOOD_WITH_EVENTS_MS ? 0 : 1, waitMs: leastMs };
  const backoff = random * Math.min(FIRST_BACKOFF_MS * 2 ** poor, LAST_BACKOFF_MS);
  return { poor: poor + 1, waitMs: Math.max(backoff, leastMs) };
}
