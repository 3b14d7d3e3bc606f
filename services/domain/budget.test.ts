import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  costOf,
  degrade,
  estimate,
  fits,
  formatUsd,
  monthKey,
  parseUsd,
  type BudgetState,
  type Price,
} from './budget.ts';

const price: Price = { input: '0.15', cached: '0.075', output: '0.60' };
const state = (parts: Partial<BudgetState> = {}): BudgetState => ({
  capMicroUsd: 1000n,
  usedMicroUsd: 0n,
  capTokens: null,
  usedTokens: 0,
  ...parts,
});
const call = (tokens: number, microUsd: bigint | null) => ({ tokens, microUsd });

describe('costOf', () => {
  it('prices fresh, cached and output tokens apart', () =>
    assert.equal(
      costOf({ input: 1_000_000, cached: 400_000, output: 100_000 }, price),
      90_000n + 30_000n + 60_000n,
    ));
  it('rounds up to the next millionth of a dollar', () =>
    assert.equal(costOf({ input: 1, cached: 0, output: 0 }, price), 1n));
  it('costs nothing without tokens', () =>
    assert.equal(costOf({ input: 0, cached: 0, output: 0 }, price), 0n));
  it('never counts more cached tokens than there were', () =>
    assert.equal(costOf({ input: 10, cached: 99, output: 0 }, { ...price, cached: '1' }), 10n));
  it('is exact where floating point is not', () =>
    assert.equal(
      costOf({ input: 3_000_000, cached: 0, output: 0 }, { ...price, input: '0.1' }),
      300_000n,
    ));
  for (const bad of ['', 'free', '-1', '1,5', '1e-3'])
    it(`refuses the price "${bad}"`, () =>
      assert.throws(
        () => costOf({ input: 1, cached: 0, output: 0 }, { ...price, input: bad }),
        RangeError,
      ));
});

describe('estimate', () => {
  it('D13 is never less than what the call costs', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(4000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(4000),
        (bytes, maxOutputTokens, share, out) => {
          const before = estimate({ bytes, maxOutputTokens }, price);
          const real = {
            input: Math.floor(bytes * share),
            cached: 0,
            output: Math.min(out, maxOutputTokens),
          };
          assert.ok(
            (before.microUsd ?? 0n) >= costOf(real, price) &&
              before.tokens >= real.input + real.output,
          );
        },
      ),
    );
  });
  it('knows no money for a model without a price', () =>
    assert.deepEqual(estimate({ bytes: 100, maxOutputTokens: 10 }, undefined), {
      tokens: 110,
      microUsd: null,
    }));
});

describe('degrade', () => {
  const big = call(500, 2000n);
  const small = call(500, 900n);
  it('keeps the full model while it fits, to the last millionth', () =>
    assert.equal(degrade(state(), 'Pause', call(1, 1000n)), 'full'));
  it('takes the small model when only that fits', () =>
    assert.equal(degrade(state(), 'SmallModel', big, small), 'small'));
  it('goes on to conditions when the small model does not fit either', () =>
    assert.equal(
      degrade(state({ usedMicroUsd: 500n }), 'SmallModel', big, small),
      'conditionsOnly',
    ));
  it('goes on to conditions when there is no small model', () =>
    assert.equal(degrade(state(), 'SmallModel', big), 'conditionsOnly'));
  it('does not take the small model when the job does not ask for it', () =>
    assert.equal(degrade(state(), 'ConditionsOnly', big, small), 'conditionsOnly'));
  it('pauses when the job says so', () =>
    assert.equal(degrade(state(), 'Pause', big, small), 'pause'));
  it('has no money cap where none is set', () =>
    assert.equal(degrade(state({ capMicroUsd: null }), 'Pause', big), 'full'));
  it('holds the token cap for a model without a price', () => {
    const capped = state({ capTokens: 1000, usedTokens: 501 });
    assert.equal(fits(capped, call(499, null)), true);
    assert.equal(fits(capped, call(500, null)), false);
  });
  it('D13 never lets the sum of reserved calls pass the cap', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 400n })), (costs) => {
        let used = 0n;
        for (const cost of costs)
          if (degrade(state({ usedMicroUsd: used }), 'Pause', call(1, cost)) === 'full')
            used += cost;
        assert.ok(used <= 1000n);
      }),
    );
  });
});

describe('money and months', () => {
  it('reads dollars into millionths', () => assert.equal(parseUsd('1.5'), 1_500_000n));
  it('never raises a cap by rounding', () => assert.equal(parseUsd('0.0000019'), 1n));
  it('writes millionths as dollars', () =>
    assert.deepEqual([formatUsd(1234n), formatUsd(12_000_000n)], ['0.001234', '12.000000']));
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (micro) =>
        assert.equal(parseUsd(formatUsd(micro)), micro),
      ),
    );
  });
  it('names a month by its first day in UTC', () =>
    assert.equal(monthKey(new Date('2026-11-30T23:59:59-05:00')), '2026-12-01'));
});
