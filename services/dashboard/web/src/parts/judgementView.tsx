/** One verdict about a check: what it says, by which model and for how much, its proof and the change. */
import type { Judgement } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Badge } from './badge.tsx';
import { Claims } from './claims.tsx';
import { Diff } from './diff.tsx';
import { exactDollars } from './money.ts';
import { reasonWords, undeterminedWords, verdictWord } from './words.ts';

export function JudgementView({ judgement }: { readonly judgement: Judgement }) {
  const { verdict, change, suppressed } = judgement;
  return (
    <>
      <p>
        <Badge tone={verdict.verdict === 'match' ? 'news' : 'calm'}>
          {verdictWord(verdict.verdict)}
        </Badge>{' '}
        {verdict.why === undefined
          ? verdict.summary
          : `${undeterminedWords(verdict.why)}. ${verdict.summary}`}
      </p>
      {verdict.reason !== '' && <p className="muted">{verdict.reason}</p>}
      {suppressed !== null && (
        <p>
          <strong>{t('check.notTold', { reason: reasonWords(suppressed) })}</strong>
        </p>
      )}
      <Spent of={judgement.provenance} />
      <Claims claims={verdict.claims} />
      {verdict.droppedClaims.length > 0 && (
        <p className="muted">{t('check.droppedClaims', { count: verdict.droppedClaims.length })}</p>
      )}
      <h3>{t('check.whatChanged')}</h3>
      {change.map((part) => (
        <div key={part.source}>
          {change.length > 1 && <h4>{part.source}</h4>}
          <Diff hunks={part.hunks} claims={verdict.claims} />
        </div>
      ))}
    </>
  );
}

function Spent({ of: provenance }: { readonly of: Judgement['provenance'] }) {
  if (provenance === null) return <p className="muted">{t('check.noModel')}</p>;
  const { model, cacheHit, tokensIn, tokensOut, costUsd } = provenance;
  return (
    <p className="muted">
      {cacheHit
        ? t('check.remembered', { model })
        : t('check.spent', {
            model,
            tokensIn,
            tokensOut,
            cost: costUsd === null ? t('check.noPrice') : exactDollars(costUsd),
          })}
    </p>
  );
}
