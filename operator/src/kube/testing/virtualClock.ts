/** A clock that a test drives: time jumps from one sleeper to the next, and all promises settle between. */
import type { Clock } from '../../../../services/core/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets so much time pass, waking each sleeper at its own time. */
  run(ms: number): Promise<void>;
  /** Time passes while the process gets no turn: all who are due wake late, in their order. */
  stall(ms: number): Promise<void>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  sleepers(): number;
}

/** As of the system's timers, which go off at once beyond it. */
const LONGEST_MS = 2 ** 31 - 1;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function virtualClock(start = new Date('2026-11-25T12:00:00Z')): VirtualClock {
  let elapsed = 0;
  const sleepers = new Set<Sleeper>();
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
  const first = (): Sleeper | undefined => {
    let found: Sleeper | undefined;
    for (const one of sleepers) if (!found || one.at < found.at) found = one;
    return found;
  };
  const wakeDue = async (): Promise<void> => {
    for (let due = first(); due && due.at <= elapsed; due = first()) {
      sleepers.delete(due);
      due.wake();
      await settle();
    }
  };
  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonic: () => elapsed,
    sleepers: () => sleepers.size,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      if (ms < 0) throw new RangeError(`No timer takes ${ms} ms.`);
      if (ms > LONGEST_MS) throw new RangeError(`No timer holds ${ms} ms.`);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper: Sleeper = { at: elapsed + ms, wake: resolve };
      const onAbort = (): void => {
        sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    settle,
    run: async (ms) => {
      const end = elapsed + ms;
      await settle();
      await wakeDue();
      for (let next = first(); next && next.at <= end; next = first()) {
        elapsed = Math.max(elapsed, next.at);
        await wakeDue();
      }
      elapsed = end;
    },
    stall: async (ms) => {
      elapsed += ms;
      await wakeDue();
    },
  };
}
