/** Deletes for good, once the person has typed what it is called. */
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface Props {
  readonly path: string;
  /** What is typed. */
  readonly confirm: string;
  readonly label: string;
  /** Where one is afterwards. */
  readonly next: string;
}

export function DeleteForm({ path, confirm, label, next }: Props) {
  const [typed, setTyped] = useState('');
  const id = useId();
  const end = useMutation({
    mutationFn: () => call('DELETE', path, { confirm: typed.trim() }),
    onSuccess: () => location.assign(next),
  });
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        end.mutate();
      }}
    >
      <label htmlFor={id}>{t('data.typeIt', { name: confirm })}</label>
      <input
        id={id}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <button
        type="submit"
        className="danger"
        disabled={end.isPending || typed.trim() !== confirm.trim()}
      >
        {label}
      </button>
      {end.error && <Failure error={end.error} />}
    </form>
  );
}
