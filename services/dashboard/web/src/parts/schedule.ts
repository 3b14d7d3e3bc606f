/** How often a monitor checks: as a person says it, as the manifest has it, and when that is. Pure. */
import { Cron } from 'croner';
import { locale, t } from '../texts/texts.ts';

export const UNITS = ['seconds', 'minutes', 'hours', 'days'] as const;
export type Unit = (typeof UNITS)[number];

const DAYS_OF_A_WEEK = 7;
const WORKDAYS: readonly number[] = [1, 2, 3, 4, 5];

export type Schedule =
  | { readonly kind: 'every'; readonly amount: number; readonly unit: Unit }
  | {
      readonly kind: 'at';
      /** HH:MM. */
      readonly time: string;
      readonly days: readonly number[];
    }
  /** Five fields, for what the others cannot say. */
  | { readonly kind: 'cron'; readonly cron: string };

const SECONDS: Readonly<Record<Unit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
};
const MONTH_S = 30 * 86_400;

/** The schedule of the manifest; times of day are those of the zone. */
export function scheduleSpec(schedule: Schedule, timeZone: string): Record<string, string> {
  const cron = cronOf(schedule);
  if (cron !== undefined) return { cron, timeZone };
  const { amount, unit } = schedule as Extract<Schedule, { kind: 'every' }>;
  return { interval: unit === 'days' ? `${amount * 24}h` : `${amount}${unit.charAt(0)}` };
}

const inOrder = (days: readonly number[]): number[] => days.toSorted((one, other) => one - other);

/** No day stands for all of them. */
const coversWeek = ({ length }: readonly number[]): boolean =>
  length === 0 || length === DAYS_OF_A_WEEK;

/** Undefined for an interval. */
function cronOf(schedule: Schedule): string | undefined {
  if (schedule.kind === 'cron') return schedule.cron.trim().replaceAll(/\s+/g, ' ');
  if (schedule.kind === 'every') return undefined;
  const { time, days } = schedule;
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const ofWeek = coversWeek(days) ? '*' : inOrder(days).join(',');
  return `${minute} ${hour} * * ${ofWeek}`;
}

const isSame = (some: readonly number[], others: readonly number[]): boolean =>
  some.length === others.length && others.every((day) => some.includes(day));

const SUNDAY = Date.UTC(2023, 0, 1);

/** Such as "Mon". @param day from Sunday on, as cron counts them */
export const dayWord = (day: number): string =>
  new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(
    SUNDAY + day * SECONDS.days * 1000,
  );

/** Such as "every 15 minutes" or "Mondays to Fridays at 09:00". */
export function scheduleWords(schedule: Schedule): string {
  if (schedule.kind === 'every') {
    const { amount, unit } = schedule;
    return t(`schedule.when.${unit}`, { amount });
  }
  if (schedule.kind === 'cron') return t('schedule.when.cron', { cron: schedule.cron });
  const { days, time } = schedule;
  if (coversWeek(days)) return t('schedule.when.allDays', { time });
  return isSame(days, WORKDAYS)
    ? t('schedule.when.workdays', { time })
    : t('schedule.when.someDays', { days: inOrder(days).map(dayWord).join(', '), time });
}

/** The schedule of a manifest, as the form holds it. */
export function scheduleOf(spec: {
  readonly interval?: string | undefined;
  readonly cron?: string | undefined;
}): Schedule {
  if (spec.cron === undefined) return intervalOf(spec.interval ?? '15m');
  const [minute = '', hour = '', day, month, ofWeek = ''] = spec.cron.trim().split(/\s+/);
  const isTime = /^\d{1,2}$/.test(minute) && /^\d{1,2}$/.test(hour);
  const days = daysOf(ofWeek);
  if (!isTime || day !== '*' || month !== '*' || !days) return { kind: 'cron', cron: spec.cron };
  return { kind: 'at', time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, days };
}

function daysOf(ofWeek: string): number[] | undefined {
  if (ofWeek === '*') return [];
  const [from, to] = (/^([0-6])-([0-6])$/.exec(ofWeek)?.slice(1) ?? []).map(Number);
  if (from !== undefined && to !== undefined && from <= to)
    return Array.from({ length: to - from + 1 }, (_none, index) => from + index);
  return /^[0-6](,[0-6])*$/.test(ofWeek) ? ofWeek.split(',').map(Number) : undefined;
}

/** Such as `1h30m`, in the largest unit that divides it. */
function intervalOf(text: string): Schedule {
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  const sizes: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (sizes[unit ?? ''] ?? 0),
    0,
  );
  const unit = UNITS.findLast((each) => seconds % SECONDS[each] === 0) ?? 'seconds';
  return { kind: 'every', amount: seconds / SECONDS[unit], unit };
}

/** How many checks that makes in thirty days. */
export function checksAMonth(schedule: Schedule, now = new Date()): number {
  switch (schedule.kind) {
    case 'every':
      return Math.round(MONTH_S / (schedule.amount * SECONDS[schedule.unit]));
    case 'at':
      return Math.round((30 * (schedule.days.length || DAYS_OF_A_WEEK)) / DAYS_OF_A_WEEK);
    case 'cron': {
      const times = nextTimes(schedule, 'UTC', now, MANY);
      const last = times.at(-1);
      if (!last) return 0;
      const seconds = (last.getTime() - now.getTime()) / 1000;
      return Math.round((times.length * MONTH_S) / Math.max(seconds, 1));
    }
    default:
      return schedule satisfies never;
  }
}

/** Times of a cron from which its usual distance is told. */
const MANY = 200;

/** The next times, the first of an interval at once; none while what was typed makes no sense. */
export function nextTimes(schedule: Schedule, timeZone: string, now: Date, count = 5): Date[] {
  if (schedule.kind === 'at' && !/^\d\d:\d\d$/.test(schedule.time)) return [];
  const cron = cronOf(schedule);
  if (cron !== undefined) return cronTimes(cron, timeZone, now, count);
  const { amount, unit } = schedule as Extract<Schedule, { kind: 'every' }>;
  const step = amount * SECONDS[unit] * 1000;
  if (!(step > 0)) return [];
  return Array.from({ length: count }, (_none, index) => new Date(now.getTime() + index * step));
}

function cronTimes(cron: string, timeZone: string, now: Date, count: number): Date[] {
  if (cron.split(' ').length !== 5) return [];
  try {
    return new Cron(cron, { timezone: timeZone }).nextRuns(count, now);
  } catch {
    return [];
  }
}
