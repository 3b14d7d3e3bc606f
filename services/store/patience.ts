/** Waiting for a database that is not there yet, such as when a whole system starts at once. */
import { Client } from 'pg';
import type { Clock } from '../core/clock.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { StoreError, toStoreError } from './errors.ts';
import { MigrationError } from './migrate.ts';
import { connectionSettings } from './pool.ts';

export interface PatienceDeps {
  readonly log: Log;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** How long a database may take to answer at all, in ms. */
  readonly patienceMs: number;
}

const ASK_MS = 1_000;

/** Not there yet, as opposed to one that refuses. */
const isAway = (error: unknown): boolean =>
  (error instanceof StoreError && error.code === 'unavailable') ||
  (error instanceof MigrationError && error.code === 'busy');

/**
 * Does something with a database, again and again while that is not there.
 * @throws what the last try threw.
 */
export async function whenThere<T>(work: () => Promise<T>, deps: PatienceDeps): Promise<T> {
  const end = deps.clock.monotonic() + deps.patienceMs;
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || deps.clock.monotonic() >= end) throw error;
      deps.log.info(`waiting for the database: ${messageOf(error)}`);
      await deps.clock.sleep(ASK_MS);
    }
}

/**
 * Waits until one can sign in.
 * @throws SetupError with the next step.
 */
export async function databaseThere(url: string, deps: PatienceDeps): Promise<void> {
  try {
    await whenThere(() => signIn(url), deps);
  } catch (cause) {
    throw new SetupError(messageOf(cause), { cause });
  }
}

/**
 * Starts what stands on a database, once one can sign in.
 * @throws SetupError with the next step when the database is not there, or goes away meanwhile.
 */
export async function startOn<T>(
  url: string,
  deps: PatienceDeps,
  start: () => Promise<T>,
): Promise<T> {
  await databaseThere(url, deps);
  try {
    return await start();
  } catch (cause) {
    const error = toStoreError(cause);
    throw isAway(error) ? new SetupError(messageOf(error), { cause }) : cause;
  }
}

async function signIn(url: string): Promise<void> {
  const client = new Client(connectionSettings(url, 'duckmon-start'));
  try {
    await client.connect();
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
