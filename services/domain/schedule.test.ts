import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Schedule, ScheduleWindow } from '../../crds/types/monitorjob.ts';
import {
  MAX_MISSED,
  isInWindow,
  nextAllowed,
  nextSlot,
  planCheck,
  slotsMissed,
  type PlanInput,
} from './schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const schedule = (parts: Partial<Schedule>): Schedule => ({
  timeZone: 'UTC',
  jitterPercent: 10,
  startingDeadline: '1h',
  overlap: 'Skip',
  ...parts,
});
const cron = (pattern: string, timeZone = 'UTC', parts: Partial<Schedule> = {}): Schedule =>
  schedule({ cron: pattern, timeZone, ...parts });
const at = (text: string): Date => new Date(text);
function next(s: Schedule, after: Date | string, seed = 'team/job'): Date {
  const slot = nextSlot(s, typeof after === 'string' ? at(after) : after, seed);
  assert.ok(slot instanceof Date, JSON.stringify(slot));
  return slot;
}
/** The instants of all slots in (from, to]. */
function slots(s: Schedule, from: string, to: string): string[] {
  const found: string[] = [];
  for (let slot = next(s, from); slot <= at(to); slot = next(s, slot))
    found.push(slot.toISOString().slice(0, 16));
  return found;
}
const allow = (from: string, to: string, days?: ScheduleWindow['days']): ScheduleWindow => ({
  kind: 'Allow',
  from,
  to,
  ...(days ? { days } : {}),
});
const deny = (from: string, to: string, days?: ScheduleWindow['days']): ScheduleWindow => ({
  ...allow(from, to, days),
  kind: 'Deny',
});

