/** The checks of a monitor, newest first, as many as are asked for. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Check } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Outcome } from './badge.tsx';
import { Empty, Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { reasonWords, verdictWord } from './words.ts';

interface CheckTableProps {
  readonly monitor: string;
  readonly pageSize: number;
  /** Leaves out those that saw nothing new. */
  readonly isEventful?: boolean;
}

export function CheckTable({ monitor, pageSize, isEventful = false }: CheckTableProps) {
  const parameters = new URLSearchParams({ monitor, limit: String(pageSize) });
  if (isEventful) parameters.set('eventful', 'true');
  const checks = useInfiniteQuery({
    queryKey: ['checks', parameters.toString()],
    queryFn: ({ pageParam }) =>
      get<Page<Check>>(
        `/checks?${parameters.toString()}${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  if (checks.isPending) return <Loading />;
  if (checks.error) return <Failure error={checks.error} />;
  const shown = checks.data.pages.flatMap(({ items }) => items);
  if (shown.length === 0)
    return <Empty>{isEventful ? t('check.nothingHappened') : t('check.firstComes')}</Empty>;
  return (
    <>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t('check.columns.when')}</th>
            <th scope="col">{t('check.columns.outcome')}</th>
            <th scope="col">{t('check.columns.verdict')}</th>
            <th scope="col">{t('check.columns.happened')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((check) => (
            <CheckRow key={check.id} check={check} />
          ))}
        </tbody>
      </table>
      {checks.hasNextPage && (
        <div className="actions">
          <button
            type="button"
            disabled={checks.isFetchingNextPage}
            onClick={() => void checks.fetchNextPage()}
          >
            {t('check.showMore')}
          </button>
        </div>
      )}
    </>
  );
}

function CheckRow({ check }: { readonly check: Check }) {
  return (
    <tr>
      <th scope="row">
        <Link href={`/checks/${check.id}`}>
          <Time at={check.at} />
        </Link>
      </th>
      <td data-label={t('check.columns.outcome')}>
        <Outcome of={check.outcome} />
      </td>
      <td data-label={t('check.columns.verdict')}>
        {check.verdict === null ? <span className="muted">–</span> : verdictWord(check.verdict)}
      </td>
      <td data-label={t('check.columns.happened')}>{whatHappened(check)}</td>
    </tr>
  );
}

function whatHappened({ message, reason, outcome }: Check): string {
  if (message !== null) return message;
  if (reason !== null) return reasonWords(reason);
  return outcome === 'Alerted' ? t('check.told') : '';
}
