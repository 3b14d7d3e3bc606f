/** Runs one fetch request within its time, and turns every failure into a typed result. */
import type { Clock } from '../core/clock.ts';
import type { FetchRequest, FetchResult } from '../core/contracts/browser.ts';
import { HttpError, SetupError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { FetchFailure, failedResult, timeoutFailure } from './failure.ts';
import { failureOf } from './http/failures.ts';
import { withSecondTry } from './secondTry.ts';

/** One way to fetch. */
export type Fetcher = (request: FetchRequest, signal: AbortSignal) => Promise<FetchResult>;

export interface FetchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Fetcher;
  readonly browser: Fetcher;
}

/**
 * Fetches; the answer is always a result.
 * @param gone aborted when the caller has gone.
 * @throws HttpError when there is no slot; the reason of `gone`.
 */
export async function runFetch(
  request: FetchRequest,
  { clock, log, http, browser }: FetchDeps,
  gone: AbortSignal,
): Promise<FetchResult> {
  const startedAt = clock.monotonic();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(timeoutFailure(request.timeoutMs)), request.timeoutMs);
  const leave = (): void => stop.abort(gone.reason);
  gone.addEventListener('abort', leave, { once: true });
  try {
    const fetcher = withSecondTry(request.via === 'browser' ? browser : http);
    return await fetcher(request, stop.signal);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    gone.throwIfAborted();
    const failure = failureFrom(stop.signal.aborted ? stop.signal.reason : error);
    if (failure.code === 'internal')
      log.error(
        { err: failure, workspace: request.workspace, monitor: request.monitor },
        'fetch failed',
      );
    return failedResult(failure, { totalMs: clock.monotonic() - startedAt });
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', leave);
  }
}

/** A set-up that lacks a browser is told as it is: its sentence names the next step. */
function failureFrom(error: unknown): FetchFailure {
  return error instanceof SetupError
    ? new FetchFailure('internal', error.message, { cause: error })
    : failureOf(error);
}
