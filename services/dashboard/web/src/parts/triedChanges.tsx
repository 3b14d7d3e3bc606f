/** The changes of a back-test: what was judged of each then, and what would be now. */
import { Link } from 'wouter';
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
      {more && (
        <p className="muted">There were more changes; the newest {changes.length} were tried.</p>
      )}
      <ol className="tried" aria-label="Changes that were tried">
        {changes.toReversed().map((change) => (
          <Tried key={change.checkId} change={change} />
        ))}
      </ol>
      {changes.length > 0 && (
        <p className="muted">
          {tokens > 0 && `${tokens.toLocaleString('en')} tokens were used. `}
          Cooldowns, quiet hours and limits an hour are left out. The pages are those that were seen
          then, also where the edit reads another part of them.
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
        <dt>Then</dt>
        <dd>
          <Outcome of={then.outcome} /> <Words of={then} />
        </dd>
        <dt>Now</dt>
        <dd>
          {now.outcome === 'Unasked' ? (
            <>
              <Badge tone="warn">Not known</Badge>{' '}
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
