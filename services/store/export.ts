/** A copy of all that is kept of a workspace or of a person, for whoever it belongs to. */
import type pg from 'pg';
import { historyWindows } from './dump.ts';
import type { Sql } from './pool.ts';
import { withTransaction, withUser, withWorkspace } from './workspace.ts';

/** One row as it lies in its table, without what is withheld; bytes in base64. */
export interface ExportedRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Called for each row; what it returns is waited for, less than 30 s. */
export type WriteRow = (row: ExportedRow) => Promise<void> | void;

/** Columns that are in no copy: secrets, hashes of secrets, and what makes them. */
export const WITHHELD: Readonly<Record<string, readonly string[]>> = {
  secrets: ['content', 'data_key_id'],
  channel_recipients: ['secret'],
  api_tokens: ['token_hash', 'epoch'],
  feeds: ['token_hash', 'epoch'],
  invitations: ['token_hash'],
  sessions: ['id_hash', 'csrf_hash', 'token_epoch', 'challenge', 'challenge_purpose'],
  users: ['token_epoch'],
  passkeys: ['public_key', 'counter'],
  authenticator_apps: ['sealed', 'data_key_id', 'last_step'],
  recovery_codes: ['code_hash'],
};

/** Tables that are in no copy: they hold keys, hashes of secrets, or answers that are kept for a day. */
export const LEFT_OUT = [
  'data_keys',
  'idempotency_keys',
  'one_time_tokens',
  'refresh_families',
  'refresh_tokens',
] as const;

const BATCH = 200;

interface Column {
  readonly name: string;
  readonly type: string;
}

const quoted = (name: string): string => `"${name}"`;

/** The select list of a table, as it is shown. */
async function shownColumns(tx: Sql, table: string): Promise<string> {
  const { rows } = await tx.query<Column>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows
    .filter(({ name }) => !WITHHELD[table]?.includes(name))
    .map(({ name, type }) =>
      type === 'bytea'
        ? `translate(encode(${quoted(name)}, 'base64'), E'\\n', '') AS ${quoted(name)}`
        : quoted(name),
    )
    .join(', ');
}

/** Writes the rows of a table that a condition names, in the caller's transaction. */
async function writeRows(
  tx: Sql,
  table: string,
  where: string,
  values: readonly unknown[],
  write: WriteRow,
): Promise<void> {
  await tx.query(
    `DECLARE exported NO SCROLL CURSOR FOR SELECT ${await shownColumns(tx, table)} FROM ${table} WHERE ${where}`,
    values,
  );
  for (;;) {
    const { rows } = await tx.query<Record<string, unknown>>(`FETCH ${BATCH} FROM exported`);
    for (const row of rows) await write({ table, row });
    if (rows.length < BATCH) break;
  }
  await tx.query('CLOSE exported');
}

interface TenantTable {
  readonly name: string;
  readonly isPartitioned: boolean;
}

async function tenantTables(sql: Sql): Promise<TenantTable[]> {
  const { rows } = await sql.query<TenantTable>(
    `SELECT c.relname AS name, c.relkind = 'p' AS "isPartitioned"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND c.relname <> ALL ($1::text[]) ORDER BY c.relname`,
    [LEFT_OUT],
  );
  return rows;
}

/**
 * Writes every row of a workspace, table by table, each table (of history: some days of it) as of its own
 * moment. Values of Secrets and ConfigMaps are not among them: only their names.
 * @param pool the api's
 */
export async function exportWorkspace(
  pool: pg.Pool,
  workspace: string,
  write: WriteRow,
): Promise<void> {
  const each = (table: string, where: string): Promise<void> =>
    withWorkspace(pool, workspace, (tx) => writeRows(tx, table, where, [workspace], write));
  await each('workspaces', 'id = $1');
  for (const { name, isPartitioned } of await withTransaction(pool, tenantTables)) {
    const windows = isPartitioned
      ? await withTransaction(pool, (tx) => historyWindows(tx, name))
      : ['true'];
    for (const window of windows) await each(name, `workspace_id = $1 AND ${window}`);
  }
}

/** What belongs to a person, by the column that says to whom. */
const OF_A_PERSON: Readonly<Record<string, string>> = {
  users: 'id',
  memberships: 'user_id',
  api_tokens: 'user_id',
  feeds: 'user_id',
  sessions: 'user_id',
  passkeys: 'user_id',
  authenticator_apps: 'user_id',
  recovery_codes: 'user_id',
  factor_changes: 'user_id',
  account_mails: 'user_id',
  feedback: 'user_id',
};

/**
 * Writes what is kept of a person: account, sessions, factors, memberships, and in all workspaces the tokens
 * and what the audits say that the person or one of these tokens did, or that was done with the account.
 * @param pool the api's
 */
export async function exportAccount(pool: pg.Pool, userId: string, write: WriteRow): Promise<void> {
  const each = (table: string, where: string, values: readonly unknown[]): Promise<void> =>
    withUser(pool, userId, (tx) => writeRows(tx, table, where, values, write));
  for (const [table, column] of Object.entries(OF_A_PERSON))
    await each(table, `${column} = $1`, [userId]);
  const account = `user/${userId}`;
  await each('audit', 'actor = $1 OR subject = $2', [`user:${userId}`, account]);
  for (const { workspace, actors } of await tokensOf(pool, userId))
    await withWorkspace(pool, workspace, (tx) =>
      writeRows(tx, 'audit', 'actor = ANY ($1) AND subject <> $2', [actors, account], write),
    );
}

interface TokensOfOne {
  readonly workspace: string;
  /** As the audit calls them. */
  readonly actors: readonly string[];
}

async function tokensOf(pool: pg.Pool, userId: string): Promise<TokensOfOne[]> {
  const { rows } = await withUser(pool, userId, (tx) =>
    tx.query<TokensOfOne>(
      `SELECT workspace_id AS workspace, array_agg('token:' || id) AS actors FROM api_tokens
       WHERE user_id = $1 GROUP BY 1 ORDER BY 1`,
      [userId],
    ),
  );
  return rows;
}
