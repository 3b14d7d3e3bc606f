/** Estimates what a monitor costs, and says what that stands on. */
import { useState } from 'react';
import type { Judging } from '../objects.ts';
import { costWords, SHARES } from './cost.ts';

interface CostEstimateProps {
  readonly judging: Judging;
  /** Checks in thirty days. */
  readonly checks: number;
}

export function CostEstimate({ judging, checks }: CostEstimateProps) {
  const [share, setShare] = useState<number>(20);
  return (
    <section className="cost" aria-label="What it may cost">
      <h3>What it may cost</h3>
      <div className="row">
        <label htmlFor="share">A change that counts is found by</label>
        <select id="share" value={share} onChange={(event) => setShare(Number(event.target.value))}>
          {SHARES.map((each) => (
            <option key={each} value={each}>
              {each === 1 ? 'each check' : `one check in ${each}`}
            </option>
          ))}
        </select>
      </div>
      <p>Then it is {costWords(judging, checks, share)}.</p>
      <p className="muted">
        An estimate, no bound: a judgement is taken as {judging.tokensIn.toLocaleString('en')}{' '}
        tokens for the rules, the goal and up to 4 KB of this page, and{' '}
        {judging.tokensOut.toLocaleString('en')} for the answer of {judging.model}. How often the
        page changes only time tells; a budget is the bound.
      </p>
    </section>
  );
}
