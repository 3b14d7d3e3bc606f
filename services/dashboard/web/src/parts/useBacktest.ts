/** Runs a back-test in parts: first for nothing, then by the model as far as the maximum goes. */
import { useRef, useState } from 'react';
import { call } from '../api.ts';
import { partsOf, restOf, type Backtest, type Maximum, type TriedChange } from './backtest.ts';

export const DAYS = 30;

export interface Run {
  readonly changes: readonly TriedChange[];
  readonly more: boolean;
  readonly model: string | null;
  /** The manifest that was tried. */
  readonly of: string;
  /** Changes that are still to be judged; undefined when it has ended. */
  readonly left: number | undefined;
}

interface UseBacktest {
  readonly run: Run | undefined;
  readonly error: Error | undefined;
  readonly isRunning: boolean;
  readonly tryFree: () => Promise<void>;
  readonly ask: (most: Maximum) => Promise<void>;
  readonly stop: () => void;
}

/** The model is asked about a few changes at a time: that is the progress, and where it can stop. */
export function useBacktest(manifest: object): UseBacktest {
  const [run, setRun] = useState<Run>();
  const [error, setError] = useState<Error>();
  const [isRunning, setRunning] = useState(false);
  const stopped = useRef(false);
  const post = (more: object): Promise<Backtest> =>
    call<Backtest>('POST', '/backtest', { manifest, days: DAYS, ...more });
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    stopped.current = false;
    setError(undefined);
    setRunning(true);
    try {
      await work();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
      setRun((last) => last && { ...last, left: undefined });
    } finally {
      setRunning(false);
    }
  };
  const of = JSON.stringify(manifest);
  return {
    run,
    error,
    isRunning,
    stop: () => {
      stopped.current = true;
    },
    tryFree: () =>
      guarded(async () => {
        setRun(undefined);
        const { changes, more, model } = await post({});
        setRun({ changes, more, model, of, left: undefined });
      }),
    ask: (most) =>
      guarded(async () => {
        let changes = run?.changes ?? [];
        let judged: readonly TriedChange[] = [];
        let facts: readonly unknown[] = [];
        for (const checks of partsOf(changes)) {
          const judge = restOf(most, judged) ?? null;
          if (stopped.current || judge === null) break;
          const part = await post({ checks, judge, facts });
          ({ facts } = part);
          judged = [...judged, ...part.changes];
          const known = new Map(judged.map((change) => [change.checkId, change]));
          changes = changes.map((change) => known.get(change.checkId) ?? change);
          const left = changes.length - judged.length;
          setRun((last) => last && { ...last, changes, of, left });
        }
        setRun((last) => last && { ...last, left: undefined });
      }),
  };
}
