/** One channel: whom it reaches, whether it works, and what it sent. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../api.ts';
import type { NotificationChannel } from '../objects.ts';
import { known, t } from '../texts/texts.ts';
import { Action } from './action.tsx';
import { Badge, type Tone } from './badge.tsx';
import { Deliveries } from './deliveries.tsx';
import { Failure } from './notice.tsx';
import { useMayEdit } from './workspaces.tsx';

type Recipient = NonNullable<NonNullable<NotificationChannel['status']>['recipients']>[number];

const TONES: Readonly<Record<Recipient['state'], Tone>> = {
  Pending: 'warn',
  Confirmed: 'good',
  Bounced: 'bad',
  Unsubscribed: 'calm',
};

export function ChannelCard({ channel }: { readonly channel: NotificationChannel }) {
  const { name } = channel.metadata;
  const path = `/channels/${encodeURIComponent(name)}`;
  const mayEdit = useMayEdit();
  const [isOpen, setOpen] = useState(false);
  const failed = channel.status?.failed24h ?? 0;
  const problem = channel.status?.conditions?.find(({ status }) => status === 'False');
  return (
    <li aria-label={t('channels.channel', { name })}>
      <div className="title">
        <h2>{name}</h2>
        <Badge tone="calm">{known('channels.types', channel.spec.type) ?? channel.spec.type}</Badge>
        {failed > 0 && <Badge tone="bad">{t('channels.failed', { count: failed })}</Badge>}
        <span className="grow" />
        {mayEdit && <Test path={path} />}
        {mayEdit && <Remove name={name} path={path} />}
      </div>
      {channel.spec.description !== undefined && <p>{channel.spec.description}</p>}
      {channel.spec.webhook && <p className="muted">{channel.spec.webhook.url}</p>}
      <Recipients channel={channel} path={path} mayEdit={mayEdit} />
      {problem?.message !== undefined && <p className="caution">{problem.message}</p>}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('channels.deliveries')}</summary>
        {isOpen && <Deliveries filter={{ channel: name }} none={t('channels.noneSent')} />}
      </details>
    </li>
  );
}

interface RecipientsProps {
  readonly channel: NotificationChannel;
  readonly path: string;
  readonly mayEdit: boolean;
}

function Recipients({ channel: { spec, status }, path, mayEdit }: RecipientsProps) {
  const recipients: readonly (Recipient | { address: string; state: undefined })[] =
    status?.recipients ?? (spec.email?.to ?? []).map((address) => ({ address, state: undefined }));
  if (recipients.length === 0) return null;
  return (
    <ul className="lines">
      {recipients.map(({ address, state }) => (
        <li key={address}>
          {address}{' '}
          {state && <Badge tone={TONES[state]}>{t(`channels.recipients.${state}`)}</Badge>}{' '}
          {mayEdit && state === 'Pending' && (
            <Action path={`${path}/recipients/resend`} body={{ address }}>
              {t('channels.askAgain')}
            </Action>
          )}
        </li>
      ))}
    </ul>
  );
}

interface TestResult {
  readonly kind: 'accepted' | 'retry' | 'rejected' | 'unknown';
  readonly reason: string | null;
}

function Test({ path }: { readonly path: string }) {
  const test = useMutation({ mutationFn: () => call<TestResult>('POST', `${path}/test`, {}) });
  return (
    <>
      <button type="button" disabled={test.isPending} onClick={() => test.mutate()}>
        {test.isPending ? t('channels.testing') : t('channels.test')}
      </button>
      <div role="status" className="result">
        {test.data && (
          <p className={test.data.kind === 'accepted' ? 'note' : 'caution'}>
            {t(`channels.tested.${test.data.kind}`)} {test.data.reason}
          </p>
        )}
        {test.error && <Failure error={test.error} />}
      </div>
    </>
  );
}

function Remove({ name, path }: { readonly name: string; readonly path: string }) {
  const asking = useRef<HTMLDialogElement>(null);
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('DELETE', path),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <button type="button" disabled={remove.isPending} onClick={() => asking.current?.showModal()}>
        {t('monitors.delete.button')}
      </button>
      {remove.error && <Failure error={remove.error} />}
      <dialog ref={asking} aria-label={t('channels.deleteLabel', { name })}>
        <h2>{t('monitors.delete.question', { what: name })}</h2>
        <p>{t('channels.deleteNote')}</p>
        <form
          method="dialog"
          className="actions"
          onSubmit={() => remove.mutate()}
          onReset={() => asking.current?.close()}
        >
          <button type="submit" className="danger">
            {t('monitors.delete.button')}
          </button>
          <button type="reset">{t('monitors.keep')}</button>
        </form>
      </dialog>
    </>
  );
}
