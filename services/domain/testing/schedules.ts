/** Schedules, windows and slots for tests, and arbitrary ones. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Schedule, ScheduleWindow } from '../../../crds/types/monitorjob.ts';
import { nextSlot } from '../schedule.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const schedule = (parts: Partial<Schedule>): Schedule => ({
  timeZone: 'UTC',
  jitterPercent: 10,
  startingDeadline: '1h',
  overlap: 'Skip',
  ...parts,
});
export const cron = (pattern: string, timeZone = 'UTC', parts: Partial<Schedule> = {}): Schedule =>
  schedule({ cron: pattern, timeZone, ...parts });
export const at = (text: string): Date => new Date(text);
export function next(s: Schedule, after: Date | string, seed = 'team/job'): Date {
  const slot = nextSlot(s, typeof after === 'string' ? at(after) : after, seed);
  assert.ok(slot instanceof Date, JSON.stringify(slot));
  return slot;
}
/** The instants of all slots in (from, to]. */
export function slots(s: Schedule, from: string, to: string): string[] {
  const found: string[] = [];
  for (let slot = next(s, from); slot <= at(to); slot = next(s, slot))
    found.push(slot.toISOString().slice(0, 16));
  return found;
}
export const allow = (from: string, to: string, days?: ScheduleWindow['days']): ScheduleWindow => ({
  kind: 'Allow',
  from,
  to,
  ...(days ? { days } : {}),
});
export const deny = (from: string, to: string, days?: ScheduleWindow['days']): ScheduleWindow => ({
  ...allow(from, to, days),
  kind: 'Deny',
});
export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Asia/Tehran',
  'America/St_Johns',
  'Pacific/Chatham',
  'Europe/Dublin',
];
export const anyZone = fc.constantFrom(...zones);
/** Often near a date on which some zone changes its clocks. */
export const anyTime = fc
  .tuple(
    fc.constantFrom(
      '2026-03-29',
      '2026-10-25',
      '2026-03-08',
      '2026-11-01',
      '2026-04-05',
      '2026-10-04',
      '2018-11-04',
      '2018-02-18',
      '2011-12-30',
      '2026-02-15',
      '2026-03-22',
      '2020-06-15',
    ),
    fc.integer({ min: -3 * DAY, max: 3 * DAY }),
  )
  .map(([day, offset]) => new Date(at(`${day}T00:00:00Z`).getTime() + offset));
export const anyWindow = fc
  .record({
    kind: fc.constantFrom('Allow' as const, 'Deny' as const),
    from: fc.constantFrom('00:00', '02:30', '08:00', '22:00', '23:59'),
    to: fc.constantFrom('00:00', '03:00', '06:15', '18:00', '22:00'),
    days: fc.option(
      fc
        .subarray(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const, { minLength: 1 })
        .map((d) => [...d]),
      { nil: undefined },
    ),
  })
  .map(({ days, ...rest }): ScheduleWindow => (days ? { ...rest, days } : rest));
export const anyCron = fc.constantFrom(
  '* * * * *',
  '*/7 * * * *',
  '30 2 * * *',
  '0 2,3 * * *',
  '15 1 * * 1-5',
  '0 0 1 * *',
  '59 23 31 12 *',
  '0 12 * * 0',
  '10 0-5 * * *',
);
export const anySchedule = fc.oneof(
  fc
    .record({
      interval: fc.constantFrom('60s', '5m', '1h', '7h', '24h', '744h'),
      timeZone: anyZone,
      jitterPercent: fc.integer({ min: 0, max: 50 }),
    })
    .map(schedule),
  fc
    .record({ pattern: anyCron, timeZone: anyZone })
    .map(({ pattern, timeZone }) => cron(pattern, timeZone)),
);
