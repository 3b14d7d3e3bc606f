/** Sets what a workspace may have and spend. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call } from '../api.ts';
import { LIMIT_NAMES, limitsOf, textsOf, type LimitName, type Limits } from './limits.ts';
import { Failure } from './notice.tsx';
import { TextField } from './textField.tsx';
import { t } from '../texts/texts.ts';

interface Props {
  readonly workspace: string;
  readonly limits: Limits;
  readonly onEnd: () => void;
}

const NOTES = {
  monitors: undefined,
  usdPerMonth: 'money',
  tokensPerMonth: undefined,
  checksPerHour: undefined,
  mailsPerHour: 'mails',
} as const;

function noteOf(name: LimitName): string {
  const note = NOTES[name];
  return note === undefined ? '' : t(`admin.limits.${note}`);
}

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
      aria-label={t('admin.limits.of', { workspace })}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate();
      }}
    >
      <p className="muted">{t('admin.limits.about')}</p>
      {LIMIT_NAMES.map((name) => (
        <TextField
          key={name}
          id={`${workspace}-${name}`}
          label={t(`admin.limits.labels.${name}`)}
          value={texts[name]}
          problem={fields.find(({ path }) => path === name)?.message ?? ''}
          note={noteOf(name)}
          onChange={(value) => setTexts({ ...texts, [name]: value })}
        />
      ))}
      <div className="actions">
        <button type="submit" className="primary" disabled={set.isPending}>
          {t('admin.limits.save')}
        </button>
        <button type="button" onClick={onEnd}>
          {t('frame.cancel')}
        </button>
      </div>
      {set.error && <Failure error={set.error} />}
    </form>
  );
}
