/** The feeds of the person in this workspace: which there are, making one, ending one. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api.ts';
import { Action } from '../parts/action.tsx';
import { MakeFeed } from '../parts/feeds.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';

interface Feed {
  readonly id: string;
  readonly monitor: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export const FeedsPage = () => (
  <>
    <p className="crumbs">
      <Link href="/account">Account</Link>
    </p>
    <h1>Feeds</h1>
    <p className="muted">
      Feed readers get the findings of this workspace by a secret address. A feed of one monitor is
      made on its page.
    </p>
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
  if (feeds.data.items.length === 0) return <Empty>You have no feeds here.</Empty>;
  return (
    <ul className="cards">
      {feeds.data.items.map(({ id, monitor, createdAt, lastUsedAt }) => (
        <li key={id} className="title">
          {monitor === null ? (
            <span>All monitors</span>
          ) : (
            <Link href={`/monitors/${encodeURIComponent(monitor)}`}>{monitor}</Link>
          )}
          <span className="muted">
            made <Time at={createdAt} />,{' '}
            {lastUsedAt === null ? (
              'never read'
            ) : (
              <>
                read <Time at={lastUsedAt} />
              </>
            )}
          </span>
          <span className="grow" />
          <Action method="DELETE" path={`/feeds/${id}`}>
            End
          </Action>
        </li>
      ))}
    </ul>
  );
}
