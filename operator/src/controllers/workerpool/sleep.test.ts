import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AHEAD_MS, restOf, type Duty } from './sleep.ts';
import { NOON } from './testing.ts';

const MINUTE = 60_000;
const later = (ms: number): Date => new Date(NOON.getTime() + ms);
const duty = (patch: Partial<Duty> = {}): Duty => ({
  isDedicated: true,
  suspended: false,
  intervalMs: 30 * MINUTE,
  nextCheck: later(20 * MINUTE),
  ...patch,
});
const rest = (patch: Partial<Duty> = {}, isAskedFor = false) =>
  restOf([duty(patch)], isAskedFor, NOON);
const AWAKE = { kind: 'awake' };

describe('operator: sleep of a pool', () => {
  it('is between two checks of a job that is seldom checked, until a minute before the next', () => {
    assert.deepEqual(rest(), { kind: 'asleep', until: later(19 * MINUTE) });
    assert.equal(AHEAD_MS, MINUTE);
  });

  it('ends a minute before the check, and does not begin while that is due, waits or runs', () => {
    for (const ms of [MINUTE, 0, -MINUTE, -60 * MINUTE])
      assert.deepEqual(rest({ nextCheck: later(ms) }), AWAKE, String(ms));
    assert.equal(rest({ nextCheck: later(MINUTE + 1) }).kind, 'asleep');
  });

  it('is not for jobs that are checked every ten minutes or more often', () => {
    assert.deepEqual(rest({ intervalMs: 10 * MINUTE }), AWAKE);
    assert.equal(rest({ intervalMs: 10 * MINUTE + 1 }).kind, 'asleep');
  });

  it('is not for pools that jobs share', () => {
    assert.deepEqual(rest({ isDedicated: false }), AWAKE);
    assert.deepEqual(restOf([duty(), duty({ isDedicated: false })], false, NOON), AWAKE);
    assert.deepEqual(restOf([], false, NOON), AWAKE);
  });

  it('is broken by a check that waits, such as one that somebody asked for', () => {
    assert.deepEqual(rest({}, true), AWAKE);
    assert.deepEqual(rest({ suspended: true }, true), AWAKE);
  });

  it('is not while nobody knows when the next check is', () => {
    assert.deepEqual(rest({ nextCheck: undefined }), AWAKE);
  });

  it('lasts as long as the job is suspended', () => {
    const asleep = { kind: 'asleep', until: undefined };
    assert.deepEqual(rest({ suspended: true, nextCheck: undefined }), asleep);
  });

  it('ends with the first of several checks, in whatever order they come', () => {
    const minutes = fc.array(fc.integer({ min: 2, max: 500 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(minutes, (all) => {
        const duties = all.map((one) => duty({ nextCheck: later(one * MINUTE) }));
        const until = later((Math.min(...all) - 1) * MINUTE);
        assert.deepEqual(restOf(duties, false, NOON), { kind: 'asleep', until });
      }),
    );
  });
});