const zones = [
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
const anyZone = fc.constantFrom(...zones);
/** Often near a date on which some zone changes its clocks. */
const anyTime = fc
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
const anyWindow = fc
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
const anyCron = fc.constantFrom(
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
const anySchedule = fc.oneof(
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

describe('windows', () => {
  const night = { timeZone: 'Europe/Berlin', windows: [allow('22:00', '06:00', ['Fri'])] };
  const table: readonly [string, boolean][] = [
    ['2026-11-27T20:59:59Z', false],
    ['2026-11-27T21:00:00Z', true],
    ['2026-11-28T04:59:00Z', true],
    ['2026-11-28T05:00:00Z', false],
    ['2026-11-27T03:00:00Z', false],
    ['2026-11-28T22:00:00Z', false],
  ];
  for (const [time, open] of table)
    it(`defect: a window over midnight never true: ${time} is ${open ? 'in' : 'outside of'} Friday's night`, () =>
      assert.equal(isInWindow(night, at(time)), open));
  it('is always open without windows', () =>
    assert.equal(isInWindow({ timeZone: 'UTC' }, at('2026-01-01T00:00Z')), true));
  it('is open outside of Deny windows when there is no Allow window', () =>
    assert.equal(
      isInWindow({ timeZone: 'UTC', windows: [deny('00:00', '06:00')] }, at('2026-01-01T12:00Z')),
      true,
    ));
  it('lets Deny win over Allow', () =>
    assert.equal(
      isInWindow(
        { timeZone: 'UTC', windows: [allow('08:00', '18:00'), deny('12:00', '13:00')] },
        at('2026-01-01T12:30Z'),
      ),
      false,
    ));
  it('takes equal ends as a whole day', () =>
    assert.equal(
      isInWindow(
        { timeZone: 'UTC', windows: [allow('09:00', '09:00', ['Thu'])] },
        at('2026-01-02T08:59Z'),
      ),
      true,
    ));
  it('finds the next opening', () =>
    assert.deepEqual(nextAllowed(night, at('2026-11-25T00:00Z')), at('2026-11-27T21:00Z')));
  it('finds the end of a Deny window', () =>
    assert.deepEqual(
      nextAllowed({ timeZone: 'UTC', windows: [deny('22:00', '06:00')] }, at('2026-01-01T23:00Z')),
      at('2026-01-02T06:00Z'),
    ));
  it('opens at the first valid instant when its beginning is skipped', () =>
    assert.deepEqual(
      nextAllowed(
        { timeZone: 'Europe/Berlin', windows: [allow('02:30', '05:00')] },
        at('2026-03-29T00:00Z'),
      ),
      at('2026-03-29T01:00Z'),
    ));
  it('opens again inside a repeated hour', () => {
    const windows = [allow('02:30', '02:45')];
    assert.deepEqual(
      nextAllowed({ timeZone: 'Europe/Berlin', windows }, at('2026-10-25T00:50Z')),
      at('2026-10-25T01:30Z'),
    );
  });
  it('knows that a window closes when the clocks are set back', () => {
    const s = { timeZone: 'Europe/Berlin', windows: [deny('00:00', '02:30')] };
    assert.equal(isInWindow(s, at('2026-10-25T00:45Z')), true);
    assert.equal(isInWindow(s, at('2026-10-25T01:15Z')), false);
  });
  it('says so when the windows never open', () => {
    const s = schedule({ interval: '1h', windows: [deny('00:00', '00:00')] });
    assert.equal(nextAllowed(s, at('2026-01-01T00:00Z')), undefined);
    for (const never of [s, { ...cron('0 * * * *'), windows: s.windows ?? [] }]) {
      const slot = nextSlot(never, at('2026-01-01T00:00Z'), 's');
      assert.equal(slot instanceof Date ? '' : slot.field, 'windows');
    }
  });
  it('moves a daily check into a narrow window that its phase misses', () => {
    const s = schedule({ interval: '24h', windows: [allow('08:00', '08:30')] });
    for (const seed of ['a', 'b', 'c', 'd', 'e']) {
      const found = [next(s, '2026-01-01T00:00Z', seed)];
      for (let i = 0; i < 3; i += 1) found.push(next(s, found.at(-1) ?? '', seed));
      assert.deepEqual(
        found.map((slot) => slot.getUTCDate()),
        [1, 2, 3, 4],
      );
      assert.ok(found.every((slot) => isInWindow(s, slot)));
    }
  });
  it('does not add a check where the window has its own slots', () => {
    const s = schedule({ interval: '10m', jitterPercent: 0, windows: [allow('08:00', '09:00')] });
    assert.equal(slots(s, '2026-01-01T00:00Z', '2026-01-01T23:00Z').length, 6);
  });
  it('skips cron slots outside of the windows', () =>
    assert.deepEqual(
      slots(
        cron('0 */6 * * *', 'UTC', { windows: [allow('05:00', '13:00')] }),
        '2026-01-01T00:00Z',
        '2026-01-02T00:00Z',
      ),
      ['2026-01-01T06:00', '2026-01-01T12:00'],
    ));
  it('takes a cron slot at the very opening', () =>
    assert.deepEqual(
      next(cron('0 * * * *', 'UTC', { windows: [allow('08:00', '09:00')] }), '2026-01-01T00:00Z'),
      at('2026-01-01T08:00Z'),
    ));
  it('says so when cron and windows have no time in common', () => {
    const slot = nextSlot(
      cron('0 3 * * *', 'UTC', { windows: [allow('08:00', '18:00')] }),
      at('2026-01-01T00:00Z'),
      's',
    );
    assert.match(slot instanceof Date ? '' : slot.message, /no time in common/);
  });
});

describe('windows: a slot that an open stretch was given', () => {
  it('is not lost for who asks inside of the stretch, before the slot', () => {
    const s = schedule({ interval: '24h', jitterPercent: 50, windows: [allow('08:00', '12:00')] });
    for (const seed of ['a', 'b', 'c', 'd']) {
      const slot = next(s, '2026-01-01T00:00Z', seed);
      assert.deepEqual(next(s, new Date(slot.getTime() - 1), seed), slot);
    }
  });
});

describe('nextSlot: laws', () => {
  it('is always later than what it is given, over all kinds, zones and changes of the clocks', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, fc.string(), (s, after, seed) =>
        assert.ok(next(s, after, seed) > after),
      ),
    );
  });
  it('never goes back when time goes on', () => {
    fc.assert(
      fc.property(anySchedule, anyTime, fc.nat(DAY), (s, after, wait) => {
        assert.ok(next(s, after) <= next(s, new Date(after.getTime() + wait)));
      }),
    );
  });
  it('skips no slot: between a slot and what asks for it lies no other', () => {
    fc.assert(
      fc.property(
        anySchedule,
        anyTime,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (s, after, part) => {
          const slot = next(s, after).getTime();
          const between = new Date(after.getTime() + Math.floor((slot - after.getTime()) * part));
          fc.pre(between.getTime() < slot);
          assert.equal(next(s, between).getTime(), slot);
        },
      ),
    );
  });
  it('lies in the windows, whatever they are', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
        anyTime,
        (base, windows, after) => {
          const s = { ...base, windows };
          const slot = nextSlot(s, after, 'seed');
          if (slot instanceof Date)
            assert.ok(slot > after && isInWindow(s, slot), slot.toISOString());
          else assert.ok(['windows', 'cron'].includes(slot.field));
        },
      ),
    );
  });
  it('opens at the earliest minute, as a walk over all minutes of two days finds it', () => {
    fc.assert(
      fc.property(
        anyZone,
        fc.array(anyWindow, { minLength: 1, maxLength: 2 }),
        anyTime,
        (timeZone, windows, time) => {
          const from = new Date(Math.ceil(time.getTime() / MINUTE) * MINUTE);
          const found = nextAllowed({ timeZone, windows }, from);
          for (let i = 0; i < 300; i += 1) {
            const minute = new Date(from.getTime() + i * 7 * MINUTE);
            if (found && minute >= found) break;
            assert.equal(isInWindow({ timeZone, windows }, minute), false, minute.toISOString());
          }
          if (found) assert.equal(isInWindow({ timeZone, windows }, found), true);
        },
      ),
      { numRuns: 60 },
    );
  });
  it('shows the wall clock that the cron expression names, or the first minute after a gap', () => {
    fc.assert(
      fc.property(anyZone, anyTime, (timeZone, after) => {
        const slot = next(cron('30 2 * * *', timeZone), after);
        const shown = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          hour: '2-digit',
          minute: '2-digit',
        });
        const before = shown.format(new Date(slot.getTime() - MINUTE));
        assert.ok(
          shown.format(slot) === '02:30' || (before < '02:30' && shown.format(slot) > '02:30'),
        );
      }),
    );
  });
});

