import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { nextSlot, planCheck, type PlanInput } from './schedule.ts';
import {
  MINUTE,
  HOUR,
  DAY,
  schedule,
  cron,
  at,
  next,
  slots,
  allow,
  anyTime,
} from './testing/schedules.ts';

describe('nextSlot with an interval', () => {
  const every15 = schedule({ interval: '15m', jitterPercent: 0 });
  it('keeps the interval exactly without jitter', () => {
    const first = next(every15, '2026-11-25T00:00:00Z');
    assert.equal(next(every15, first).getTime() - first.getTime(), 15 * MINUTE);
  });
  it('gives two jobs different phases', () =>
    assert.notDeepEqual(
      next(every15, '2026-11-25T00:00:00Z', 'a/one'),
      next(every15, '2026-11-25T00:00:00Z', 'a/two'),
    ));
  it('gives one job the same phase always', () =>
    assert.deepEqual(next(every15, '2026-11-25T00:00:00Z'), next(every15, '2026-11-25T00:00:00Z')));
  it('spreads a thousand jobs evenly over the interval', () => {
    const hours = Array.from({ length: 24 }, () => 0);
    for (let i = 0; i < 1000; i += 1) {
      const hour = next(
        schedule({ interval: '24h' }),
        '2026-11-25T00:00:00Z',
        `team/job-${i}`,
      ).getUTCHours();
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
    assert.ok(Math.max(...hours) < 90, String(hours));
  });
  it('never strays further than the jitter', () => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 0, max: 50 }), (after, jitterPercent) => {
        const s = schedule({ interval: '1h', jitterPercent });
        const one = next(s, after);
        const gap = next(s, one).getTime() - one.getTime();
        assert.ok(Math.abs(gap - HOUR) <= (HOUR * jitterPercent) / 100);
      }),
    );
  });
  it('names the field when the interval is no duration', () =>
    assert.deepEqual(nextSlot(schedule({ interval: 'soon' }), at('2026-11-25T00:00:00Z'), 's'), {
      kind: 'scheduleProblem',
      field: 'interval',
      message: 'The interval "soon" is not a duration; write it as 15m or 1h30m.',
    }));
  it('refuses an interval of nothing', () =>
    assert.equal(
      nextSlot(schedule({ interval: '0s' }), at('2026-11-25T00:00:00Z'), 's') instanceof Date,
      false,
    ));
  it('refuses a schedule with neither interval nor cron', () =>
    assert.equal(nextSlot(schedule({}), at('2026-11-25T00:00:00Z'), 's') instanceof Date, false));
});

describe('nextSlot with cron', () => {
  it('runs at the local time', () =>
    assert.deepEqual(
      next(cron('0 8 * * *', 'Europe/Berlin'), '2026-07-01T00:00:00Z'),
      at('2026-07-01T06:00:00Z'),
    ));
  const gaps: readonly [string, string, string, string][] = [
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T22:00Z', '2026-03-29T01:00'],
    ['America/New_York', '30 2 * * *', '2026-03-08T05:30Z', '2026-03-08T07:00'],
    ['Australia/Lord_Howe', '10 2 * * *', '2026-10-03T10:00Z', '2026-10-03T15:30'],
    ['America/Sao_Paulo', '30 0 * * *', '2018-11-04T01:00Z', '2018-11-04T03:00'],
  ];
  for (const [zone, pattern, after, expected] of gaps)
    it(`runs once at the next valid minute where ${zone} skips "${pattern}"`, () =>
      assert.equal(next(cron(pattern, zone), after).toISOString().slice(0, 16), expected));
  it('has no slot on a date that a zone skips as a whole', () =>
    assert.deepEqual(
      slots(cron('0 12 * * *', 'Pacific/Apia'), '2011-12-29T12:00Z', '2011-12-31T23:00Z'),
      ['2011-12-29T22:00', '2011-12-30T22:00', '2011-12-31T22:00'],
    ));
  it('goes on normally on the day after a skipped hour', () =>
    assert.deepEqual(
      slots(cron('30 2 * * *', 'Europe/Berlin'), '2026-03-28T02:00Z', '2026-03-31T00:00Z'),
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ));
  it('runs once where a named hour is repeated', () =>
    assert.deepEqual(
      slots(cron('30 2 * * *', 'Europe/Berlin'), '2026-10-24T12:00Z', '2026-10-25T12:00Z'),
      ['2026-10-25T00:30'],
    ));
  it('runs a list of hours once where they are repeated', () =>
    assert.deepEqual(
      slots(cron('0 1,2 * * *', 'America/New_York'), '2026-11-01T00:00-04:00', '2026-11-01T12:00Z'),
      ['2026-11-01T05:00', '2026-11-01T07:00'],
    ));
  it('keeps the pace of a wildcard hour through a repeated hour', () =>
    assert.equal(
      slots(cron('0 * * * *', 'Europe/Berlin'), '2026-10-24T22:00Z', '2026-10-25T22:00Z').length,
      24,
    ));
  it('defect: a cron search does not step minute by minute: a million of them up to a leap day are no work', () => {
    const rare = cron('0 0 29 2 *');
    next(rare, '2026-01-01T00:00Z');
    const start = process.cpuUsage();
    for (let i = 0; i < 50; i += 1)
      next(rare, new Date(at('2026-01-01T00:00Z').getTime() + i * DAY));
    const used = process.cpuUsage(start);
    // Stepping would take about a second each; the bound is far from both, so that noise is none.
    const each = (used.user + used.system) / 50 / 1000;
    assert.ok(each < 50, `${each} ms each`);
  });
  it('answers the same after being asked for more patterns than it keeps', () => {
    const first = next(cron('7 3 * * *'), '2026-01-01T00:00Z');
    for (let i = 0; i < 1100; i += 1)
      next(cron(`${i % 60} ${Math.floor(i / 60)} * * *`), '2026-01-01T00:00Z');
    assert.deepEqual(next(cron('7 3 * * *'), '2026-01-01T00:00Z'), first);
  });
  it('says that a pattern never comes true', () => {
    const slot = nextSlot(cron('0 0 30 2 *'), at('2026-01-01T00:00Z'), 's');
    assert.deepEqual(slot instanceof Date ? '' : [slot.field, slot.message], [
      'cron',
      'The cron expression "0 0 30 2 *" never comes true.',
    ]);
  });
  for (const pattern of ['', 'x', '* * * *', '0 0 0 * * *', '61 * * * *', '* * * * * * *'])
    it(`names the field when "${pattern}" is no cron expression`, () => {
      const slot = nextSlot(cron(pattern), at('2026-01-01T00:00Z'), 's');
      assert.equal(slot instanceof Date ? '' : slot.field, 'cron');
    });
  it('defect: one bad time zone does not stop the scheduler for everyone', () => {
    const jobs = [
      cron('0 8 * * *', 'Europe/Berlin'),
      cron('0 8 * * *', 'Mars/Olympus'),
      schedule({ interval: '1h', timeZone: 'nowhere' }),
      cron('0 8 * * *'),
    ];
    const planned = jobs.map((job) => nextSlot(job, at('2026-01-01T00:00Z'), 's'));
    assert.deepEqual(
      planned.map((slot) => (slot instanceof Date ? 'slot' : slot.field)),
      ['slot', 'timeZone', 'timeZone', 'slot'],
    );
  });
});

