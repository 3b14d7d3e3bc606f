/** Opened from any mail; ends these mails only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';

/** Nulls for an invitation's mail, of whose address only a hash is kept. */
interface Left {
  readonly address: string | null;
  readonly channel: string | null;
}

export function UnsubscribePage() {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const unsubscribe = useMutation({
    mutationFn: () => call<Left>('POST', `/unsubscribe?token=${encodeURIComponent(token)}`),
  });
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      {unsubscribe.data ? (
        <p className="note">
          {unsubscribe.data.channel === null
            ? 'Done: no more invitations are mailed to this address.'
            : `Done: ${unsubscribe.data.address} gets no more mail of the channel ${unsubscribe.data.channel}.`}{' '}
          You can close this page.
        </p>
      ) : (
        <>
          <h2>Stop these mails?</h2>
          <p>
            {token.startsWith('_invitations.')
              ? 'You get no more invitations by mail to this address, of whatever workspace.'
              : 'You get no more mail of this channel to this address, no reminders either.'}
          </p>
          <button
            type="button"
            className="primary"
            disabled={unsubscribe.isPending || token === ''}
            onClick={() => unsubscribe.mutate()}
          >
            Unsubscribe
          </button>
        </>
      )}
      {unsubscribe.error && <Failure error={unsubscribe.error} />}
    </main>
  );
}
