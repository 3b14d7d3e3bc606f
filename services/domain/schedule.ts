/** Says when the checks of a schedule are due: intervals, cron, time zones, windows, missed slots. */
import { createHash } from 'node:crypto';
import type { Schedule } from '../../crds/types/monitorjob.ts';
import { nextRun, problem, type ScheduleProblem } from './cron.ts';
import { parseDuration } from './duration.ts';
import { isInWindow, nextAllowed, nextForbidden } from './window.ts';
import { isZone } from './zone.ts';

export type { ScheduleProblem } from './cron.ts';
export { isInWindow, nextAllowed, nextForbidden } from './window.ts';

/** What to do with a slot that is due. */
export type CheckPlan =
  /** `slot` is the newest slot that is due; `missed` older ones are coalesced into it. */
  | { readonly kind: 'run'; readonly slot: Date; readonly missed: number }
  | {
      readonly kind: 'skip';
      readonly reason: 'overlap' | 'deadline' | 'outsideWindow';
      readonly missed: number;
    }
  /** A check is in flight: run once more when it has ended. */
  | { readonly kind: 'buffer'; readonly missed: number };

export interface PlanInput {
  readonly schedule: Schedule;
  /** The slot for which the job is due. */
  readonly slot: Date;
  readonly now: Date;
  readonly inFlight: boolean;
  /** Somebody asked for a run now: windows, deadline and overlap do not stop it. */
  readonly runRequested: boolean;
  readonly seed: string;
}

/** Counting stops here; a job that missed more says "at least this many". */
export const MAX_MISSED = 1000;
const MAX_CRON_MISSED = 100;
const MAX_CRON_JUMPS = 400;

/**
 * The first slot strictly after `after`. Interval slots have a phase that depends on `seed` only, so
 * that jobs spread, and a jitter of up to `jitterPercent` of the interval that depends on seed and
 * slot. Cron slots are exact; where an hour is skipped a named time runs at the first valid minute,
 * where it is repeated once; a pattern with a wildcard hour keeps its pace through both.
 * @param seed namespace/name or uid of the job
 */
export function nextSlot(schedule: Schedule, after: Date, seed: string): Date | ScheduleProblem {
  if (!isZone(schedule.timeZone))
    return problem(
      'timeZone',
      `The time zone "${schedule.timeZone}" is not known; use an IANA name such as Europe/Berlin.`,
    );
  if (schedule.cron !== undefined) return nextCronSlot(schedule, schedule.cron, after);
  const interval = parseInterval(schedule);
  return typeof interval === 'number'
    ? nextIntervalSlot(schedule, interval, after, seed)
    : interval;
}

/**
 * How many slots lie in (lastSlot, now]; counting stops at `MAX_MISSED` (at 100 for cron). Constant
 * time for intervals without windows. A schedule with a problem misses nothing.
 */
export function slotsMissed(schedule: Schedule, lastSlot: Date, now: Date, seed: string): number {
  if (schedule.interval !== undefined && !schedule.windows?.length) {
    const interval = parseInterval(schedule);
    if (typeof interval !== 'number') return 0;
    const grid = gridOf(schedule, interval, seed);
    return Math.min(
      MAX_MISSED,
      Math.max(0, grid.indexAt(now.getTime()) - grid.indexAt(lastSlot.getTime())),
    );
  }
  const cap = schedule.cron === undefined ? MAX_MISSED : MAX_CRON_MISSED;
  let count = 0;
  for (let at = nextSlot(schedule, lastSlot, seed); count < cap; count += 1) {
    if (!(at instanceof Date) || at > now) break;
    at = nextSlot(schedule, at, seed);
  }
  return count;
}

/**
 * Decides about a due slot. Late by several slots: one run, the rest is counted; later than
 * `startingDeadline`: nothing runs and all are counted.
 */
export function planCheck(input: PlanInput): CheckPlan {
  const { schedule, slot, now, seed } = input;
  const later = now > slot ? slotsMissed(schedule, slot, now, seed) : 0;
  if (input.runRequested)
    return input.inFlight
      ? { kind: 'buffer', missed: later }
      : { kind: 'run', slot: now, missed: later };
  if (input.inFlight)
    return schedule.overlap === 'BufferOne'
      ? { kind: 'buffer', missed: later }
      : { kind: 'skip', reason: 'overlap', missed: later + 1 };
  const newest = later === 0 ? slot : newestSlot(input);
  if (now.getTime() - newest.getTime() > parseDuration(schedule.startingDeadline))
    return { kind: 'skip', reason: 'deadline', missed: later + 1 };
  if (isZone(schedule.timeZone) && !isInWindow(schedule, now))
    return { kind: 'skip', reason: 'outsideWindow', missed: later + 1 };
  return { kind: 'run', slot: newest, missed: later };
}

