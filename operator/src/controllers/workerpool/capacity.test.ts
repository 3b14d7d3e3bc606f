import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jobSpec } from '../monitorjob/testing.ts';
import {
  browserSlots,
  judgeSlots,
  meanIntervalMs,
  planScale,
  podsFor,
  type IntervalOf,
  type PoolShape,
  type ScaleInput,
} from './capacity.ts';
import { NOON, reportOf } from './testing.ts';

const shape: PoolShape = { slotsPerPod: 4, targetUtilizationPercent: 70, min: 1, max: 20 };
const intervalOf: IntervalOf = (given) => meanIntervalMs(given, NOON);
const [source] = jobSpec().sources;
assert.ok(source);
const schedule = (patch: object) => ({ ...jobSpec().schedule, ...patch });
const cron = (text: string, timeZone = 'UTC') => {
  const { interval: _none, ...rest } = jobSpec().schedule;
  return { ...rest, cron: text, timeZone };
};

describe('operator: mean interval', () => {
  it('is the interval', () => {
    assert.equal(meanIntervalMs(schedule({ interval: '15m' }), NOON), 900_000);
  });

  it('is taken over the next runs of a cron', () => {
    assert.equal(meanIntervalMs(cron('*/10 * * * *'), NOON), 600_000);
    const workdays = meanIntervalMs(cron('0 8 * * 1-5', 'Europe/Berlin'), NOON);
    assert.ok(workdays > 24 * 3_600_000 && workdays < 36 * 3_600_000, String(workdays));
  });

  it('is long for a cron that never comes true, so that it asks for nothing', () => {
    assert.equal(meanIntervalMs(cron('0 0 31 2 *'), NOON), 744 * 3_600_000);
  });
});

describe('operator: slots', () => {
  it('are fetch time through interval, over all pages', () => {
    const browser = { ...source, fetch: 'Browser' as const };
    const spec = jobSpec({
      sources: [browser, { ...source, name: 'b', fetch: 'Http' }],
      schedule: schedule({ interval: '90s' }),
    });
    assert.equal(browserSlots([spec, spec], reportOf(), intervalOf), 0.1);
  });

  it('1000 jobs each 5 minutes of 4 s are some 14 slots and 5 pods', () => {
    const spec = jobSpec({
      sources: [{ ...source, fetch: 'Browser' }],
      schedule: schedule({ interval: '5m' }),
    });
    const slots = browserSlots(
      Array.from({ length: 1000 }, () => spec),
      reportOf(),
      intervalOf,
    );
    assert.ok(Math.abs(slots - 13.33) < 0.01);
    assert.equal(podsFor(slots, shape), 5);
  });

  it('of a suspended job are none', () => {
    const spec = jobSpec({ suspend: true });
    assert.equal(browserSlots([spec], reportOf(), intervalOf), 0);
    assert.equal(judgeSlots([spec], reportOf(), intervalOf), 0);
  });

  it('are assumed, not nothing, while nothing was measured', () => {
    const nothing = reportOf({
      p95Ms: { http: null, browser: null },
      judgedShare: null,
      judgeP95Ms: null,
    });
    for (const report of [nothing, undefined]) {
      assert.ok(browserSlots([jobSpec()], report, intervalOf) > 0);
      assert.ok(judgeSlots([jobSpec()], report, intervalOf) > 0);
    }
  });

  it('are the same to the last bit in whatever order the jobs come', () => {
    const specs = Array.from({ length: 30 }, (_, index) =>
      jobSpec({ schedule: schedule({ interval: `${61 + index * 7}s` }) }),
    );
    const slots = (of: typeof specs) => [
      browserSlots(of, reportOf(), intervalOf),
      judgeSlots(of, reportOf(), intervalOf),
    ];
    const any = fc.shuffledSubarray(specs, { minLength: specs.length });
    fc.assert(fc.property(any, (shuffled) => assert.deepEqual(slots(shuffled), slots(specs))));
  });

  it('of judgements follow the share that comes to a model', () => {
    const spec = jobSpec({ schedule: schedule({ interval: '60s' }) });
    assert.equal(judgeSlots([spec], reportOf(), intervalOf), (0.02 * 3000) / 60_000);
  });
});

