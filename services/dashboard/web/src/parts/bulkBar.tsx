/** What can be done with all that is selected in a list. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { t } from '../texts/texts.ts';
import { doWithEach, type BulkResult, type BulkVerb, type Item } from './bulk.ts';

interface BulkBarProps {
  /** Such as "With the selected monitors". */
  readonly label: string;
  /** Such as "3 monitors". */
  readonly counted: (count: number) => string;
  readonly selected: readonly Item[];
  readonly verbs: readonly BulkVerb[];
  /** What is still selected afterwards: those that it did not work with. */
  readonly onDone: (left: readonly string[]) => void;
}

export function BulkBar({ label, counted, selected, verbs, onDone }: BulkBarProps) {
  const queries = useQueryClient();
  const asking = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState<BulkVerb>();
  const bulk = useMutation({
    mutationFn: (verb: BulkVerb) => doWithEach(verb, selected),
    onSuccess: async ({ problems }) => {
      onDone(problems.map(({ id }) => id));
      await queries.invalidateQueries();
    },
  });
  const start = (verb: BulkVerb): void => {
    if (verb.caution === undefined) return bulk.mutate(verb);
    setAsked(verb);
    asking.current?.showModal();
  };
  return (
    <>
      {selected.length > 0 && (
        <div className="bulk" role="group" aria-label={label}>
          <strong>{t('monitors.selected', { count: selected.length })}</strong>
          {verbs.map((verb) => (
            <button
              key={verb.button}
              type="button"
              disabled={bulk.isPending}
              onClick={() => start(verb)}
            >
              {verb.button}
            </button>
          ))}
          <button type="button" className="quiet" onClick={() => onDone([])}>
            {t('monitors.clear')}
          </button>
        </div>
      )}
      <div role="status">
        {bulk.isPending && (
          <p className="muted">{bulk.variables.doing(counted(selected.length))}</p>
        )}
        {bulk.data && <Result result={bulk.data} counted={counted} />}
      </div>
      <dialog ref={asking} aria-labelledby="caution-title">
        <h2 id="caution-title">
          {asked?.caution?.question(
            (selected.length === 1 ? selected[0]?.title : undefined) ?? counted(selected.length),
          )}
        </h2>
        <p>{asked?.caution?.words}</p>
        <form
          method="dialog"
          className="actions"
          onSubmit={() => asked && bulk.mutate(asked)}
          onReset={() => asking.current?.close()}
        >
          <button type="submit" className="danger">
            {asked?.button}
          </button>
          <button type="reset">{t('monitors.keep')}</button>
        </form>
      </dialog>
    </>
  );
}

function Result({
  result: { verb, done, problems },
  counted,
}: {
  readonly result: BulkResult;
  readonly counted: (count: number) => string;
}) {
  return (
    <>
      {done.length > 0 && <p className="note">{verb.done(counted(done.length))}</p>}
      {problems.length > 0 && (
        <ul className="alert problems">
          {problems.map(({ id, title, message }) => (
            <li key={id}>
              {title}: {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
