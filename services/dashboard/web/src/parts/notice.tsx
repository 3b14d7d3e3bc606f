/** What is shown while there is nothing to show. */
import { ApiError } from '../api.ts';
import { t } from '../texts/texts.ts';

export const Loading = () => <p className="muted pad">{t('frame.loading')}</p>;

/** An error in words, with the next step. */
export function Failure({ error }: { readonly error: Error }) {
  const text = error instanceof ApiError ? error.message : t('frame.unreachable');
  return (
    <p role="alert" className="alert">
      {text}
    </p>
  );
}

export const Empty = ({ children }: { readonly children: React.ReactNode }) => (
  <p className="empty">{children}</p>
);

/** Over the page's foot, so that nothing moves when it comes and goes. */
export const Connection = ({ isLost }: { readonly isLost: boolean }) => (
  <div role="status" className="connection">
    {isLost && <p>{t('frame.connecting')}</p>}
  </div>
);
