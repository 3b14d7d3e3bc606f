/** What was sent lately, and what did not arrive and can be sent again. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Delivery } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Action } from './action.tsx';
import { Badge, type Tone } from './badge.tsx';
import { Empty, Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { useMayEdit } from './workspaces.tsx';

const TONES: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'calm',
  sending: 'calm',
  accepted: 'good',
  delivered: 'good',
  bounced: 'bad',
  unknown: 'warn',
  dead: 'bad',
};

/** A mail that asks to confirm has a recipient; it is asked for again elsewhere. */
const mayResend = ({ state, recipient }: Delivery): boolean =>
  recipient === null && ['dead', 'bounced', 'unknown'].includes(state);

interface DeliveriesProps {
  readonly filter: Readonly<Record<string, string>>;
  /** What is said when there is none. */
  readonly none: string;
}

export function Deliveries({ filter, none }: DeliveriesProps) {
  const parameters = new URLSearchParams({ ...filter, limit: '10' }).toString();
  const deliveries = useQuery({
    queryKey: ['deliveries', parameters],
    queryFn: () => get<Page<Delivery>>(`/deliveries?${parameters}`),
  });
  const mayEdit = useMayEdit();
  if (deliveries.isPending) return <Loading />;
  if (deliveries.error) return <Failure error={deliveries.error} />;
  if (deliveries.data.items.length === 0) return <Empty>{none}</Empty>;
  return (
    <table className="list deliveries">
      <thead>
        <tr>
          <th scope="col">{t('channels.columns.when')}</th>
          <th scope="col">{t('channels.columns.state')}</th>
          <th scope="col">{t('channels.columns.about')}</th>
          <th scope="col">{t('channels.columns.happened')}</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.data.items.map((delivery) => (
          <tr key={delivery.id}>
            <th scope="row">
              <Time at={delivery.createdAt} />
            </th>
            <td data-label={t('channels.columns.state')}>
              <Badge tone={TONES[delivery.state]}>{t(`channels.states.${delivery.state}`)}</Badge>
            </td>
            <td data-label={t('channels.columns.about')}>
              {delivery.recipient === null ? (
                <Link href={`/monitors/${delivery.monitor}`}>{delivery.monitor}</Link>
              ) : (
                t('channels.asks', { recipient: delivery.recipient })
              )}
            </td>
            <td data-label={t('channels.columns.happened')}>
              {delivery.lastError}{' '}
              {mayEdit && mayResend(delivery) && (
                <Action path={`/deliveries/${delivery.id}/resend`}>
                  {t('channels.sendAgain')}
                </Action>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
