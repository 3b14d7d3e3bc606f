/** Opened from any mail; ends these mails only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';
import { t } from '../texts/texts.ts';

/** Nulls for an invitation's mail, of whose address only a hash is kept. */
type Left =
  | { readonly address: string; readonly channel: string }
  | { readonly address: null; readonly channel: null };

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
            ? t('links.noInvitations')
            : t('links.unsubscribed', unsubscribe.data)}
        </p>
      ) : (
        <>
          <h2>{t('links.askUnsubscribe')}</h2>
          <p>
            {token.startsWith('_invitations.')
              ? t('links.whatOfInvitations')
              : t('links.whatOfChannel')}
          </p>
          <button
            type="button"
            className="primary"
            disabled={unsubscribe.isPending || token === ''}
            onClick={() => unsubscribe.mutate()}
          >
            {t('links.unsubscribe')}
          </button>
        </>
      )}
      {unsubscribe.error && <Failure error={unsubscribe.error} />}
    </main>
  );
}
