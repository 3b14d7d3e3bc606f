/** The changes of a back-test: what was judged of each then, and what would be now. */
import { Link } from 'wouter';
import { t } from '../texts/texts.ts';
import { spentOf, unaskedWords, type TriedChange } from './backtest.ts';
import { Badge, Outcome } from './badge.tsx';
import { Time } from './time.tsx';
import type { Run } from './useBacktest.ts';
import { reasonWords, verdictWord } from './words.ts';

export function TriedChanges({ run: { changes, more } }: { readonly run: Run }) {
  const problems = new Set(changes.flatMap(({ now }) => now.problems));
  const { tokens } = spentOf(changes);
  return (
    <>
      {[...problems].map((problem) => (
        <p key={problem} className="caution">
          {problem}
        </p>
      ))}
      {more && <p className="muted">{t('backtest.moreChanges', { count: changes.length })}</p>}
      <ol className="tried" aria-label={t('backtest.tried')}>
        {changes.toReversed().map((change) => (
          <Tried key={change.checkId} change={change} />
        ))}
      </ol>
      {changes.length > 0 && (
        <p className="muted">
          {tokens > 0 && `${t('backtest.used', { count: tokens })} `}
          {t('backtest.leftOut')}
        </p>
      )}
    </>
  );
}

function Tried({ change: { checkId, at, then, now } }: { readonly change: TriedChange }) {
  const isOther = now.outcome !== 'Unasked' && now.outcome !== then.outcome;
  return (
    <li className={isOther ? 'other' : undefined}>
      <Link href={`/checks/${checkId}`}>
        <Time at={at} />
      </Link>
      <dl>
        <dt>{t('backtest.then')}</dt>
        <dd>
          <Outcome of={then.outcome} /> <Words of={then} />
        </dd>
        <dt>{t('backtest.now')}</dt>
        <dd>
          {now.outcome === 'Unasked' ? (
            <>
              <Badge tone="warn">{t('backtest.notKnown')}</Badge>{' '}
              <span className="muted">{unaskedWords(now.reason)}</span>
            </>
          ) : (
            <>
              <Outcome of={now.outcome} /> <Words of={now} />
            </>
          )}
          {now.alerts.map((title) => (
            <p key={title}>{title}</p>
          ))}
        </dd>
      </dl>
    </li>
  );
}

function Words({ of: { verdict, reason, summary } }: { readonly of: TriedChange['then'] }) {
  const words = [
    verdict === null ? '' : verdictWord(verdict),
    reason === null ? '' : reasonWords(reason),
  ].filter((word) => word !== '');
  return (
    <span className="muted">
      {words.join(', ')}
      {summary !== '' && <q>{summary}</q>}
    </span>
  );
}
