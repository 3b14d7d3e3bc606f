/** One verdict about a check: what it says, by which model and for how much, its proof and the change. */
import type { Judgement } from '../objects.ts';
import { Badge } from './badge.tsx';
import { Claims } from './claims.tsx';
import { Diff } from './diff.tsx';
import { reasonWords, verdictWord } from './words.ts';

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
          : `${verdict.why.replaceAll('_', ' ')}. ${verdict.summary}`}
      </p>
      {verdict.reason !== '' && <p className="muted">{verdict.reason}</p>}
      {suppressed !== null && (
        <p>
          <strong>Not told: {reasonWords(suppressed)}.</strong>
        </p>
      )}
      <Spent of={judgement.provenance} />
      <Claims claims={verdict.claims} />
      {verdict.droppedClaims.length > 0 && (
        <p className="muted">
          {verdict.droppedClaims.length} claims were dropped: their quotes are not in the page.
        </p>
      )}
      <h3>What changed</h3>
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
  if (provenance === null) return <p className="muted">No model was asked.</p>;
  const { model, cacheHit, tokensIn, tokensOut, costUsd } = provenance;
  return (
    <p className="muted">
      {model}
      {cacheHit
        ? ', remembered from the same question: no tokens'
        : `, ${tokensIn} + ${tokensOut} tokens${costUsd === null ? ', price unknown' : `, $${costUsd}`}`}
    </p>
  );
}
