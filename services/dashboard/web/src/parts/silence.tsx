/** The changes that were judged and told to nobody, each with why. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Judgement } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Badge } from './badge.tsx';
import { Diff } from './diff.tsx';
import { Empty, Failure, Loading } from './notice.tsx';
import { SaidThumbs, type Feedback } from './thumbs.tsx';
import { Time } from './time.tsx';
import { reasonWords, verdictWord } from './words.ts';
import { useMayEdit } from './workspaces.tsx';

interface SilentVerdict {
  readonly id: string;
  readonly at: string;
  readonly checkId: string;
  readonly judgement: Judgement;
  readonly feedback: Feedback;
}

export function Silence({ monitor }: { readonly monitor: string }) {
  const path = `/verdicts?monitor=${encodeURIComponent(monitor)}&suppressed=true&limit=20`;
  const verdicts = useInfiniteQuery({
    queryKey: ['verdicts', monitor],
    queryFn: ({ pageParam }) =>
      get<Page<SilentVerdict>>(path + (pageParam === '' ? '' : `&cursor=${pageParam}`)),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  if (verdicts.isPending) return <Loading />;
  if (verdicts.error) return <Failure error={verdicts.error} />;
  const shown = verdicts.data.pages.flatMap(({ items }) => items);
  if (shown.length === 0) return <Empty>{t('monitor.nothingSilent')}</Empty>;
  return (
    <>
      <ul className="cards">
        {shown.map((verdict) => (
          <li key={verdict.id}>
            <Silent verdict={verdict} />
          </li>
        ))}
      </ul>
      {verdicts.hasNextPage && (
        <button
          type="button"
          disabled={verdicts.isFetchingNextPage}
          onClick={() => void verdicts.fetchNextPage()}
        >
          {t('check.showMore')}
        </button>
      )}
    </>
  );
}

function Silent({
  verdict: { id, at, checkId, judgement, feedback },
}: {
  readonly verdict: SilentVerdict;
}) {
  const mayEdit = useMayEdit();
  const { verdict, suppressed, change } = judgement;
  return (
    <>
      <p>
        <Link href={`/checks/${checkId}`}>
          <Time at={at} />
        </Link>{' '}
        <Badge tone="calm">{verdictWord(verdict.verdict)}</Badge>{' '}
        <strong>{t('check.notTold', { reason: reasonWords(suppressed ?? '') })}</strong>
      </p>
      <p>{verdict.summary}</p>
      {verdict.reason !== '' && <p className="muted">{verdict.reason}</p>}
      <details>
        <summary>{t('check.whatChanged')}</summary>
        {change.map((part) => (
          <Diff key={part.source} hunks={part.hunks} claims={verdict.claims} />
        ))}
      </details>
      <SaidThumbs kind="verdict" id={id} mayEdit={mayEdit} said={feedback} />
    </>
  );
}
