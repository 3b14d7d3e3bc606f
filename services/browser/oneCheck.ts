/** A worker for one check: it takes the fetches of the first one that asks, and ends after it. */
import type { Clock } from '../core/clock.ts';
import { HttpError } from '../core/errors.ts';

/** Time without a fetch after which the check is over. */
export const SILENCE_MS = 20_000;
/** Time in which the check must ask for the first time. */
export const FIRST_MS = 300_000;

export interface OneCheck {
  /**
   * Runs a fetch of the check.
   * @throws HttpError `too_many_requests` for every other check, and when the check is over.
   */
  run<T>(checkId: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when the check is over, or when none came. */
  readonly over: Promise<void>;
  /** Takes nothing more, and waits for nothing. */
  close(): void;
}

export function createOneCheck(clock: Clock): OneCheck {
  const over = Promise.withResolvers<void>();
  let taken: string | undefined;
  let running = 0;
  let isOver = false;
  let waiting = new AbortController();
  const endAfter = (ms: number): void => {
    if (isOver) return;
    waiting = new AbortController();
    const end = (): void => {
      isOver = true;
      over.resolve();
    };
    clock.sleep(ms, waiting.signal).then(end, () => {});
  };
  endAfter(FIRST_MS);
  return {
    over: over.promise,
    close: () => {
      isOver = true;
      waiting.abort();
    },
    run: async (checkId, work) => {
      if (isOver || (taken !== undefined && taken !== checkId))
        throw new HttpError('too_many_requests', 'This worker is for one check, and not for this', {
          retryAfterSeconds: 1,
        });
      taken = checkId;
      waiting.abort();
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (running === 0) endAfter(SILENCE_MS);
      }
    },
  };
}