describe('operator: scaling', () => {
  const plan = (patch: Partial<ScaleInput>) =>
    planScale({
      shape,
      current: 5,
      slots: 14,
      asleep: false,
      measured: reportOf(),
      lowSince: undefined,
      scaleDownDelayMs: 300_000,
      now: NOON,
      ...patch,
    });

  it('stays where it is while the need is met', () => {
    assert.deepEqual(plan({}), { replicas: 5, slotsNeeded: 14, lowSince: undefined });
  });

  it('grows at once', () => {
    assert.equal(plan({ slots: 40 }).replicas, 15);
  });

  it('does not follow a need that moves by less than a fifth', () => {
    assert.equal(plan({ slots: 16 }).replicas, 5);
    assert.equal(plan({ current: 10, slots: 23 }).replicas, 10);
  });

  it('grows for a queue that is late', () => {
    assert.equal(plan({ measured: reportOf({ queueAgeMs: 60_000 }) }).replicas, 10);
    assert.equal(plan({ measured: reportOf({ queueAgeMs: 600_000 }) }).replicas, 10);
  });

  it('shrinks only after fewer pods have sufficed for the whole delay', () => {
    const first = plan({ slots: 2 });
    assert.deepEqual([first.replicas, first.lowSince], [5, NOON]);
    const later = (ms: number) => new Date(NOON.getTime() + ms);
    assert.equal(plan({ slots: 2, lowSince: NOON, now: later(299_999) }).replicas, 5);
    assert.equal(plan({ slots: 2, lowSince: NOON, now: later(300_000) }).replicas, 1);
  });

  it('begins the delay anew when the need comes back', () => {
    assert.equal(plan({ slots: 14, lowSince: NOON }).lowSince, undefined);
  });

  it('takes no pod away while the scheduler cannot be asked', () => {
    const long = new Date(NOON.getTime() - 3_600_000);
    const kept = plan({ slots: 0, measured: undefined, lowSince: long });
    assert.equal(kept.replicas, 5);
  });

  it('obeys new bounds at once', () => {
    assert.equal(plan({ shape: { ...shape, max: 3 } }).replicas, 3);
    assert.equal(plan({ shape: { ...shape, min: 7 } }).replicas, 7);
  });

  it('wakes a pool that slept', () => {
    const sleeping = { ...shape, min: 0 };
    assert.equal(plan({ shape: sleeping, current: 0, slots: 0.1 }).replicas, 1);
    assert.equal(plan({ shape: sleeping, current: 0, slots: 0 }).replicas, 0);
  });

  it('comes down to the least when it may sleep, after the delay, and not while nothing is known', () => {
    const tired = { shape: { ...shape, min: 0 }, current: 1, asleep: true };
    assert.deepEqual(plan(tired), { replicas: 1, slotsNeeded: 14, lowSince: NOON });
    const long = new Date(NOON.getTime() - 300_000);
    assert.equal(plan({ ...tired, lowSince: long }).replicas, 0);
    assert.equal(plan({ ...tired, lowSince: long, measured: undefined }).replicas, 1);
    assert.equal(plan({ ...tired, shape, lowSince: long }).replicas, 1);
  });

  it('keeps within its bounds and comes to rest, whatever the need', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 5, max: 40 }),
        (slots, current, min, max) => {
          const bounds = { ...shape, min, max };
          const step = (from: number) =>
            plan({ shape: bounds, slots, current: from, lowSince: new Date(0) });
          const first = step(current).replicas;
          assert.ok(first >= min && first <= max);
          assert.equal(step(first).replicas, first);
        },
      ),
    );
  });
});
