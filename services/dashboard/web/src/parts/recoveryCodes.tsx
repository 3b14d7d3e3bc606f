/** Recovery codes: how many are left, making new ones, and showing them this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';

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
          {left === 1 ? '1 code is left' : `${left} codes are left`}{' '}
          <span className="muted">(new ones replace them)</span>
        </span>
        <span className="grow" />
        <button type="button" disabled={renew.isPending} onClick={() => renew.mutate()}>
          Make new codes
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
    <section ref={section} className="caution" aria-label="Recovery codes">
      <h2>Keep these recovery codes</h2>
      <p>
        They are shown this once. Each lets you in once when your other factors are lost: print
        them, or keep them in a password manager.
      </p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <button type="button" onClick={() => void navigator.clipboard.writeText(codes.join('\n'))}>
          Copy all
        </button>
        <button type="button" className="primary" onClick={done}>
          I have kept them
        </button>
      </div>
    </section>
  );
}
