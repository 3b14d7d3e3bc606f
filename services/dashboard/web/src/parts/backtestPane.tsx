/** Tries what was edited on what was seen already: what would have been told, and at what cost. */
import { useState } from 'react';
import { t } from '../texts/texts.ts';
import { mostOf, summaryWords, type Maximum } from './backtest.ts';
import { roundDollars } from './money.ts';
import { Failure } from './notice.tsx';
import { TriedChanges } from './triedChanges.tsx';
import { DAYS, useBacktest, type Run } from './useBacktest.ts';

export function BacktestPane({ manifest }: { readonly manifest: object }) {
  const { run, error, isRunning, tryFree, ask, stop } = useBacktest(manifest);
  const isOld = run !== undefined && run.of !== JSON.stringify(manifest);
  return (
    <section className="preview" aria-label={t('backtest.title')}>
      <div className="title">
        <h2>{t('backtest.title')}</h2>
        <span className="grow" />
        {isRunning ? (
          <button type="button" onClick={stop}>
            {t('backtest.stop')}
          </button>
        ) : (
          <button type="button" onClick={() => void tryFree()}>
            {t('backtest.try', { days: DAYS })}
          </button>
        )}
      </div>
      <p className="muted">{t('backtest.about')}</p>
      <div role="status">
        {run === undefined && isRunning && <p className="muted">{t('backtest.reading')}</p>}
        {run && run.left === undefined && <p>{summaryWords(run.changes, DAYS)}</p>}
        {run?.left !== undefined && (
          <p>
            {t('backtest.progress', {
              judged: run.changes.length - run.left,
              all: run.changes.length,
            })}
          </p>
        )}
      </div>
      {run?.left !== undefined && (
        <progress
          aria-label={t('backtest.judged')}
          max={run.changes.length}
          value={run.changes.length - run.left}
        />
      )}
      {error && <Failure error={error} />}
      {isOld && !isRunning && <p className="caution">{t('backtest.typedSince')}</p>}
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
        {t('backtest.ask.most', {
          count: open.length,
          model: run.model,
          cost:
            most.usd === null
              ? t('backtest.ask.unpriced', { tokens: most.tokens })
              : roundDollars(most.usd),
        })}
      </p>
      <div className="row">
        <label htmlFor="maximum">
          {t(kind === 'usd' ? 'backtest.ask.inDollars' : 'backtest.ask.inTokens')}
        </label>
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
          {t('backtest.ask.button')}
        </button>
      </div>
    </form>
  );
}
