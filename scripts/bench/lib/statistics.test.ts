import assert from 'node:assert/strict';
import fc from 'fast-check';
import { median, ratiosOf, spreadOf } from './statistics.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

describe('bench: statistics', () => {
  it('takes the middle value of an odd count', () => {
    assert.equal(median([9, 1, 5]), 5);
  });

  it('takes the mean of the two middle values of an even count', () => {
    assert.equal(median([1, 2, 10, 4]), 3);
  });

  it('takes the only value', () => {
    assert.equal(median([7]), 7);
  });

  it('sorts by number, not by text', () => {
    assert.equal(median([10, 9, 100]), 10);
  });

  it('refuses to make a number of nothing', () => {
    assert.throws(() => median([]), RangeError);
  });

  it('refuses a measurement that is no number', () => {
    assert.throws(() => median([1, NaN, 2]), RangeError);
    assert.throws(() => median([1, Infinity, 2]), RangeError);
  });

  it('leaves the values as they were', () => {
    const given = [3, 1, 2];
    median(given);
    assert.deepEqual(given, [3, 1, 2]);
  });

  it('lies between the smallest and the largest value', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { median: middle, min, max } = spreadOf(list);
        assert.ok(min <= middle && middle <= max);
      }),
    );
  });

  it('does not depend on the order', () => {
    fc.assert(fc.property(values, (list) => assert.equal(median(list), median(list.toReversed()))));
  });

  it('compares each turn with the one beside it, not medians with medians', () => {
    const pairs = [
      { ours: 10, theirs: 1 },
      { ours: 20, theirs: 10 },
      { ours: 90, theirs: 30 },
    ];
    assert.deepEqual(ratiosOf(pairs, Number), { median: 3, min: 2, max: 10 });
  });

  it('refuses a ratio to nothing', () => {
    assert.throws(() => ratiosOf([{ ours: 1, theirs: 0 }], Number), RangeError);
  });
});
