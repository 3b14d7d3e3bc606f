/** Decides whether a schedule's windows are open, and when they open next. */
import type { Schedule, ScheduleWindow, Weekday } from '../../crds/types/monitorjob.ts';
import { instantsOf, wallAt, type Wall } from './zone.ts';

/** The part of a schedule that says when checks may start. */
export type Windows = Pick<Schedule, 'windows' | 'timeZone'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A week and a day on either side: every window's next edge lies within. */
const DAYS_AHEAD = 8;

const weekdays: readonly Weekday[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Whether a check may start at this instant: in one of the Allow windows if there are any, and in no
 * Deny window. A window whose `to` is not after its `from` crosses midnight and belongs to the day
 * it starts.
 */
export function isInWindow(schedule: Windows, at: Date): boolean {
  return !schedule.windows?.length || isOpen(schedule, at.getTime());
}

/**
 * The first instant, not before `at`, at which a check may start.
 * @returns undefined when the windows never open
 */
export function nextAllowed(schedule: Windows, at: Date): Date | undefined {
  if (isInWindow(schedule, at)) return at;
  return nextEdge(schedule, at.getTime(), true);
}

/**
 * The first instant after `at` at which the windows close.
 * @returns undefined when they are always open from `at` on
 */
export function nextForbidden(schedule: Windows, at: Date): Date | undefined {
  return schedule.windows?.length ? nextEdge(schedule, at.getTime(), false) : undefined;
}

function isOpen(schedule: Windows, instant: number): boolean {
  const wall = wallAt(instant, schedule.timeZone);
  const windows = schedule.windows ?? [];
  const allows = windows.filter((window) => window.kind === 'Allow');
  if (windows.some((window) => window.kind === 'Deny' && covers(window, wall))) return false;
  return allows.length === 0 || allows.some((window) => covers(window, wall));
}

/** Looks at the window of the wall's own day and at the one that began the day before. */
function covers(window: ScheduleWindow, wall: Wall): boolean {
  const today = Math.floor(wall / DAY_MS) * DAY_MS;
  return [today, today - DAY_MS].some((day) => {
    const { from, to } = bounds(window, day);
    return isDayOf(window, day) && from <= wall && wall < to;
  });
}

function nextEdge(schedule: Windows, instant: number, open: boolean): Date | undefined {
  const today = Math.floor(wallAt(instant, schedule.timeZone) / DAY_MS) * DAY_MS;
  for (let offset = -1; offset <= DAYS_AHEAD; offset += 1) {
    const edges = edgesOf(schedule, today + offset * DAY_MS).filter((edge) => edge > instant);
    const found = edges.sort((a, b) => a - b).find((edge) => isOpen(schedule, edge) === open);
    if (found !== undefined) return new Date(found);
  }
  return undefined;
}

/** All instants of one local day at which anything can change; days are asked in order. */
function edgesOf(schedule: Windows, day: Wall): number[] {
  const walls = (schedule.windows ?? []).flatMap((window) => {
    // the end of a window over midnight is an edge of the next day, so both days are looked at
    const ends = [bounds(window, day), bounds(window, day - DAY_MS)].flatMap(({ from, to }) => [
      from,
      to,
    ]);
    return ends.filter((wall) => wall >= day && wall < day + DAY_MS);
  });
  const unique = [...new Set(walls)];
  const offset = steadyOffset(day, schedule.timeZone);
  if (offset !== undefined) return unique.map((wall) => wall - offset);
  const edges = unique.flatMap((wall) => instantsOf(wall, schedule.timeZone));
  return edges.concat(repeatedHourOf(day, schedule.timeZone));
}

/** The zone's distance from UTC when the clocks are not changed near this day: the common case. */
function steadyOffset(day: Wall, zone: string): number | undefined {
  const before = wallAt(day - DAY_MS, zone) - (day - DAY_MS);
  const after = wallAt(day + 2 * DAY_MS, zone) - (day + 2 * DAY_MS);
  return before === after ? before : undefined;
}

/** Where clocks are set back the wall may enter or leave a window with no edge of its own. */
function repeatedHourOf(day: Wall, zone: string): number[] {
  const [start = day] = instantsOf(day, zone);
  const [end = day] = instantsOf(day + DAY_MS, zone);
  if (end - start <= DAY_MS) return [];
  let low = start;
  let high = end;
  while (high - low > MINUTE_MS) {
    const middle = Math.floor((low + high) / (2 * MINUTE_MS)) * MINUTE_MS;
    if (wallAt(middle, zone) - middle === wallAt(start, zone) - start) low = middle;
    else high = middle;
  }
  return [high];
}

function bounds(window: ScheduleWindow, day: Wall): { readonly from: Wall; readonly to: Wall } {
  const from = day + minutesOf(window.from) * MINUTE_MS;
  const to = day + minutesOf(window.to) * MINUTE_MS;
  return { from, to: to > from ? to : to + DAY_MS };
}

function isDayOf(window: ScheduleWindow, day: Wall): boolean {
  if (!window.days?.length) return true;
  const name = weekdays[new Date(day).getUTCDay()];
  return name !== undefined && window.days.includes(name);
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
