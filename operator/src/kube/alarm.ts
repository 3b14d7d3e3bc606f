/** A timer that can be set anew. */
import type { Clock } from '../../../services/core/clock.ts';

export interface Alarm {
  /** @param at monotonic time; undefined stops it. */
  set(at: number | undefined): void;
}

/** Timers hold no more than 24 days: after so long it rings early, and is set again. */
const LONGEST_SLEEP_MS = 3_600_000;

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let running: { readonly at: number; readonly timer: AbortController } | undefined;
  return {
    set: (at) => {
      if (at === running?.at) return;
      running?.timer.abort();
      running = at === undefined ? undefined : { at, timer: new AbortController() };
      if (!running) return;
      const mine = running;
      const wait = Math.min(Math.max(mine.at - clock.monotonic(), 0), LONGEST_SLEEP_MS);
      clock.sleep(wait, mine.timer.signal).then(
        () => {
          if (running === mine) {
            running = undefined;
            ring();
          }
          return undefined;
        },
        () => undefined,
      );
    },
  };
}
