/** What can be done with all that is selected in a list. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import {
  doingWords,
  doneWords,
  doWithEach,
  type BulkResult,
  type BulkVerb,
  type Item,
} from './bulk.ts';

interface BulkBarProps {
  /** What one of them is called, such as "monitor". */
  readonly noun: string;
  readonly selected: readonly Item[];
  readonly verbs: readonly BulkVerb[];
  /** What is still selected afterwards: those that it did not work with. */
  readonly onDone: (left: readonly string[]) => void;
}

export function BulkBar({ noun, selected, verbs, onDone }: BulkBarProps) {
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
        <div className="bulk" role="group" aria-label={`With the selected ${noun}s`}>
          <strong>{selected.length} selected</strong>
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
            Clear
          </button>
        </div>
      )}
      <div role="status">
        {bulk.isPending && (
          <p className="muted">{doingWords(bulk.variables, selected.length, noun)}</p>
        )}
        {bulk.data && <Result result={bulk.data} noun={noun} />}
      </div>
      <dialog ref={asking} aria-labelledby="caution-title">
        <h2 id="caution-title">
          {asked?.button}{' '}
          {selected.length === 1 ? selected[0]?.title : `${selected.length} ${noun}s`}?
        </h2>
        <p>{asked?.caution}</p>
        <form
          method="dialog"
          className="actions"
          onSubmit={() => asked && bulk.mutate(asked)}
          onReset={() => asking.current?.close()}
        >
          <button type="submit" className="danger">
            {asked?.button}
          </button>
          <button type="reset">Keep</button>
        </form>
      </dialog>
    </>
  );
}

function Result({ result, noun }: { readonly result: BulkResult; readonly noun: string }) {
  const words = doneWords(result, noun);
  return (
    <>
      {words !== '' && <p className="note">{words}</p>}
      {result.problems.length > 0 && (
        <ul className="alert problems">
          {result.problems.map(({ id, title, message }) => (
            <li key={id}>
              {title}: {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
