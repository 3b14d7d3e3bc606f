import assert from 'node:assert/strict';
import { costWords } from './web/src/parts/cost.ts';
import './testing/english.ts';

const judging = { model: 'm', tokensIn: 5000, tokensOut: 300, costUsd: '0.0057' };

describe('what a monitor may cost', () => {
  it('is said for the checks of thirty days and the share of them that finds a change', () => {
    assert.equal(costWords(judging, 2880, 20), 'about 144 judgements in 30 days, about $0.82');
    assert.match(costWords(judging, 2880, 1), /^about 2,880 judgements .* about \$16\.42$/);
  });

  it('is never nothing', () => {
    assert.match(costWords(judging, 1, 100), /^about 1 judgement in/);
  });

  it('is tokens where no price is known', () => {
    assert.match(costWords({ ...judging, costUsd: null }, 40, 20), /10,600 tokens; the price/);
  });
});
