/** Asks the scheduler who has loaded which keys: what a rotation waits for. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../services/core/clock.ts';
import type { KeyReader } from '../../../services/core/contracts/keys.ts';
import type { Log } from '../../../services/core/log.ts';
import type { SchedulerClient } from '../scheduler/client.ts';
import type { Reader } from './rotation.ts';

export interface ReaderTable {
  /** Undefined while the scheduler does not say. */
  readonly readers: () => readonly Reader[] | undefined;
  /** Asks until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ReaderTableDeps {
  readonly client: Pick<SchedulerClient, 'keyTable'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when anything in it has changed. */
  readonly onChange: () => void;
}

/** The scheduler asks everybody every ten seconds; what it found is passed on soon. */
const EVERY_MS = 2_000;
/** In a rotation somebody waits, and the first table comes within moments of the start. */
const UNKNOWN_MS = 1_000;

const readerOf = ({ reader, kids, signsWith }: KeyReader): Reader => ({
  name: reader,
  kids: kids ?? undefined,
  signsWith: signsWith ?? undefined,
});

/** A scheduler that cannot be asked leaves nothing known: an old table may hide who came since. */
export function watchReaders({ client, clock, log, onChange }: ReaderTableDeps): ReaderTable {
  let readers: readonly Reader[] | undefined;
  const ask = async (signal: AbortSignal): Promise<readonly Reader[] | undefined> => {
    try {
      return (await client.keyTable(signal)).readers?.map(readerOf);
    } catch (error) {
      if (!signal.aborted)
        log.debug({ err: error }, 'the scheduler does not say who has loaded which keys');
      return undefined;
    }
  };
  return {
    readers: () => readers,
    run: async (signal) => {
      while (!signal.aborted) {
        const next = await ask(signal);
        const changed = !isDeepStrictEqual(next, readers);
        readers = next;
        if (changed && !signal.aborted) onChange();
        // an abort only ends the wait
        await clock.sleep(next ? EVERY_MS : UNKNOWN_MS, signal).catch(() => {});
      }
    },
  };
}
