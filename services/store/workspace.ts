/** Transactions: every one that touches a tenant's rows runs under that tenant's workspace. */
import type pg from 'pg';
import { escapeLiteral } from 'pg';
import { DNS_LABEL } from '../core/dnsLabel.ts';
import { StoreError, isRetryable, toStoreError } from './errors.ts';
import type { Sql } from './pool.ts';
import { toldByQuery } from './pool.ts';

/** Audit rows of the whole installation lie here; no workspace can have this name. */
export const PLATFORM_WORKSPACE = '_platform';

/** A running transaction. */
export interface Tx extends Sql {
  /** The workspace it runs under; '' when none is set. */
  readonly workspace: string;
}

const ATTEMPTS = 4;

/** The name itself when it can be one of a workspace. @throws StoreError `invalid` otherwise. */
export function checkedWorkspace(workspace: string): string {
  if (workspace === PLATFORM_WORKSPACE || DNS_LABEL.test(workspace)) return workspace;
  throw new StoreError('invalid', 'The name of a workspace has letters, digits and hyphens only.');
}

const setLocal = (setting: string, value: string): string =>
  `SELECT set_config('${setting}', ${escapeLiteral(value)}, true)`;

/** Ends the transaction; a connection that cannot even do that is thrown away. */
async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The first error is the one that tells; the connection goes.
    return false;
  }
}

async function runOnce<T>(
  pool: pg.Pool,
  begin: string,
  workspace: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // Without a listener a connection that breaks in our hands would end the process.
  client.on('error', toldByQuery);
  let sound = true;
  try {
    await client.query(begin);
    const tx: Tx = {
      workspace,
      query: (text, values) => client.query(text, values ? [...values] : undefined),
    };
    const result = await work(tx);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    sound = await rollBack(client);
    throw error;
  } finally {
    client.off('error', toldByQuery);
    client.release(!sound);
  }
}

/** Runs it again, at most three times, while Postgres makes it the loser of a conflict. */
export async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRetryable(error)) throw toStoreError(error);
    }
  }
}

const inTransaction = <T>(
  pool: pg.Pool,
  workspace: string,
  settings: readonly string[],
  work: (tx: Tx) => Promise<T>,
): Promise<T> => retried(() => runOnce(pool, ['BEGIN', ...settings].join('; '), workspace, work));

/**
 * Runs `work` in one transaction that sees only the rows of `workspace`. The setting is LOCAL, so it
 * ends with the transaction and never reaches the connection's next user. `work` may run again (at
 * most four times in all) after a deadlock or serialisation failure: it must do nothing but SQL.
 * @throws StoreError for what the database refuses; other errors of `work` as they are.
 */
export async function withWorkspace<T>(
  pool: pg.Pool,
  workspace: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const name = checkedWorkspace(workspace);
  return inTransaction(pool, name, [setLocal('mon.workspace', name)], work);
}

/** One transaction that sees only the bearer token with this SHA-256, whatever its workspace. */
export const withTokenHash = <T>(
  pool: pg.Pool,
  hash: Uint8Array,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  inTransaction(pool, '', [setLocal('mon.token_hash', Buffer.from(hash).toString('hex'))], work);

/** One transaction that sees the memberships of this user in every workspace. */
export const withUser = <T>(
  pool: pg.Pool,
  userId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> => inTransaction(pool, '', [setLocal('mon.user', userId)], work);

/** One transaction under no workspace: for tables without one, and for the scheduler's sweeps. */
export const withTransaction = <T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inTransaction(pool, '', [], work);
