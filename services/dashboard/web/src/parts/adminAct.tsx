/** What an administrator does: asked once more, with the reason that the audit keeps. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../api.ts';
import { Failure } from './notice.tsx';
import { t } from '../texts/texts.ts';

interface Props {
  readonly label: string;
  /** Says more than the label where there are several such buttons. */
  readonly about?: string;
  readonly question: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly onDone?: () => void;
}

export function AdminAct(props: Props) {
  const [isAsked, setIsAsked] = useState(false);
  if (isAsked) return <Asking {...props} onEnd={() => setIsAsked(false)} />;
  return (
    <button
      type="button"
      aria-label={props.about === undefined ? undefined : `${props.label}: ${props.about}`}
      onClick={() => setIsAsked(true)}
    >
      {props.label}
    </button>
  );
}

function Asking({ label, question, path, body, onDone, onEnd }: Props & { onEnd: () => void }) {
  const [reason, setReason] = useState('');
  const id = useId();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () =>
      call('POST', `/admin/${path}`, {
        ...body,
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      }),
    onSuccess: async () => {
      if (onDone) return onDone();
      await queries.invalidateQueries();
      return onEnd();
    },
  });
  return (
    <form
      className="asking wide"
      aria-label={question}
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate();
      }}
    >
      <p>{question}</p>
      <label htmlFor={id}>{t('admin.why')}</label>
      <input
        id={id}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={500}
        autoComplete="off"
      />
      <div className="actions">
        <button type="submit" className="danger" disabled={act.isPending}>
          {label}
        </button>
        <button type="button" onClick={onEnd}>
          {t('frame.cancel')}
        </button>
      </div>
      {act.error && <Failure error={act.error} />}
    </form>
  );
}
