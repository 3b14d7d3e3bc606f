/** Tries what was edited on what was seen already: what would have been told, and at what cost. */
import { useState } from 'react';
import { money, mostOf, summaryWords, type Maximum } from './backtest.ts';
import { Failure } from './notice.tsx';
import { TriedChanges } from './triedChanges.tsx';
import { DAYS, useBacktest, type Run } from './useBacktest.ts';

export function BacktestPane({ manifest }: { readonly manifest: object }) {
  const { run, error, isRunning, tryFree, ask, stop } = useBacktest(manifest);
  const isOld = run !== undefined && run.of !== JSON.stringify(manifest);
  return (
    <section className="preview" aria-label="Back-test">
      <div className="title">
        <h2>Back-test</h2>
        <span className="grow" />
        {isRunning ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={() => void tryFree()}>
            Try on the last {DAYS} days
          </button>
        )}
      </div>
      <p className="muted">
        What this edit would have made of the changes that were seen. Nothing is saved, and nobody
        is told. The conditions are tried for nothing; a model is asked only when you say so.
      </p>
      <div role="status">
        {run === undefined && isRunning && <p className="muted">Reading what was seen …</p>}
        {run && run.left === undefined && <p>{summaryWords(run.changes, DAYS)}</p>}
        {run?.left !== undefined && (
          <p>
            {run.changes.length - run.left} of {run.changes.length} changes judged.
          </p>
        )}
      </div>
      {run?.left !== undefined && (
        <progress
          aria-label="Changes judged"
          max={run.changes.length}
          value={run.changes.length - run.left}
        />
      )}
      {error && <Failure error={error} />}
      {isOld && !isRunning && <p className="caution">You have typed since; try it again.</p>}
      {run && !isRunning && !isOld && <AskModel run={run} onAsk={(most) => void ask(most)} />}
      {run && <TriedChanges run={run} />}
    </section>
  );
}

/** Nothing is spent before the most that it may be was said. */
function AskModel({ run, onAsk }: { readonly run: Run; readonly onAsk: (most: Maximum) => void }) {
  const open = run.changes.filter(({ now }) => now.outcome === 'Unasked' && now.most !== null);
  const most = mostOf(open);
  const kind = most.usd === null ? 'tokens' : 'usd';
  const proposed =
    most.usd === null
      ? String(most.tokens)
      : (Math.ceil(Number((most.usd * 100).toFixed(4))) / 100).toFixed(2);
  const [typed, setTyped] = useState<string>();
  if (open.length === 0 || run.model === null) return null;
  const amount = Number(typed ?? proposed);
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (amount > 0) onAsk({ kind, amount });
      }}
    >
      <p>
        Of {open.length} {open.length === 1 ? 'change' : 'changes'} only {run.model} can say. That
        costs at most{' '}
        {most.usd === null
          ? `${most.tokens.toLocaleString('en')} tokens; the price of this model is not known`
          : money(most.usd)}
        , as a rule far less. It counts towards this month’s budget.
      </p>
      <div className="row">
        <label htmlFor="maximum">{kind === 'usd' ? 'At most, in $' : 'At most, in tokens'}</label>
        <input
          id="maximum"
          type="number"
          min={kind === 'usd' ? 0.01 : 1}
          step={kind === 'usd' ? 0.01 : 1}
          required
          value={typed ?? proposed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="primary">
          Ask the model
        </button>
      </div>
    </form>
  );
}
