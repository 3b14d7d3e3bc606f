/** The channels of the workspace, and what did not arrive anywhere. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get, type Page } from '../api.ts';
import type { NotificationChannel } from '../objects.ts';
import { ChannelCard } from '../parts/channelCard.tsx';
import { Deliveries } from '../parts/deliveries.tsx';
import { NewChannel } from '../parts/newChannel.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

export function ChannelsPage() {
  const [isNew, setNew] = useState(false);
  const mayEdit = useMayEdit();
  const channels = useQuery({
    queryKey: ['channels'],
    queryFn: () => get<Page<NotificationChannel>>('/channels?limit=200'),
  });
  if (channels.isPending) return <Loading />;
  if (channels.error) return <Failure error={channels.error} />;
  const { items } = channels.data;
  return (
    <>
      <div className="title">
        <h1>{t('frame.channels')}</h1>
        <span className="grow" />
        {mayEdit && !isNew && (
          <button type="button" className="primary" onClick={() => setNew(true)}>
            {t('channels.new')}
          </button>
        )}
      </div>
      {isNew && (
        <NewChannel
          taken={items.map(({ metadata }) => metadata.name)}
          onDone={() => setNew(false)}
        />
      )}
      {items.length === 0 && !isNew && <Empty>{t('channels.none')}</Empty>}
      <ul className="cards">
        {items.map((channel) => (
          <ChannelCard key={channel.metadata.name} channel={channel} />
        ))}
      </ul>
      <h2>{t('channels.givenUp')}</h2>
      <p className="muted">{t('channels.givenUpNote')}</p>
      <Deliveries filter={{ state: 'dead' }} none={t('channels.noneGivenUp')} />
    </>
  );
}
