/** Recovery codes: how many are left, making new ones, and showing them this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface LeftProps {
  readonly left: number;
  readonly onCodes: (codes: readonly string[]) => void;
}

export function RecoveryCodesLeft({ left, onCodes }: LeftProps) {
  const queries = useQueryClient();
  const renew = useMutation({
    mutationFn: () =>
      call<{ readonly recoveryCodes: readonly string[] }>(
        'POST',
        '/second-factors/recovery-codes',
        {},
      ),
    onSuccess: ({ recoveryCodes }) => {
      onCodes(recoveryCodes);
      return queries.invalidateQueries();
    },
  });
  return (
    <>
      <div className="title">
        <span>
          {t('security.codes.left', { count: left })}{' '}
          <span className="muted">{t('security.codes.replaced')}</span>
        </span>
        <span className="grow" />
        <button type="button" disabled={renew.isPending} onClick={() => renew.mutate()}>
          {t('security.codes.renew')}
        </button>
      </div>
      {renew.error && <Failure error={renew.error} />}
    </>
  );
}

interface ShownProps {
  readonly codes: readonly string[];
  readonly done: () => void;
}

export function ShownCodes({ codes, done }: ShownProps) {
  const section = useRef<HTMLElement>(null);
  // What made them may stand far below.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'center' });
  }, [codes]);
  return (
    <section ref={section} className="caution" aria-label={t('security.codes.title')}>
      <h2>{t('security.codes.keep')}</h2>
      <p>{t('security.codes.shownOnce')}</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(codes.join('\n'))}>
          {t('security.codes.copyAll')}
        </button>
        <button type="button" className="primary" onClick={done}>
          {t('security.codes.kept')}
        </button>
      </div>
    </section>
  );
}
