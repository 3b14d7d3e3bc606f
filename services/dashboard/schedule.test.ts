import assert from 'node:assert/strict';
import {
  checksAMonth,
  nextTimes,
  scheduleSpec,
  scheduleWords,
  type Schedule,
} from './web/src/parts/schedule.ts';

const every = (amount: number, unit: 'minutes' | 'hours' | 'days'): Schedule => ({
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

  it('has no times while it is half typed', () => {
    assert.deepEqual(nextTimes(at('', []), BERLIN, new Date()), []);
    assert.deepEqual(nextTimes(every(Number.NaN, 'hours'), BERLIN, new Date()), []);
  });
});
