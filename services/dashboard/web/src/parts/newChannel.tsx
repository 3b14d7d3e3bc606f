/** Makes a channel. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { t } from '../texts/texts.ts';
import {
  CHANNEL_TYPES,
  channelDocuments,
  refusals,
  type ApplyResult,
  type ChannelDraft,
} from './channelDraft.ts';
import { Failure } from './notice.tsx';
import { TextField } from './textField.tsx';

interface NewChannelProps {
  /** Names that are taken: applying one would change that channel. */
  readonly taken: readonly string[];
  readonly onDone: () => void;
}

export function NewChannel({ taken, onDone }: NewChannelProps) {
  const [draft, setDraft] = useState<ChannelDraft>({ name: '', type: 'Email', to: '' });
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const body = { documents: channelDocuments(draft) };
      const { results } = await call<{ results: ApplyResult[] }>('POST', '/apply', body);
      return refusals(results);
    },
    onSuccess: async (refused) => {
      await queries.invalidateQueries({ queryKey: ['channels'] });
      if (refused.length === 0) onDone();
    },
  });
  const isTaken = taken.includes(draft.name);
  return (
    <form
      className="panel"
      aria-label={t('channels.new')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isTaken) save.mutate();
      }}
    >
      <div className="tabs" role="group" aria-label={t('channels.kind')}>
        {CHANNEL_TYPES.map((type) => (
          <button
            key={type}
            type="button"
            aria-pressed={type === draft.type}
            onClick={() => setDraft({ ...draft, type, to: '' })}
          >
            {t(`channels.types.${type}`)}
          </button>
        ))}
      </div>
      <TextField
        id="channel-name"
        label={t('channels.name')}
        note={t('channels.nameNote')}
        required
        value={draft.name}
        problem={isTaken ? t('channels.taken') : ''}
        onChange={(name) => setDraft({ ...draft, name })}
      />
      <TextField
        id="channel-to"
        label={t(`channels.to.${draft.type}.label`)}
        note={t(`channels.to.${draft.type}.note`)}
        type={draft.type === 'Email' ? 'text' : 'url'}
        required
        value={draft.to}
        problem=""
        onChange={(to) => setDraft({ ...draft, to })}
      />
      {save.error && <Failure error={save.error} />}
      {save.data?.map((text) => (
        <p key={text} role="alert" className="alert">
          {text}
        </p>
      ))}
      <div className="actions">
        <button type="submit" className="primary" disabled={save.isPending}>
          {t('channels.create')}
        </button>
        <button type="button" onClick={onDone}>
          {t('frame.cancel')}
        </button>
      </div>
    </form>
  );
}
