/** The passkeys of the person: which there are, adding and removing one. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { Action } from './action.tsx';
import { makePasskey } from './ceremony.ts';
import type { Added, Factors } from './factors.ts';
import { Failure } from './notice.tsx';
import { Time } from './time.tsx';
import { browserWords } from './words.ts';
import { t } from '../texts/texts.ts';

interface PasskeysProps {
  readonly factors: Factors;
  readonly onCodes: (codes: readonly string[]) => void;
}

export function Passkeys({ factors, onCodes }: PasskeysProps) {
  return (
    <>
      {factors.passkeys.length > 0 && (
        <ul className="cards">
          {factors.passkeys.map((passkey) => (
            <li key={passkey.id} className="title">
              <span>{passkey.name}</span>
              <span className="muted">
                {passkey.lastUsedAt === null
                  ? t.rich('security.passkeys.neverUsed', {
                      added: () => <Time at={passkey.createdAt} />,
                    })
                  : t.rich('security.passkeys.used', {
                      added: () => <Time at={passkey.createdAt} />,
                      used: () => <Time at={passkey.lastUsedAt} />,
                    })}
              </span>
              <span className="grow" />
              <Action method="DELETE" path={`/second-factors/passkeys/${passkey.id}`}>
                {t('security.passkeys.remove')}
              </Action>
            </li>
          ))}
        </ul>
      )}
      {factors.passkeysImpossible === null ? (
        <AddPasskey onCodes={onCodes} />
      ) : (
        <p className="empty">{factors.passkeysImpossible}</p>
      )}
    </>
  );
}

function AddPasskey({ onCodes }: Pick<PasskeysProps, 'onCodes'>) {
  const queries = useQueryClient();
  const [name, setName] = useState(() => browserWords(navigator.userAgent));
  const add = useMutation({
    mutationFn: async () =>
      call<Added>('POST', '/second-factors/passkeys', { name, response: await makePasskey() }),
    onSuccess: ({ recoveryCodes }) => {
      if (recoveryCodes) onCodes(recoveryCodes);
      return queries.invalidateQueries();
    },
  });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <label htmlFor="passkey-name">{t('security.passkeys.name')}</label>
      <input
        id="passkey-name"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
        required
      />
      <button type="submit" className="primary" disabled={add.isPending}>
        {t('security.passkeys.add')}
      </button>
      {add.error && <Failure error={add.error} />}
    </form>
  );
}
