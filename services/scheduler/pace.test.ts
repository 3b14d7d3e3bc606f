import assert from 'node:assert/strict';
import { createPace, type Pace } from './pace.ts';

const SLOTS = 32;

describe('the pace of claims', () => {
  let pace: Pace;
  beforeEach(() => {
    pace = createPace(SLOTS);
  });
  /** Whether each of some checks that end one after the other asks for a claim. */
  const endings = (count: number, running = 20): boolean[] =>
    Array.from({ length: count }, () => pace.ended(running));

  it('waits until the next monitor is due', () => {
    assert.equal(pace.rest(3, 1200), 1200);
  });

  it('claims again at once while a claim is filled and slots are free', () => {
    assert.equal(pace.full(5), 0);
  });

  it('does not spin while all slots are taken', () => {
    assert.ok(pace.full(0) > 0);
  });

  it('does not spin on monitors that are due but not to be had', () => {
    assert.ok(pace.rest(0, 0) > 0);
  });

  it('looks once more when a claim got some of what is due', () => {
    assert.equal(pace.rest(2, 0), 0);
  });

  it('lets each check that ends claim when there is no backlog', () => {
    pace.rest(0, 5000);
    assert.deepEqual(endings(3), [true, true, true]);
  });

  it('claims by the handful in a backlog', () => {
    pace.full(0);
    assert.deepEqual(endings(8), [false, false, false, true, false, false, false, true]);
  });

  it('claims at once when the last check of a backlog has ended', () => {
    pace.full(0);
    assert.equal(pace.ended(0), true);
  });

  it('leaves the backlog behind when nothing is due any more', () => {
    pace.full(0);
    pace.rest(1, 800);
    assert.equal(pace.ended(20), true);
  });

  it('lets a scheduler with few slots claim after each check', () => {
    pace = createPace(8);
    pace.full(0);
    assert.deepEqual(endings(2, 7), [true, true]);
  });
});
