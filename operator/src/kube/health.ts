/** Whether this process still sees the world and gets on with its work. Pure. */
import type { Overdue } from './pass.ts';
import type { WatchHealth } from './reflector.ts';

export interface Vitals {
  readonly watches: readonly WatchHealth[];
  readonly overdue: readonly Overdue[];
  /** Monotonic. */
  readonly now: number;
}

/** So many times a watch's own time without event or bookmark: it is blind and does not know. */
const SILENT_TIMEOUTS = 3;
/** A pass that was told to end is given so long to do it. */
const GRACE_MS = 30_000;

/** Why the process must be restarted; empty while it is well. */
export function livenessProblems({ watches, overdue, now }: Vitals): readonly string[] {
  const silent = watches
    .filter(({ lastEventAt, timeoutMs }) => now - lastEventAt > SILENT_TIMEOUTS * timeoutMs)
    .map(({ name, lastEventAt }) => {
      const seconds = Math.round((now - lastEventAt) / 1000);
      return `the watch of ${name} has seen neither event nor bookmark for ${seconds} s`;
    });
  const stuck = overdue
    .filter(({ byMs }) => byMs > GRACE_MS)
    .map(({ controller, key, reconcileId, byMs }) => {
      const seconds = Math.round(byMs / 1000);
      return `${controller} is ${seconds} s past the deadline with ${key} (${reconcileId})`;
    });
  return [...silent, ...stuck];
}

/** What is missing before the process may be counted on; empty when it is ready. */
export const readinessProblems = ({ watches }: Pick<Vitals, 'watches'>): readonly string[] =>
  watches.filter(({ synced }) => !synced).map(({ name }) => `${name} are not listed yet`);
