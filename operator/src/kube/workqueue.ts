/** Keys that wait to be reconciled: each at most once, and never by two workers at a time. */
import type { Clock } from '../../../services/core/clock.ts';
import { createAlarm } from './alarm.ts';
import { createPending, type Entry } from './pending.ts';

/** Higher goes first. */
export const PRIORITY = { background: -100, normal: 0 } as const;

export interface AddOptions {
  /** `PRIORITY.normal` when absent. A key that waits already keeps the higher of both. */
  readonly priority?: number | undefined;
  /** Not before so many milliseconds. A key that waits already keeps the earlier time. */
  readonly delayMs?: number | undefined;
}

export interface Taken {
  readonly key: string;
  readonly priority: number;
  /** How long it was ready before a worker was free. */
  readonly waitedMs: number;
}

export interface Workqueue {
  add(key: string, options?: AddOptions): void;
  /**
   * Adds with the key's backoff (5 s doubling to 5 min) and counts a failure.
   * @param options.delayMs the least delay, up to 5 min.
   * @returns the delay.
   */
  addAfterFailure(key: string, options?: AddOptions): number;
  /** Ends the key's backoff. */
  forget(key: string): void;
  failures(key: string): number;
  /** The next key, or undefined after `close`. */
  take(): Promise<Taken | undefined>;
  /** A taken key is free again; what was added meanwhile is queued. */
  done(key: string): void;
  /** Ready now. */
  depth(): number;
  /** Waits for its time. */
  delayed(): number;
  processing(): number;
  close(): void;
}

export interface WorkqueueDeps {
  readonly clock: Clock;
  readonly random: () => number;
}

const FIRST_BACKOFF_MS = 5000;
const LAST_BACKOFF_MS = 300_000;
/** Keys that failed together come back apart. */
const BACKOFF_SPREAD = 0.2;
/**
 * The delay before a key is tried again: 5 s doubling to 5 min, less up to a fifth.
 * @param failures in a row before this one.
 */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** failures, LAST_BACKOFF_MS) * (1 - BACKOFF_SPREAD * random);

export function createWorkqueue({ clock, random }: WorkqueueDeps): Workqueue {
  const busy = new Set<string>();
  const failed = new Map<string, number>();
  const pending = createPending(
    () => clock.monotonic(),
    (key) => busy.has(key),
  );
  const takers: ((taken: Taken | undefined) => void)[] = [];
  const alarm = createAlarm(clock, () => turn());
  let closed = false;

  const take = (entry: Entry): Taken => {
    busy.add(entry.key);
    const { key, priority, readyAt } = entry;
    return { key, priority, waitedMs: clock.monotonic() - readyAt };
  };
  /** Brings keys whose time has come to workers that wait. */
  const turn = (): void => {
    pending.release();
    alarm.set(pending.nextAt());
    while (takers.length > 0) {
      const entry = pending.next();
      if (!entry) return;
      takers.shift()?.(take(entry));
    }
  };
  const add = (key: string, { priority = PRIORITY.normal, delayMs = 0 }: AddOptions = {}): void => {
    if (!Number.isFinite(delayMs)) throw new RangeError(`The delay of ${key} is ${delayMs}.`);
    if (closed) return;
    pending.add({ key, priority, readyAt: clock.monotonic() + Math.max(delayMs, 0) });
    turn();
  };
  return {
    add,
    addAfterFailure: (key, options = {}) => {
      const failures = failed.get(key) ?? 0;
      failed.set(key, failures + 1);
      const asked = Math.min(options.delayMs ?? 0, LAST_BACKOFF_MS);
      const delayMs = Math.max(backoffMs(failures, random()), asked);
      add(key, { ...options, delayMs });
      return delayMs;
    },
    forget: (key) => void failed.delete(key),
    failures: (key) => failed.get(key) ?? 0,
    take: async () => {
      const entry = closed ? undefined : pending.next();
      if (entry || closed) return entry && take(entry);
      const { promise, resolve } = Promise.withResolvers<Taken | undefined>();
      takers.push(resolve);
      return promise;
    },
    done: (key) => {
      busy.delete(key);
      pending.free(key);
      turn();
    },
    depth: () => pending.ready(),
    delayed: () => pending.delayed(),
    processing: () => busy.size,
    close: () => {
      closed = true;
      alarm.set(undefined);
      pending.clear();
      takers.splice(0).forEach((resolve) => resolve(undefined));
    },
  };
}
