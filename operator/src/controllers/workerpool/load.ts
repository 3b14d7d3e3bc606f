/** The scheduler's report of its load, asked for at most so often for all pools together. */
import type { Clock } from '../../../../services/core/clock.ts';
import type { Log } from '../../../../services/core/log.ts';
import type { SchedulerClient } from '../../scheduler/client.ts';
import type { Measured } from './capacity.ts';

export interface LoadDeps {
  readonly client: Pick<SchedulerClient, 'capacity'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/** As long as an answer, or none, is used where pods stay. */
export const LOAD_MS = 15_000;
/** The same where a waiting check gets a pod of its own. */
export const ONCE_MS = 2_000;

/**
 * The newest report, not older than `freshMs`; undefined when the scheduler could not be asked. Those
 * who ask at once share it.
 */
export function createLoad({
  client,
  clock,
  log,
}: LoadDeps): (freshMs: number) => Promise<Measured> {
  let asked: { readonly at: number; readonly answer: Promise<Measured> } | undefined;
  let away = false;
  const ask = async (): Promise<Measured> => {
    try {
      // no signal of one pass: its end would take the answer from the others
      const report = await client.capacity();
      away = false;
      return report;
    } catch (error) {
      if (!away) log.warn({ err: error }, 'the scheduler cannot be asked for its load');
      away = true;
      return undefined;
    }
  };
  return (freshMs) => {
    if (!asked || clock.monotonic() - asked.at >= freshMs)
      asked = { at: clock.monotonic(), answer: ask() };
    return asked.answer;
  };
}
