/** A clock that stands still until a test moves it; whoever sleeps moves it too. */
import type { Clock } from '../../core/clock.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
  set(at: Date): void;
}

/** Starts at `at`; a sleep ends at once and the time it took has passed. */
export function createTestClock(at: Date): TestClock {
  let now = at.getTime();
  return {
    now: () => new Date(now),
    monotonic: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
    set: (to) => {
      now = to.getTime();
    },
  };
}
