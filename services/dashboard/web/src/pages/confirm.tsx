/** Opened from the mail that asks; confirms only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';

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
            Confirmed: {confirm.data.address} gets alerts of the workspace {confirm.data.workspace}{' '}
            ({confirm.data.channels.join(', ')}).
          </p>
          <p className="muted">Each mail has a link to unsubscribe. You can close this page.</p>
        </>
      ) : (
        <>
          <h2>Do you want alerts by mail?</h2>
          <p>
            duckmon watches web pages and tells people what changed. Somebody added your address to
            the recipients. Nothing is sent to you unless you confirm.
          </p>
          <button
            type="button"
            className="primary"
            disabled={confirm.isPending || token === ''}
            onClick={() => confirm.mutate()}
          >
            Yes, send me alerts
          </button>
          <p className="muted">If you do not want them, close this page.</p>
        </>
      )}
      {confirm.error && <Failure error={confirm.error} />}
    </main>
  );
}
