/** What the person was told by mail of their own account, and what became of each mail. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { mailWords, type MailState } from './mailWords.ts';
import { Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { known, t } from '../texts/texts.ts';

interface AccountMail {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly state: MailState;
  readonly lastError: string | null;
}

export function AccountMails() {
  const mails = useQuery({
    queryKey: ['account-mails'],
    queryFn: () => get<{ items: readonly AccountMail[] }>('/account/mails'),
  });
  if (mails.isPending) return <Loading />;
  if (mails.error) return <Failure error={mails.error} />;
  if (mails.data.items.length === 0) return <p className="muted">{t('account.noMails')}</p>;
  return (
    <ul className="lines">
      {mails.data.items.map(({ id, at, kind, state, lastError }) => (
        <li key={id}>
          {known('account.mailKinds', kind) ?? kind}: {mailWords(state)}
          {lastError !== null && ` (${lastError})`}{' '}
          <span className="muted">
            <Time at={at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
