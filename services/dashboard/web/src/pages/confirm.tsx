/** Opened from the mail that asks; confirms only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';
import { t } from '../texts/texts.ts';

interface Confirmed {
  readonly address: string;
  readonly workspace: string;
  readonly channels: readonly string[];
}

export function ConfirmPage() {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const confirm = useMutation({
    mutationFn: () => call<Confirmed>('POST', '/confirm-recipient', { token }),
  });
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      {confirm.data ? (
        <>
          <p className="note">
            {t('links.confirmed', {
              ...confirm.data,
              channels: confirm.data.channels.join(', '),
            })}
          </p>
          <p className="muted">{t('links.eachHasLink')}</p>
        </>
      ) : (
        <>
          <h2>{t('links.askConfirm')}</h2>
          <p>{t('links.whatThisIs')}</p>
          <button
            type="button"
            className="primary"
            disabled={confirm.isPending || token === ''}
            onClick={() => confirm.mutate()}
          >
            {t('links.confirm')}
          </button>
          <p className="muted">{t('links.orClose')}</p>
        </>
      )}
      {confirm.error && <Failure error={confirm.error} />}
    </main>
  );
}
