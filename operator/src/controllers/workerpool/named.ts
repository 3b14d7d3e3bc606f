/** The waiting checks that the scheduler named lately: one of several schedulers knows only its own. */
import type { Clock } from '../../../../services/core/clock.ts';

export interface Named {
  /** Takes what a report says of a pool, and returns all that was said of it lately. */
  note(pool: string, ids: readonly string[]): readonly string[];
  forget(pool: string): void;
}

/** In so long each of several schedulers was asked. */
const REMEMBERED_MS = 20_000;

export function createNamed(clock: Pick<Clock, 'monotonic'>): Named {
  const pools = new Map<string, Map<string, number>>();
  return {
    note: (pool, ids) => {
      const now = clock.monotonic();
      const seen = pools.get(pool) ?? new Map<string, number>();
      pools.set(pool, seen);
      for (const id of ids) seen.set(id, now);
      for (const [id, at] of seen) if (now - at >= REMEMBERED_MS) seen.delete(id);
      return [...seen.keys()];
    },
    forget: (pool) => void pools.delete(pool),
  };
}
