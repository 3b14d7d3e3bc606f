/** Whether a pool of jobs that are seldom checked sleeps between two checks. Pure. */

/** What a job says of when its pool is needed. */
export interface Duty {
  /** The pool is this job's alone. */
  readonly isDedicated: boolean;
  /** It makes no checks. */
  readonly suspended: boolean;
  /** Mean time between two checks. */
  readonly intervalMs: number;
  /** In the past while a check waits or runs; undefined when nobody says. */
  readonly nextCheck: Date | undefined;
}

export type Rest =
  | { readonly kind: 'awake' }
  /** `until` is when it must be awake again; undefined when only a change can say. */
  | { readonly kind: 'asleep'; readonly until: Date | undefined };

/** To make a pod for each check pays off above this interval only. */
const SELDOM_MS = 600_000;
/** A pod is there so long before its check, time enough to be pulled and to start. */
export const AHEAD_MS = 60_000;

const AWAKE: Rest = { kind: 'awake' };

/**
 * Asleep only when every job of the pool is seldom checked and nothing is due, waits or runs. What is
 * not known keeps the pool awake: a check that comes too early must not be late for it.
 * @param isAskedFor whether a check waits for a pod of the pool
 */
export function restOf(duties: readonly Duty[], isAskedFor: boolean, now: Date): Rest {
  if (duties.length === 0 || isAskedFor) return AWAKE;
  const wakes: number[] = [];
  for (const { isDedicated, suspended, intervalMs, nextCheck } of duties) {
    if (!isDedicated || intervalMs <= SELDOM_MS) return AWAKE;
    if (suspended) continue;
    const wake = nextCheck === undefined ? -Infinity : nextCheck.getTime() - AHEAD_MS;
    if (wake <= now.getTime()) return AWAKE;
    wakes.push(wake);
  }
  return { kind: 'asleep', until: wakes.length === 0 ? undefined : new Date(Math.min(...wakes)) };
}
