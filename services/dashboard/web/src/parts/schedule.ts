/** How often a monitor checks: as a person says it, as the manifest has it, and when that is. Pure. */
import { Cron } from 'croner';

export const UNITS = ['minutes', 'hours', 'days'] as const;
export type Unit = (typeof UNITS)[number];

/** From Sunday on, as cron counts them. */
export const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const WORKDAYS: readonly number[] = [1, 2, 3, 4, 5];

export type Schedule =
  | { readonly kind: 'every'; readonly amount: number; readonly unit: Unit }
  | {
      readonly kind: 'at';
      /** HH:MM. */
      readonly time: string;
      readonly days: readonly number[];
    };

const MINUTES: Readonly<Record<Unit, number>> = { minutes: 1, hours: 60, days: 1440 };

/** The schedule of the manifest; times of day are those of the zone. */
export function scheduleSpec(schedule: Schedule, timeZone: string): Record<string, string> {
  if (schedule.kind === 'at') return { cron: cronOf(schedule.time, schedule.days), timeZone };
  const { amount, unit } = schedule;
  return { interval: unit === 'minutes' ? `${amount}m` : `${(amount * MINUTES[unit]) / 60}h` };
}

const inOrder = (days: readonly number[]): number[] => days.toSorted((one, other) => one - other);

function cronOf(time: string, days: readonly number[]): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const ofWeek = days.length === 0 || days.length === DAYS.length ? '*' : inOrder(days).join(',');
  return `${minute} ${hour} * * ${ofWeek}`;
}

const isSame = (some: readonly number[], others: readonly number[]): boolean =>
  some.length === others.length && others.every((day) => some.includes(day));

/** Such as "every 15 minutes" or "Mondays to Fridays at 09:00". */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind === 'every') {
    const { amount, unit } = schedule;
    return amount === 1 ? `every ${unit.slice(0, -1)}` : `every ${amount} ${unit}`;
  }
  const { days, time } = schedule;
  const all = days.length === 0 || days.length === DAYS.length;
  const names = inOrder(days).map((day) => DAYS[day]);
  const when = all
    ? 'every day'
    : isSame(days, WORKDAYS)
      ? 'Mondays to Fridays'
      : `on ${names.join(', ')}`;
  return `${when} at ${time}`;
}

/** How many checks that makes in thirty days. */
export function checksAMonth(schedule: Schedule): number {
  if (schedule.kind === 'every')
    return Math.round((30 * 1440) / (schedule.amount * MINUTES[schedule.unit]));
  return Math.round((30 * (schedule.days.length || DAYS.length)) / DAYS.length);
}

/** The next times, the first of an interval at once; none while what was typed makes no sense. */
export function nextTimes(schedule: Schedule, timeZone: string, now: Date, count = 5): Date[] {
  if (schedule.kind === 'at') {
    if (!/^\d\d:\d\d$/.test(schedule.time)) return [];
    return new Cron(cronOf(schedule.time, schedule.days), { timezone: timeZone }).nextRuns(
      count,
      now,
    );
  }
  const step = schedule.amount * MINUTES[schedule.unit] * 60_000;
  if (!(step > 0)) return [];
  return Array.from({ length: count }, (_none, index) => new Date(now.getTime() + index * step));
}
