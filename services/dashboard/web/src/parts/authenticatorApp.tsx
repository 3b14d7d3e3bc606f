/** The authenticator app of the person: adding it by a code that it shows, and removing it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { Action } from './action.tsx';
import { inGroups, type Added, type Factors } from './factors.ts';
import { Failure } from './notice.tsx';
import { Time } from './time.tsx';
import { t } from '../texts/texts.ts';

interface AppProps {
  readonly app: Factors['app'];
  readonly onCodes: (codes: readonly string[]) => void;
}

export function AuthenticatorApp({ app, onCodes }: AppProps) {
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: () => call<Proposed>('POST', '/second-factors/totp', {}),
  });
  const finish = ({ recoveryCodes }: Added) => {
    if (recoveryCodes) onCodes(recoveryCodes);
    begin.reset();
    return queries.invalidateQueries();
  };
  if (app)
    return (
      <div className="title">
        <span>
          {t.rich('security.app.times', {
            confirmed: () => <Time at={app.confirmedAt} />,
            used: () => <Time at={app.lastUsedAt} />,
          })}
        </span>
        <span className="grow" />
        <Action method="DELETE" path="/second-factors/totp">
          {t('security.app.remove')}
        </Action>
      </div>
    );
  return (
    <>
      {begin.data ? (
        <Confirm proposed={begin.data} onAdded={finish} />
      ) : (
        <button type="button" disabled={begin.isPending} onClick={() => begin.mutate()}>
          {t('security.app.add')}
        </button>
      )}
      {begin.error && <Failure error={begin.error} />}
    </>
  );
}

interface Proposed {
  readonly secret: string;
  readonly uri: string;
}

interface ConfirmProps {
  readonly proposed: Proposed;
  readonly onAdded: (added: Added) => Promise<void>;
}

function Confirm({ proposed: { secret, uri }, onAdded }: ConfirmProps) {
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => call<Added>('POST', '/second-factors/totp/confirm', { code }),
    onSuccess: onAdded,
  });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p>{t.rich('security.app.typeKey', { open: (words) => <a href={uri}>{words}</a> })}</p>
      <code className="key">{inGroups(secret)}</code>
      <label htmlFor="app-code">{t('security.app.code')}</label>
      <input
        id="app-code"
        value={code}
        inputMode="numeric"
        autoComplete="one-time-code"
        onChange={(event) => setCode(event.target.value)}
        required
      />
      <button type="submit" className="primary" disabled={confirm.isPending}>
        {t('security.app.finish')}
      </button>
      {confirm.error && <Failure error={confirm.error} />}
    </form>
  );
}
