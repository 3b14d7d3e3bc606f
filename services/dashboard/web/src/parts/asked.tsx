/** A button that asks once more before it calls the API. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { t } from '../texts/texts.ts';
import { Failure } from './notice.tsx';

interface QuestionProps {
  readonly question: string;
  readonly yes: string;
  readonly onYes: () => Promise<unknown>;
  readonly onEnd: () => void;
}

/** The question, until it is answered or was done. */
export function Question({ question, yes, onYes, onEnd }: QuestionProps) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: onYes,
    onSuccess: async () => {
      // Until the page shows what is now, the question stays.
      await queries.invalidateQueries();
      onEnd();
    },
  });
  return (
    <div role="group" aria-label={question}>
      <p>{question}</p>
      <div className="actions">
        <button
          type="button"
          className="danger"
          disabled={act.isPending}
          onClick={() => act.mutate()}
        >
          {yes}
        </button>
        <button type="button" onClick={onEnd}>
          {t('frame.cancel')}
        </button>
      </div>
      {act.error && <Failure error={act.error} />}
    </div>
  );
}

interface AskedProps {
  readonly label: string;
  readonly question: string;
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly onDone?: () => void;
}

export function Asked({ label, question, method, path, body, onDone }: AskedProps) {
  const [isAsked, setIsAsked] = useState(false);
  if (!isAsked)
    return (
      <button type="button" onClick={() => setIsAsked(true)}>
        {label}
      </button>
    );
  return (
    <Question
      question={question}
      yes={label}
      onYes={async () => {
        await call(method, path, body);
        onDone?.();
      }}
      onEnd={() => setIsAsked(false)}
    />
  );
}
