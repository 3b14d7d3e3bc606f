/** A list of administrators in all its states: loading, failed, empty, and with more to come. */
import type { useAdminList } from './useAdmin.ts';
import { Empty, Failure, Loading } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface Props {
  readonly list: ReturnType<typeof useAdminList>['list'];
  readonly isEmpty: boolean;
  readonly empty: string;
  readonly children: React.ReactNode;
}

export function AdminList({ list, isEmpty, empty, children }: Props) {
  return (
    <>
      {list.isPending && <Loading />}
      {list.error && <TryAgain error={list.error} again={() => void list.refetch()} />}
      {list.isSuccess && isEmpty && <Empty>{empty}</Empty>}
      {!isEmpty && children}
      {list.hasNextPage && (
        <button
          type="button"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t('admin.showMore')}
        </button>
      )}
    </>
  );
}

/** Nothing is asked again by itself: whoever did not want to show a factor is not asked for one all the time. */
export const TryAgain = ({
  error,
  again,
}: {
  readonly error: Error;
  readonly again: () => void;
}) => (
  <>
    <Failure error={error} />
    <button type="button" onClick={again}>
      {t('admin.tryAgain')}
    </button>
  </>
);
