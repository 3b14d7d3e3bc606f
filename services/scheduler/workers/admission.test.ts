import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Claim } from '../../store/claim.ts';
import { NOON, later, testSpec } from '../../store/testing/monitors.ts';
import { claimOf } from '../testing/claim.ts';
import { needsBrowser, outOfTime } from './admission.ts';

const MINUTE = 60_000;
const browser = {
  namespace: 'team',
  name: 'own',
  url: 'http://pool.test:8001',
  keyring: 'browser/team',
  perCheck: false,
};
const schedule = { ...testSpec().schedule, interval: '5m', startingDeadline: '20m' };
const bound = (patch: Partial<Claim> = {}): Claim =>
  claimOf({ spec: testSpec({ schedule }), workers: { browser, llm: null }, ...patch });

describe('a claim at the door', () => {
  it('needs a pod only for what fetches pages by its own pool', () => {
    assert.equal(needsBrowser(bound(), NOON), true);
    assert.equal(needsBrowser(bound({ workers: null }), NOON), false);
    assert.equal(needsBrowser(bound({ workers: { browser: null, llm: browser } }), NOON), false);
    assert.equal(needsBrowser(bound({ slot: later(NOON, MINUTE) }), NOON), false);
    assert.equal(needsBrowser(bound({ died: true, deaths: 3 }), NOON), false);
  });

  it('waits until its own slot is too old, however many have come since', () => {
    assert.equal(outOfTime(bound(), NOON, later(NOON, 20 * MINUTE)), undefined);
    assert.equal(outOfTime(bound(), undefined, later(NOON, 60 * MINUTE)), undefined);
    const plan = outOfTime(bound(), NOON, later(NOON, 20 * MINUTE + 1));
    assert.equal(plan?.why, 'no pod of the pool team/own took the check in time');
    assert.deepEqual([plan.kind, plan.reason], ['missed', 'deadline']);
    assert.ok(plan.missed >= 4 && plan.missed <= 6, `${plan.missed}`);
  });

  it('without a due slot waits from when it came, and misses no slot', () => {
    const asked = bound({ slot: later(NOON, 60 * MINUTE), runRequest: 'r1' });
    assert.equal(outOfTime(asked, undefined, later(NOON, 50 * MINUTE)), undefined);
    assert.equal(outOfTime(asked, NOON, later(NOON, 20 * MINUTE)), undefined);
    assert.equal(outOfTime(asked, NOON, later(NOON, 20 * MINUTE + 1))?.missed, 0);
  });

  it('waits past the deadline of a due slot only for the two minutes that pods need after an outage', () => {
    const seconds = fc.integer({ min: 0, max: 86_400 });
    fc.assert(
      fc.property(seconds, seconds, (late, waited) => {
        const now = later(NOON, late * 1000);
        const since = later(now, -waited * 1000);
        assert.equal(outOfTime(bound(), since, now) === undefined, late <= 1200 || waited < 120);
      }),
    );
  });
});
