/** Asks the scheduler who has loaded which keys: what a rotation waits for. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../services/core/clock.ts';
import type { KeyReader, KeyTable } from '../../../services/core/contracts/keys.ts';
import type { Log } from '../../../services/core/log.ts';
import type { SchedulerClient } from '../scheduler/client.ts';
import type { Sealed } from './dataTurn.ts';
import type { Reader, RotationRequests } from './rotation.ts';

/** A process, and where it is. */
export interface TableReader extends Reader {
  readonly service: KeyReader['service'];
  /** Host with or without a port. */
  readonly address: string;
}

/** Who holds keys of each ring; undefined while the scheduler does not say. */
export interface Readers {
  readonly internal: readonly TableReader[] | undefined;
  /** Empty while nobody tells: keys of tokens then go by time. */
  readonly jwt: readonly TableReader[] | undefined;
  /** Schedulers, with the data keys that they have. */
  readonly data: readonly TableReader[] | undefined;
  /** What is sealed under which data key; absent until it was counted. */
  readonly sealed?: Sealed;
  /** When administrators asked the api for new keys; absent when they never did. */
  readonly asked?: RotationRequests;
}

export interface ReaderTable {
  readonly readers: () => Readers;
  /** Called when anything in it has changed. Before `run`. */
  onChange(listener: () => void): void;
  /** Asks until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ReaderTableDeps {
  readonly client: Pick<SchedulerClient, 'keyTable'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The scheduler asks everybody every ten seconds; what it found is passed on soon. */
const EVERY_MS = 2_000;
/** In a rotation somebody waits, and the first table comes within moments of the start. */
const UNKNOWN_MS = 1_000;
/** Before anybody has told anything. */
const BEGINNING: Readers = { internal: undefined, jwt: [], data: undefined };

const placeOf = ({ reader, service, address }: KeyReader) => ({ name: reader, service, address });

/** Whether those who told of tokens' keys before still have them is not known either. */
const unknownAfter = ({ jwt, asked }: Readers): Readers => ({
  internal: undefined,
  jwt: jwt?.length === 0 ? jwt : undefined,
  data: undefined,
  ...(asked && { asked }),
});

const askedOf = ({ asked }: KeyTable): Pick<Readers, 'asked'> =>
  asked ? { asked: { graceful: dateOf(asked.graceful), urgent: dateOf(asked.urgent) } } : {};

const sealedOf = ({ sealed }: KeyTable, clock: Clock): Pick<Readers, 'sealed'> =>
  sealed
    ? { sealed: { at: new Date(clock.now().getTime() - sealed.ageMs), uses: sealed.uses } }
    : {};

/** When it was counted is no news: it is another time with each answer. */
const newsOf = ({ sealed, ...rest }: Readers): unknown => ({ ...rest, uses: sealed?.uses });

const dateOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

const readersOf = (rows: readonly KeyReader[] | null, before: Readers): Readers =>
  rows === null
    ? unknownAfter(before)
    : {
        internal: rows.map((row) => ({
          ...placeOf(row),
          kids: row.kids ?? undefined,
          signsWith: row.signsWith ?? undefined,
        })),
        jwt: rows.flatMap((row) =>
          row.tokens === undefined
            ? []
            : [
                {
                  ...placeOf(row),
                  kids: row.tokens?.kids,
                  signsWith: row.tokens?.signsWith ?? undefined,
                },
              ],
        ),
        // one of an older version tells of none, and is waited for
        data: rows
          .filter(({ service }) => service === 'scheduler')
          .map((row) => ({
            ...placeOf(row),
            kids: row.data?.kids,
            signsWith: row.data?.signsWith ?? undefined,
          })),
      };

/** A scheduler that cannot be asked leaves nothing known: an old table may hide who came since. */
export function watchReaders({ client, clock, log }: ReaderTableDeps): ReaderTable {
  let readers = BEGINNING;
  const listeners: (() => void)[] = [];
  const ask = async (signal: AbortSignal): Promise<Readers> => {
    try {
      const table = await client.keyTable(signal);
      return {
        ...readersOf(table.readers, readers),
        ...askedOf(table),
        ...sealedOf(table, clock),
      };
    } catch (error) {
      if (!signal.aborted)
        log.debug({ err: error }, 'the scheduler does not say who has loaded which keys');
      return unknownAfter(readers);
    }
  };
  return {
    readers: () => readers,
    onChange: (listener) => void listeners.push(listener),
    run: async (signal) => {
      while (!signal.aborted) {
        const next = await ask(signal);
        const changed = !isDeepStrictEqual(newsOf(next), newsOf(readers));
        readers = next;
        if (changed && !signal.aborted) listeners.forEach((listener) => listener());
        // an abort only ends the wait
        await clock.sleep(next.internal ? EVERY_MS : UNKNOWN_MS, signal).catch(() => {});
      }
    },
  };
}