/** The newest slot not after `now`; the caller knows that there is one after `slot`. */
function newestSlot({ schedule, slot, now, seed }: PlanInput): Date {
  if (schedule.interval !== undefined && !schedule.windows?.length) {
    const interval = parseInterval(schedule);
    if (typeof interval === 'number') {
      const grid = gridOf(schedule, interval, seed);
      return new Date(grid.slot(grid.indexAt(now.getTime())));
    }
  }
  const deadline = parseDuration(schedule.startingDeadline);
  // older than the deadline is of no use, so the search begins there
  let newest = slot;
  let next = nextSlot(
    schedule,
    new Date(Math.max(slot.getTime(), now.getTime() - deadline - 1)),
    seed,
  );
  for (let steps = 0; next instanceof Date && next <= now && steps < MAX_MISSED; steps += 1) {
    newest = next;
    next = nextSlot(schedule, next, seed);
  }
  return newest;
}

interface Grid {
  /** Time of the k-th slot since 1970, in ms. */
  readonly slot: (index: number) => number;
  /** Index of the newest slot that is not after `at`. */
  readonly indexAt: (at: number) => number;
}

/** Jitter is at most half an interval, so slots keep their order and the newest is one of two. */
function gridOf(schedule: Schedule, interval: number, seed: string): Grid {
  const phase = Math.floor(fraction(seed) * interval);
  const spread = (interval * Math.min(50, Math.max(0, schedule.jitterPercent))) / 100;
  const slot = (index: number): number =>
    phase +
    index * interval +
    (spread > 0 ? Math.floor(fraction(`${seed}\n${index}`) * spread) : 0);
  return {
    slot,
    indexAt: (at) => {
      const index = Math.floor((at - phase) / interval);
      return slot(index) <= at ? index : index - 1;
    },
  };
}

function nextIntervalSlot(
  schedule: Schedule,
  interval: number,
  after: Date,
  seed: string,
): Date | ScheduleProblem {
  const grid = gridOf(schedule, interval, seed);
  const index = grid.indexAt(after.getTime());
  if (!schedule.windows?.length) return new Date(grid.slot(index + 1));
  // the slot before may have been moved into the stretch that is open now
  const candidates = [index, index + 1].map((k) =>
    moveIntoWindow(schedule, interval, grid.slot(k), grid, seed),
  );
  const next = candidates.flatMap((at) => (at !== undefined && at > after.getTime() ? [at] : []));
  return next.length > 0 ? new Date(Math.min(...next)) : problem('windows', neverOpen);
}

/**
 * A slot outside of the windows is dropped when the next open stretch has one of its own, else it
 * moves to the stretch's beginning, spread by the seed: a daily check must not miss a narrow window
 * for ever because of its phase.
 */
function moveIntoWindow(
  schedule: Schedule,
  interval: number,
  slot: number,
  grid: Grid,
  seed: string,
): number | undefined {
  if (isInWindow(schedule, new Date(slot))) return slot;
  const opens = nextAllowed(schedule, new Date(slot));
  if (!opens) return undefined;
  const start = opens.getTime();
  const end = nextForbidden(schedule, opens)?.getTime() ?? Infinity;
  const own = grid.slot(grid.indexAt(start - 1) + 1);
  if (own < end) return own;
  const room = Math.min(end - start, (interval * schedule.jitterPercent) / 100);
  return start + Math.floor(fraction(seed) * room);
}

function nextCronSlot(schedule: Schedule, pattern: string, after: Date): Date | ScheduleProblem {
  let from = after;
  for (let jumps = 0; jumps < MAX_CRON_JUMPS; jumps += 1) {
    const slot = nextRun(pattern, schedule.timeZone, from);
    if (!(slot instanceof Date)) return slot;
    const opens = nextAllowed(schedule, slot);
    if (!opens) return problem('windows', neverOpen);
    if (opens.getTime() === slot.getTime()) return slot;
    // the answer is later than what is asked with, and the opening itself may be a slot
    from = new Date(opens.getTime() - 1000);
  }
  return problem(
    'cron',
    `The cron expression "${pattern}" and the windows have no time in common.`,
  );
}

function parseInterval(schedule: Schedule): number | ScheduleProblem {
  try {
    const interval = parseDuration(schedule.interval ?? '');
    if (interval > 0) return interval;
  } catch {
    // the message below says more to the job's owner than the parser's
  }
  return problem(
    'interval',
    `The interval "${schedule.interval ?? ''}" is not a duration; write it as 15m or 1h30m.`,
  );
}

/** A number in [0, 1) that depends on the text only. */
const fraction = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;

const neverOpen =
  'The windows of the schedule never open; add an Allow window or shorten the Deny ones.';
