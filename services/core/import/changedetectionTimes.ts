/** When a watch of changedetection.io is checked. */
import { isRecord } from '../manifest/index.ts';
import type { Fields } from './fields.ts';
import type { intervalOf } from './parts.ts';
import type { Notes } from './report.ts';

const UNITS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
};
/** What a new installation begins with. */
const DEFAULT_MS = 3 * UNITS.hours;

/** Milliseconds of `{weeks, days, hours, minutes, seconds}`; undefined when none is set. */
export function msOf(value: unknown): number | undefined {
  if (!isRecord(value)) return undefined;
  const ms = Object.entries(UNITS).reduce((sum, [unit, length]) => {
    const count = Number(value[unit] ?? 0);
    return sum + (Number.isFinite(count) && count > 0 ? count * length : 0);
  }, 0);
  return ms === 0 ? undefined : ms;
}

export function scheduleOf(
  fields: Fields,
  notes: Notes,
  ofAll: number | undefined,
  bounded: typeof intervalOf,
): Readonly<Record<string, unknown>> {
  const own = msOf(fields.take('time_between_check'));
  const isOwn = own !== undefined && !fields.isOn('time_between_check_use_default');
  const ms = isOwn ? own : (ofAll ?? DEFAULT_MS);
  if (!isOwn && ofAll === undefined)
    notes.changed(
      'time_between_check',
      'the default of the installation is not in the file, so 3h was taken',
      'set schedule.interval',
    );
  return {
    interval: bounded(ms, 'time_between_check', notes),
    ...windowsOf(fields, notes),
  };
}

const DAYS = {
  monday: 'Mon',
  tuesday: 'Tue',
  wednesday: 'Wed',
  thursday: 'Thu',
  friday: 'Fri',
  saturday: 'Sat',
  sunday: 'Sun',
};
const DAY_MINUTES = 1440;

/** The limits of the days as windows; a day that is off has none. */
function windowsOf(fields: Fields, notes: Notes): Readonly<Record<string, unknown>> {
  const limit = fields.record('time_schedule_limit');
  if (limit['enabled'] !== true) return {};
  const windows = Object.entries(DAYS).flatMap(([day, short]) => {
    const one = limit[day];
    const window = isRecord(one) && one['enabled'] !== false ? windowOf(one, short) : undefined;
    return window === undefined ? [] : [window];
  });
  if (windows.length === 0) {
    notes.leftOut(
      'time_schedule_limit',
      'no day is open',
      'pause the monitor, or set schedule.windows',
    );
    return {};
  }
  const timeZone = limit['timezone'];
  if (typeof timeZone !== 'string' || timeZone === '')
    notes.changed(
      'time_schedule_limit.timezone',
      'the time zone of the installation is not in the file, so UTC was taken',
      'set schedule.timeZone',
    );
  return {
    windows,
    ...(typeof timeZone === 'string' && timeZone !== '' ? { timeZone } : {}),
  };
}

function windowOf(day: Readonly<Record<string, unknown>>, short: string): object | undefined {
  const start = typeof day['start_time'] === 'string' ? day['start_time'] : '00:00';
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(start) ?? [];
  if (hour === undefined) return undefined;
  const length = isRecord(day['duration']) ? day['duration'] : { hours: 24 };
  const minutes = Number(length['hours'] ?? 0) * 60 + Number(length['minutes'] ?? 0);
  if (!(minutes > 0)) return undefined;
  const from = Number(hour) * 60 + Number(minute);
  const to = (from + Math.min(minutes, DAY_MINUTES)) % DAY_MINUTES;
  return { kind: 'Allow', days: [short], from: clock(from), to: clock(to) };
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((it) => String(it).padStart(2, '0')).join(':');
