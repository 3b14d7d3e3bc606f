/** The authenticator app of the person: adding it by a code that it shows, and removing it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { Action } from './action.tsx';
import { inGroups, type Added, type Factors } from './factors.ts';
import { Failure } from './notice.tsx';
import { Time } from './time.tsx';

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
          Set up <Time at={app.confirmedAt} />, used <Time at={app.lastUsedAt} />
        </span>
        <span className="grow" />
        <Action method="DELETE" path="/second-factors/totp">
          Remove the app
        </Action>
      </div>
    );
  return (
    <>
      {begin.data ? (
        <Confirm proposed={begin.data} onAdded={finish} />
      ) : (
        <button type="button" disabled={begin.isPending} onClick={() => begin.mutate()}>
          Add an authenticator app
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
      <p>
        Type this key into the app, or <a href={uri}>open it in an app on this device</a>:
      </p>
      <code className="key">{inGroups(secret)}</code>
      <label htmlFor="app-code">The six digits that the app shows now</label>
      <input
        id="app-code"
        value={code}
        inputMode="numeric"
        autoComplete="one-time-code"
        onChange={(event) => setCode(event.target.value)}
        required
      />
      <button type="submit" className="primary" disabled={confirm.isPending}>
        Finish
      </button>
      {confirm.error && <Failure error={confirm.error} />}
    </form>
  );
}
