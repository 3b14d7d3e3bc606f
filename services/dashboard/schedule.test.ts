import assert from 'node:assert/strict';
import {
  checksAMonth,
  nextTimes,
  scheduleOf,
  scheduleSpec,
  scheduleWords,
  type Schedule,
  type Unit,
} from './web/src/parts/schedule.ts';
import './testing/english.ts';

const every = (amount: number, unit: Unit): Schedule => ({
  kind: 'every',
  amount,
  unit,
});
const at = (time: string, days: readonly number[]): Schedule => ({ kind: 'at', time, days });
const BERLIN = 'Europe/Berlin';

describe('a schedule as a person says it', () => {
  for (const [schedule, words, spec, checks] of [
    [every(15, 'minutes'), 'every 15 minutes', { interval: '15m' }, 2880],
    [every(1, 'hours'), 'every hour', { interval: '1h' }, 720],
    [every(90, 'seconds'), 'every 90 seconds', { interval: '90s' }, 28_800],
    [
      { kind: 'cron', cron: '0 3  1 * *' },
      'by the cron "0 3  1 * *"',
      { cron: '0 3 1 * *', timeZone: BERLIN },
      1,
    ],
    [every(2, 'days'), 'every 2 days', { interval: '48h' }, 15],
    [
      at('09:05', [5, 1, 2, 3, 4]),
      'Mondays to Fridays at 09:05',
      { cron: '5 9 * * 1,2,3,4,5', timeZone: BERLIN },
      21,
    ],
    [at('00:00', []), 'every day at 00:00', { cron: '0 0 * * *', timeZone: BERLIN }, 30],
    [at('18:30', [6, 0]), 'on Sun, Sat at 18:30', { cron: '30 18 * * 0,6', timeZone: BERLIN }, 9],
  ] as const)
    it(`is ${words} in words and in the manifest`, () => {
      assert.equal(scheduleWords(schedule), words);
      assert.deepEqual(scheduleSpec(schedule, BERLIN), spec);
      assert.equal(checksAMonth(schedule), checks);
    });

  it('is shown by its next five times, across the change of the clocks', () => {
    const times = nextTimes(at('09:00', []), BERLIN, new Date('2026-03-27T12:00:00Z'));
    assert.deepEqual(
      times.map((time) => time.toISOString()),
      [
        '2026-03-28T08:00:00.000Z',
        '2026-03-29T07:00:00.000Z',
        '2026-03-30T07:00:00.000Z',
        '2026-03-31T07:00:00.000Z',
        '2026-04-01T07:00:00.000Z',
      ],
    );
  });

  it('begins at once when it is an interval', () => {
    const now = new Date('2026-03-27T12:00:00Z');
    const [first, second] = nextTimes(every(2, 'hours'), BERLIN, now);
    assert.deepEqual([first, second], [now, new Date('2026-03-27T14:00:00Z')]);
  });

  for (const [spec, schedule] of [
    [{ interval: '15m' }, every(15, 'minutes')],
    [{ interval: '1h30m' }, every(90, 'minutes')],
    [{ interval: '90s' }, every(90, 'seconds')],
    [{ interval: '48h' }, every(2, 'days')],
    [{ cron: '5 9 * * 1-5' }, at('09:05', [1, 2, 3, 4, 5])],
    [{ cron: '30 18 * * 0,6' }, at('18:30', [0, 6])],
    [{ cron: '0 0 * * *' }, at('00:00', [])],
    [{ cron: '*/5 8-18 * * 1-5' }, { kind: 'cron', cron: '*/5 8-18 * * 1-5' }],
    [{ cron: '0 3 1 * *' }, { kind: 'cron', cron: '0 3 1 * *' }],
  ] as const)
    it(`is read from a manifest: ${JSON.stringify(spec)}`, () => {
      assert.deepEqual(scheduleOf(spec), schedule);
    });

  it('has no times while it is half typed', () => {
    for (const cron of ['', '0 9', 'a b c d e', '0 99 * * *', '0 0 9 * * *'])
      assert.deepEqual(nextTimes({ kind: 'cron', cron }, BERLIN, new Date()), [], cron);
    assert.deepEqual(nextTimes(at('', []), BERLIN, new Date()), []);
    assert.deepEqual(nextTimes(every(Number.NaN, 'hours'), BERLIN, new Date()), []);
  });
});
