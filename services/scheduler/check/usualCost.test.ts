import assert from 'node:assert/strict';
import { usualJudging } from './usualCost.ts';

const prices = { 'model-1': { input: '1', cached: '0.5', output: '2' } };

describe('what a judgement usually takes', () => {
  it('is the rules, the goal and a part of the page, at the price of the first model', () => {
    const page = { prompt: 'x'.repeat(400), textBytes: 1_000_000 };
    assert.deepEqual(usualJudging(page, ['model-1', 'other'], prices), {
      model: 'model-1',
      tokensIn: (16_000 + 400 + 4_000) / 4,
      tokensOut: 300,
      costUsd: '0.005700',
    });
  });

  it('is less for a short page', () => {
    const { tokensIn } = usualJudging({ prompt: '', textBytes: 40 }, ['model-1'], prices);
    assert.equal(tokensIn, 4010);
  });

  it('has no sum for a model without a known price', () => {
    const { costUsd } = usualJudging({ prompt: '', textBytes: 40 }, ['free-1'], prices);
    assert.equal(costUsd, null);
  });
});