describe('planCheck', () => {
  const hourly = cron('0 * * * *');
  const plan = (parts: Partial<PlanInput>) =>
    planCheck({
      schedule: hourly,
      slot: at('2026-01-01T08:00Z'),
      now: at('2026-01-01T08:00:05Z'),
      inFlight: false,
      runRequested: false,
      seed: 's',
      ...parts,
    });
  it('runs a slot that is due', () =>
    assert.deepEqual(plan({}), { kind: 'run', slot: at('2026-01-01T08:00Z'), missed: 0 }));
  it('runs once when several slots passed, and counts the others', () =>
    assert.deepEqual(plan({ now: at('2026-01-01T11:20Z') }), {
      kind: 'run',
      slot: at('2026-01-01T11:00Z'),
      missed: 3,
    }));
  it('does the same for intervals in constant time', () => {
    const s = schedule({ interval: '60s', jitterPercent: 0 });
    const slot = next(s, '2026-01-01T00:00Z');
    assert.deepEqual(
      plan({
        schedule: s,
        slot,
        now: new Date(slot.getTime() + 10 * MINUTE + 5),
        seed: 'team/job',
      }),
      {
        kind: 'run',
        slot: new Date(slot.getTime() + 10 * MINUTE),
        missed: 10,
      },
    );
  });
  it('misses a slot that is later than the deadline', () =>
    assert.deepEqual(plan({ schedule: cron('0 8 * * *'), now: at('2026-01-01T09:00:01Z') }), {
      kind: 'skip',
      reason: 'deadline',
      missed: 1,
    }));
  it('still runs at the deadline itself', () =>
    assert.equal(
      plan({ schedule: cron('0 8 * * *'), now: at('2026-01-01T09:00:00Z') }).kind,
      'run',
    ));
  it('skips and counts while a check is in flight', () =>
    assert.deepEqual(plan({ inFlight: true }), { kind: 'skip', reason: 'overlap', missed: 1 }));
  it('buffers one with BufferOne', () =>
    assert.deepEqual(plan({ inFlight: true, schedule: { ...hourly, overlap: 'BufferOne' } }), {
      kind: 'buffer',
      missed: 0,
    }));
  it('runs at once when somebody asked, outside of windows and deadlines', () => {
    const s = { ...hourly, windows: [allow('20:00', '21:00')] };
    const now = at('2026-01-01T12:00Z');
    assert.deepEqual(plan({ schedule: s, runRequested: true, now }), {
      kind: 'run',
      slot: now,
      missed: 0,
    });
  });
  it('does not lose a run that was asked for while a check is in flight', () =>
    assert.deepEqual(plan({ runRequested: true, inFlight: true }), { kind: 'buffer', missed: 0 }));
  it('starts nothing after the window has closed', () => {
    const s = { ...hourly, windows: [allow('07:30', '08:15')] };
    assert.deepEqual(plan({ schedule: s, now: at('2026-01-01T08:20Z') }), {
      kind: 'skip',
      reason: 'outsideWindow',
      missed: 1,
    });
  });
  it('runs the newest slot inside of windows', () => {
    const s = { ...hourly, windows: [allow('07:30', '12:00')] };
    assert.deepEqual(plan({ schedule: s, now: at('2026-01-01T10:20Z') }), {
      kind: 'run',
      slot: at('2026-01-01T10:00Z'),
      missed: 2,
    });
  });
  it('takes the slot as it is when the schedule has a problem by now', () =>
    assert.equal(plan({ schedule: cron('0 * * * *', 'Mars/Olympus') }).kind, 'run'));
});
