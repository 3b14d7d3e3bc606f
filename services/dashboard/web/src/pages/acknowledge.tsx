/** Opened from a message; acknowledges only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';

export function AcknowledgePage() {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const acknowledge = useMutation({
    mutationFn: () => call<{ title: string }>('POST', '/acknowledge', { token }),
  });
  return (
    <main className="narrow">
      <h1 className="brand">duckmon</h1>
      {acknowledge.data ? (
        <>
          <p className="note">Acknowledged: {acknowledge.data.title}</p>
          <p>
            <Link href="/findings">To the findings</Link>
          </p>
        </>
      ) : (
        <>
          <p>Acknowledge this finding? Reminders about it stop.</p>
          <button
            type="button"
            className="primary"
            disabled={acknowledge.isPending || token === ''}
            onClick={() => acknowledge.mutate()}
          >
            Acknowledge
          </button>
        </>
      )}
      {acknowledge.error && <Failure error={acknowledge.error} />}
    </main>
  );
}
