/** Recognises an answer by which a server asks to be left alone for a while. */
import { FetchFailure } from '../failure.ts';
import { retryAfterSeconds } from './headers.ts';

/** Seconds to wait when a server that is overrun names no time. */
const DEFAULT_WAIT_SECONDS = 60;

/**
 * @param retryAfter the header's value.
 * @throws FetchFailure `busy` with the time to wait, for 429 and for 503 with a `Retry-After`.
 */
export function refuseBusy(status: number, retryAfter: string | undefined, now: Date): void {
  const wait = retryAfterSeconds(retryAfter, now);
  if (status !== 429 && !(status === 503 && wait !== undefined)) return;
  throw new FetchFailure(
    'busy',
    `The server answered ${status} and asks to be left alone for a while.`,
    { retryAfterSeconds: wait ?? DEFAULT_WAIT_SECONDS },
  );
}
