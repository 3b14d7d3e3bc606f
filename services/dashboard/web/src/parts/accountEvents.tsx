/** What administrators did with the person's account. */
import { useQuery } from '@tanstack/react-query';
import { get, type Page } from '../api.ts';
import { accountEventWords, type AccountEvent } from './accountEventWords.ts';
import { Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { t } from '../texts/texts.ts';

export function AccountEvents() {
  const events = useQuery({
    queryKey: ['account-events'],
    queryFn: () => get<Page<AccountEvent>>('/account/events?limit=20'),
  });
  if (events.isPending) return <Loading />;
  if (events.error) return <Failure error={events.error} />;
  if (events.data.items.length === 0) return <p className="muted">{t('account.none')}</p>;
  return (
    <ul className="lines">
      {events.data.items.map((event) => (
        <li key={`${event.at} ${event.action}`}>
          {accountEventWords(event)}{' '}
          <span className="muted">
            <Time at={event.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
