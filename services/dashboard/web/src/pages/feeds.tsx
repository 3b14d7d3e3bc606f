/** The feeds of the person in this workspace: which there are, making one, ending one. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api.ts';
import { Action } from '../parts/action.tsx';
import { MakeFeed } from '../parts/feeds.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { t } from '../texts/texts.ts';

interface Feed {
  readonly id: string;
  readonly monitor: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export const FeedsPage = () => (
  <>
    <p className="crumbs">
      <Link href="/account">{t('feeds.account')}</Link>
    </p>
    <h1>{t('feeds.title')}</h1>
    <p className="muted">{t('feeds.about')}</p>
    <Feeds />
    <MakeFeed />
  </>
);

function Feeds() {
  const feeds = useQuery({
    queryKey: ['feeds'],
    queryFn: () => get<{ items: readonly Feed[] }>('/feeds'),
  });
  if (feeds.isPending) return <Loading />;
  if (feeds.error) return <Failure error={feeds.error} />;
  if (feeds.data.items.length === 0) return <Empty>{t('feeds.none')}</Empty>;
  return (
    <ul className="cards">
      {feeds.data.items.map(({ id, monitor, createdAt, lastUsedAt }) => (
        <li key={id} className="title">
          {monitor === null ? (
            <span>{t('feeds.all')}</span>
          ) : (
            <Link href={`/monitors/${encodeURIComponent(monitor)}`}>{monitor}</Link>
          )}
          <span className="muted">
            {t.rich(lastUsedAt === null ? 'feeds.neverRead' : 'feeds.read', {
              made: () => <Time at={createdAt} />,
              read: () => <Time at={lastUsedAt} />,
            })}
          </span>
          <span className="grow" />
          <Action method="DELETE" path={`/feeds/${id}`}>
            {t('feeds.end')}
          </Action>
        </li>
      ))}
    </ul>
  );
}
