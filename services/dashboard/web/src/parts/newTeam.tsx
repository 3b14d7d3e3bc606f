/** Makes a workspace for a team and goes there; gives one another name. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../api.ts';
import { chooseWorkspace } from '../workspace.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface NameFormProps {
  readonly label: string;
  readonly button: string;
  readonly given?: string;
  readonly save: (displayName: string) => Promise<unknown>;
}

function NameForm({ label, button, given = '', save }: NameFormProps) {
  const [name, setName] = useState(given);
  const id = useId();
  const make = useMutation({ mutationFn: () => save(name.trim()) });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        maxLength={100}
        required
      />
      <button type="submit" disabled={make.isPending || name.trim() === given}>
        {button}
      </button>
      {make.error && <Failure error={make.error} />}
    </form>
  );
}

export const NewTeam = () => (
  <NameForm
    label={t('members.newName')}
    button={t('members.makeWorkspace')}
    save={async (displayName) =>
      chooseWorkspace((await call<{ id: string }>('POST', '/workspaces', { displayName })).id)
    }
  />
);

export function Rename({ displayName: given }: { readonly displayName: string }) {
  const queries = useQueryClient();
  return (
    <NameForm
      key={given}
      label={t('members.name')}
      button={t('members.rename')}
      given={given}
      save={async (displayName) => {
        await call('PUT', '/workspaces/current', { displayName });
        await queries.invalidateQueries({ queryKey: ['workspaces'] });
      }}
    />
  );
}
