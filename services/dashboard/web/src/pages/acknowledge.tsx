/** Opened from a message; acknowledges only when the person says so. */
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api.ts';
import { Failure } from '../parts/notice.tsx';
import { t } from '../texts/texts.ts';

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
          <p className="note">{t('links.acknowledged', { title: acknowledge.data.title })}</p>
          <p>
            <Link href="/findings">{t('links.toFindings')}</Link>
          </p>
        </>
      ) : (
        <>
          <p>{t('links.askAcknowledge')}</p>
          <button
            type="button"
            className="primary"
            disabled={acknowledge.isPending || token === ''}
            onClick={() => acknowledge.mutate()}
          >
            {t('findings.acknowledge.button')}
          </button>
        </>
      )}
      {acknowledge.error && <Failure error={acknowledge.error} />}
    </main>
  );
}
