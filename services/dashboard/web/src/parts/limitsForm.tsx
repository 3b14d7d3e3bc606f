/** Sets what a workspace may have and spend. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call } from '../api.ts';
import {
  LIMIT_NAMES,
  LIMIT_WORDS,
  limitsOf,
  textsOf,
  type LimitName,
  type Limits,
} from './limits.ts';
import { Failure } from './notice.tsx';
import { TextField } from './textField.tsx';

interface Props {
  readonly workspace: string;
  readonly limits: Limits;
  readonly onEnd: () => void;
}

const NOTES: Readonly<Partial<Record<LimitName, string>>> = {
  usdPerMonth: 'An amount such as 12.50, for judging changes.',
  mailsPerHour: '25 at least: a mail goes to all recipients of its channel.',
};

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export function LimitsForm({ workspace, limits, onEnd }: Props) {
  const [texts, setTexts] = useState(() => textsOf(limits));
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: () =>
      call('PUT', `/admin/workspaces/${encodeURIComponent(workspace)}/quotas`, limitsOf(texts)),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onEnd();
    },
  });
  const fields = set.error instanceof ApiError ? set.error.fields : [];
  return (
    <form
      className="wide"
      aria-label={`Limits of ${workspace}`}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate();
      }}
    >
      <p className="muted">An empty field is no limit of its own: what holds for all holds then.</p>
      {LIMIT_NAMES.map((name) => (
        <TextField
          key={name}
          id={`${workspace}-${name}`}
          label={sentence(LIMIT_WORDS[name])}
          value={texts[name]}
          problem={fields.find(({ path }) => path === name)?.message ?? ''}
          note={NOTES[name] ?? ''}
          onChange={(value) => setTexts({ ...texts, [name]: value })}
        />
      ))}
      <div className="actions">
        <button type="submit" className="primary" disabled={set.isPending}>
          Save
        </button>
        <button type="button" onClick={onEnd}>
          Cancel
        </button>
      </div>
      {set.error && <Failure error={set.error} />}
    </form>
  );
}
