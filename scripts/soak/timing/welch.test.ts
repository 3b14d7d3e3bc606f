import assert from 'node:assert/strict';
import { welch } from './welch.ts';

describe('soak: timing', () => {
  it("has Welch's t as it is worked out by hand", () => {
    // means 20 and 22, variances 4 and 16, 3 values each: -2 / sqrt(4/3 + 16/3)
    assert.ok(Math.abs(welch([18, 20, 22], [18, 22, 26]) + 2 / Math.sqrt(20 / 3)) < 1e-12);
  });

  it('is nothing between equal samples, and beyond the threshold where one is slower', () => {
    const values = Array.from({ length: 1000 }, (_, at) => 100 + (at % 10));
    assert.equal(welch(values, values), 0);
    assert.equal(welch([1, 1], [1, 1]), 0);
    assert.ok(
      Math.abs(
        welch(
          values,
          values.map((value) => value + 1),
        ),
      ) > 4.5,
    );
  });
});
