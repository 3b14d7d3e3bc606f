/** Writes everything that a database holds into one archive, as of one moment. */
import type { Client } from 'pg';
import type { ArchiveWriter, Value } from './archive.ts';
import { writeArchive } from './archive.ts';
import { BackupError } from './backups/errors.ts';
import type { BackupKeys } from './backups/keys.ts';
import { MIGRATION_LOCK } from './migrate.ts';
import { withClient, type Sql } from './pool.ts';

/**
 * What is not taken along. A restored session or sign-in link would live again although it was ended
 * since; answers to repeated requests are of no use later.
 */
const omitted: Readonly<Record<string, string>> = {
  sessions: 'false',
  idempotency_keys: 'false',
  one_time_tokens: "purpose <> 'sign-in'",
};

const BATCH = 100;

export interface TableShape {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** History: cut into days by its column `at`. */
  readonly isPartitioned: boolean;
  /** Row-level security binds its owner as well. */
  readonly isForced: boolean;
}

/** The tables of our schema, each after those that it refers to. */
export async function readTables(client: Sql): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape & { refers: string[] }>(
    `SELECT c.relname AS name, c.relkind = 'p' AS "isPartitioned",
       c.relforcerowsecurity AS "isForced",
       (SELECT json_agg(json_build_object('name', a.attname,
          'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT json_agg(r.relname) FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND r.oid <> c.oid), '[]') AS refers
     FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition AND c.relname <> '_prisma_migrations'
     ORDER BY c.relname`,
  );
  const sorted: TableShape[] = [];
  const visit = (table: (typeof rows)[number]): void => {
    if (sorted.some(({ name }) => name === table.name)) return;
    for (const parent of rows) if (table.refers.includes(parent.name)) visit(parent);
    const { refers: _, ...shape } = table;
    sorted.push(shape);
  };
  rows.forEach(visit);
  return sorted;
}

async function checkRole(client: Client): Promise<void> {
  const { rows } = await client.query<{ ok: boolean; role: string }>(
    "SELECT pg_has_role(current_user, 'mon_backup', 'USAGE') AS ok, current_user AS role",
  );
  if (rows[0]?.ok) return;
  throw new BackupError(
    'wrongRole',
    `Row-level security hides rows from ${rows[0]?.role}; take the backup with the url of mon_backup.`,
  );
}

/** Days that are read in one transaction: each of their partitions costs it a few locks. */
const WINDOW = 10;

/** Conditions that together give every row of a table of history once, each from few partitions. */
export async function historyWindows(client: Sql, table: string): Promise<string[]> {
  const { rows } = await client.query<{ day: string; next: string }>(
    `SELECT day::text, (day + 1)::text AS next FROM (
       SELECT DISTINCT to_date(right(relname, 8), 'YYYYMMDD') AS day FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname ~ ('^' || $1 || '_\\d+_\\d{8}$')
     ) AS days ORDER BY day`,
    [table],
  );
  const windows: string[] = [];
  for (let at = 0; at < rows.length; at += WINDOW) {
    const days = rows.slice(at, at + WINDOW);
    // Plain constants: with anything else Postgres locks every partition before it leaves any out.
    windows.push(`at >= '${days[0]?.day} 00:00:00+00' AND at < '${days.at(-1)?.next} 00:00:00+00'`);
  }
  return windows;
}

const windowsOf = async (client: Client, table: TableShape): Promise<string[]> =>
  table.isPartitioned ? historyWindows(client, table.name) : [omitted[table.name] ?? 'true'];

async function* rowsOf(client: Client, table: TableShape, where: string): AsyncGenerator<Value[]> {
  const columns = table.columns.map(({ name }) => `${client.escapeIdentifier(name)}::text`);
  const from = client.escapeIdentifier(table.name);
  await client.query(
    `DECLARE backup_rows NO SCROLL CURSOR FOR SELECT ${columns.join(', ')} FROM ${from} WHERE ${where}`,
  );
  for (;;) {
    const { rows } = await client.query<Value[]>({
      text: `FETCH ${BATCH} FROM backup_rows`,
      rowMode: 'array',
    });
    yield* rows;
    if (rows.length < BATCH) break;
  }
}

/** The newest migration of the database; empty when it has no schema. */
export async function newestMigration(client: Client): Promise<string> {
  const books = await client.query("SELECT to_regclass('public._prisma_migrations') AS table");
  if (books.rows[0]?.table === null) return '';
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name DESC LIMIT 1`,
  );
  return rows[0]?.name ?? '';
}

/** Values as text that mean the same on every server. */
const PLAIN = `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 3`;
const BEGIN = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';

async function writeTables(client: Client, snapshot: string, archive: ArchiveWriter) {
  for (const table of await readTables(client)) {
    const names = table.columns.map(({ name }) => name);
    await archive.table(table.name, names);
    for (const where of await windowsOf(client, table)) {
      await client.query(`${BEGIN}; SET TRANSACTION SNAPSHOT ${client.escapeLiteral(snapshot)}`);
      for await (const row of rowsOf(client, table, where)) await archive.row(row);
      await client.query('COMMIT');
    }
  }
}

/**
 * Writes a backup of the database to `file`, all of it as of one moment; `url` is of the role
 * mon_backup. The file appears when it is whole; with keys it is encrypted.
 *
 * One connection holds the moment, another reads in many short transactions: one that had read a year of
 * history would hold more locks than a server has. Migrations wait meanwhile.
 * @returns rows by table
 * @throws BackupError `wrongRole`, StoreError when the database fails.
 */
export const dump = (
  url: string,
  file: string,
  now: Date,
  keys?: BackupKeys,
): Promise<Readonly<Record<string, number>>> =>
  withClient(url, 'duckmon-backup', async (holder) => {
    await checkRole(holder);
    await holder.query('SELECT pg_advisory_lock_shared($1)', [MIGRATION_LOCK]);
    await holder.query('SET idle_in_transaction_session_timeout = 0');
    await holder.query(BEGIN);
    const { rows } = await holder.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    return withClient(url, 'duckmon-backup', async (client) => {
      await client.query(PLAIN);
      const schemaVersion = await newestMigration(client);
      const header = { format: 'duckmon-backup', version: 1, schemaVersion } as const;
      const archive = await writeArchive(file, { ...header, createdAt: now.toISOString() }, keys);
      try {
        await writeTables(client, rows[0]?.id ?? '', archive);
        return await archive.finish();
      } catch (error) {
        await archive.abandon();
        throw error;
      }
    });
  });
