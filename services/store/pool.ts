/** Connections to Postgres: pools with time limits, and how its types become JavaScript's. */
import type { ClientConfig, CustomTypesConfig, PoolConfig } from 'pg';
import { Client, Pool, types } from 'pg';
import { codeOf, failedText, toStoreError } from './errors.ts';
import type { Log } from './log.ts';

export interface PoolOptions {
  /** Most connections at a time; 8 by default. */
  readonly max?: number | undefined;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly log: Log;
  /** A statement that runs longer is cancelled; 30 s by default. */
  readonly statementTimeoutMs?: number | undefined;
  /** How long to wait for an answer, also of a server that cannot be reached any more; for ever by default. */
  readonly answerTimeoutMs?: number | undefined;
  /** A transaction that waits longer for its client is ended; 30 s by default. */
  readonly idleTransactionTimeoutMs?: number | undefined;
}

/** What a repository needs of a transaction: one way to run a statement. */
export interface Sql {
  // The caller states the shape of the rows, as with pg itself.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  query<R extends object>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}

const INT8 = 20;
const DATE = 1082;

/** bigint columns count things that stay far below 2^53; one that does not is an error. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`bigint ${text} is too large for a number`);
  return value;
}

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, parseBigint],
  [DATE, (text) => text],
]);

/**
 * How columns are read: bigint as number (an unsafe one throws), numeric as string, date as
 * 'YYYY-MM-DD', timestamptz as Date, jsonb parsed, bytea as Buffer.
 */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? types.getTypeParser(oid, format),
};

/** Settings that each connection of ours has, pooled or not. */
export const connectionSettings = (url: string, applicationName: string): ClientConfig => ({
  connectionString: url,
  application_name: applicationName,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  types: columnTypes,
});

/** The settings of a pool for one role's url. */
export const poolSettings = (url: string, options: PoolOptions): PoolConfig => ({
  ...connectionSettings(url, options.applicationName),
  max: options.max ?? 8,
  min: 0,
  idleTimeoutMillis: 30_000,
  statement_timeout: options.statementTimeoutMs ?? 30_000,
  ...(options.answerTimeoutMs === undefined ? {} : { query_timeout: options.answerTimeoutMs }),
  idle_in_transaction_session_timeout: options.idleTransactionTimeoutMs ?? 30_000,
});

/** A pool for one role's url. Broken idle connections are logged and replaced. */
export function openPool(url: string, options: PoolOptions): Pool {
  const pool = new Pool(poolSettings(url, options));
  pool.on('error', (error) => {
    options.log.error({ code: codeOf(error), pool: options.applicationName }, failedText);
  });
  return pool;
}

/** A listener for the errors of a connection in use: the running query rejects with the same one. */
export const toldByQuery = (): void => undefined;

/**
 * Runs `work` on one connection of its own, which ends with it (and with it what is not committed).
 * @throws StoreError for what the database refuses; other errors of `work` as they are.
 */
export async function withClient<T>(
  url: string,
  applicationName: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connectionSettings(url, applicationName));
  client.on('error', toldByQuery);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.end();
  }
}
