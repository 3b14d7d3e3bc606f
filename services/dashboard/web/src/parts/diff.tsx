/** A change word by word, with the quotes of its claims marked. */
import type { Claim, Hunk } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { markQuotes } from './quotes.ts';

export function Diff({
  hunks,
  claims,
}: {
  readonly hunks: readonly Hunk[];
  readonly claims: readonly Claim[];
}) {
  return (
    <div className="diff">
      {hunks.map((hunk) => (
        <HunkView key={hunk.id} hunk={hunk} claims={claims} />
      ))}
    </div>
  );
}

function HunkView({ hunk, claims }: { readonly hunk: Hunk; readonly claims: readonly Claim[] }) {
  return (
    <section className="hunk">
      {hunk.section !== '' && <h3>{hunk.section.replace(/^#+ /, '')}</h3>}
      {hunk.context.above !== '' && <p className="context">{hunk.context.above}</p>}
      {hunk.before !== '' && <Side hunk={hunk} side="before" claims={claims} />}
      {hunk.after !== '' && <Side hunk={hunk} side="after" claims={claims} />}
      {hunk.context.below !== '' && <p className="context">{hunk.context.below}</p>}
    </section>
  );
}

function Side({
  hunk,
  side,
  claims,
}: {
  readonly hunk: Hunk;
  readonly side: 'before' | 'after';
  readonly claims: readonly Claim[];
}) {
  const quotes = claims
    .filter((claim) => claim.side === side || claim.side === 'both')
    .map(({ quote }) => quote);
  const skipped = side === 'before' ? 'added' : 'removed';
  const parts = hunk.words.filter(({ op }) => op !== skipped);
  return (
    <p className={side}>
      <span className="sign" aria-hidden="true">
        {side === 'before' ? '−' : '+'}
      </span>
      <span className="sr">{t(`check.${side}`)} </span>
      {markQuotes(parts, quotes).map((part, index) => {
        const word =
          part.op === 'equal' ? (
            part.text
          ) : side === 'before' ? (
            <del>{part.text}</del>
          ) : (
            <ins>{part.text}</ins>
          );
        return part.quoted ? <mark key={index}>{word}</mark> : <span key={index}>{word}</span>;
      })}
    </p>
  );
}