describe('slotsMissed', () => {
  it('counts the slots of a cron expression', () =>
    assert.equal(
      slotsMissed(cron('0 * * * *'), at('2026-01-01T00:00Z'), at('2026-01-01T05:30Z'), 's'),
      5,
    ));
  it('counts only slots inside of windows', () =>
    assert.equal(
      slotsMissed(
        cron('0 * * * *', 'UTC', { windows: [allow('01:00', '03:00')] }),
        at('2026-01-01T00:00Z'),
        at('2026-01-02T00:00Z'),
        's',
      ),
      2,
    ));
  it('agrees with walking from slot to slot', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('5m', '1h', '7h'),
        fc.integer({ min: 0, max: 50 }),
        anyTime,
        fc.nat(2 * DAY),
        (interval, jitterPercent, from, span) => {
          const s = schedule({ interval, jitterPercent });
          const now = new Date(from.getTime() + span);
          let walked = 0;
          for (let slot = next(s, from); slot <= now && walked < MAX_MISSED; slot = next(s, slot))
            walked += 1;
          assert.equal(slotsMissed(s, from, now, 'team/job'), walked);
        },
      ),
    );
  });
  it('stops counting at its limit', () => {
    assert.equal(
      slotsMissed(
        schedule({ interval: '60s' }),
        at('2020-01-01T00:00Z'),
        at('2026-01-01T00:00Z'),
        's',
      ),
      MAX_MISSED,
    );
    assert.equal(
      slotsMissed(cron('* * * * *'), at('2020-01-01T00:00Z'), at('2026-01-01T00:00Z'), 's'),
      100,
    );
  });
  it('counts nothing backwards', () =>
    assert.equal(
      slotsMissed(
        schedule({ interval: '5m' }),
        at('2026-01-02T00:00Z'),
        at('2026-01-01T00:00Z'),
        's',
      ),
      0,
    ));
  it('counts nothing for a schedule with a problem', () => {
    assert.equal(
      slotsMissed(
        schedule({ interval: 'x' }),
        at('2026-01-01T00:00Z'),
        at('2026-01-02T00:00Z'),
        's',
      ),
      0,
    );
    assert.equal(slotsMissed(cron('x'), at('2026-01-01T00:00Z'), at('2026-01-02T00:00Z'), 's'), 0);
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
