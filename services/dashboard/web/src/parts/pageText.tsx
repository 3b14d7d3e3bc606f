/** The text of a page as it was seen, with the quotes of its claims marked. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { download } from '../api.ts';
import type { Claim } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Failure, Loading } from './notice.tsx';
import { markQuotes } from './quotes.ts';

const MOST_SHOWN = 200_000;

interface PageTextProps {
  readonly snapshot: { readonly id: string; readonly source: string };
  readonly claims: readonly Claim[];
}

/** Loads it when somebody opens it. */
export function PageText({ snapshot, claims }: PageTextProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('check.openText', { source: snapshot.source })}</summary>
      {isOpen && <Text snapshot={snapshot} claims={claims} />}
    </details>
  );
}

function Text({ snapshot, claims }: PageTextProps) {
  const text = useQuery({
    queryKey: ['text', snapshot.id],
    queryFn: async () => (await download(`/snapshots/${snapshot.id}/text`)).content.text(),
    staleTime: Infinity,
  });
  if (text.isPending) return <Loading />;
  if (text.error) return <Failure error={text.error} />;
  const quotes = claims
    .filter(({ source, side }) => source === snapshot.source && side !== 'before')
    .map(({ quote }) => quote);
  const shown = text.data.slice(0, MOST_SHOWN);
  return (
    <pre
      className="text"
      role="region"
      tabIndex={0}
      aria-label={t('check.text', { source: snapshot.source })}
    >
      {markQuotes([{ op: 'equal', text: shown }], quotes).map((part, index) =>
        part.quoted ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
      )}
      {text.data.length > MOST_SHOWN && '…'}
    </pre>
  );
}
