/** Writes everything that a database holds into one archive, as of one moment. */
import type { Client } from 'pg';
import type { Value } from './archive.ts';
import { BackupError, writeArchive } from './archive.ts';
import { withClient } from './pool.ts';

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
}

/** The tables of our schema, each after those that it refers to. */
export async function readTables(client: Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape & { refers: string[] }>(
    `SELECT c.relname AS name,
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
    sorted.push({ name: table.name, columns: table.columns });
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

async function* rowsOf(client: Client, table: TableShape): AsyncGenerator<Value[]> {
  const columns = table.columns.map(({ name }) => `${client.escapeIdentifier(name)}::text`);
  const from = client.escapeIdentifier(table.name);
  const where = omitted[table.name] ?? 'true';
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
  await client.query('CLOSE backup_rows');
}

async function newestMigration(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name DESC LIMIT 1`,
  );
  return rows[0]?.name ?? '';
}

/**
 * Writes a backup of the database to `file` in one REPEATABLE READ transaction; `url` is of the
 * role mon_backup. The file appears when it is whole.
 * @returns rows by table
 * @throws BackupError `wrongRole`, StoreError when the database fails.
 */
export const dump = (
  url: string,
  file: string,
  now: Date,
): Promise<Readonly<Record<string, number>>> =>
  withClient(url, 'duckmon-backup', async (client) => {
    await checkRole(client);
    await client.query(
      `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 3`,
    );
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const schemaVersion = await newestMigration(client);
    const header = { format: 'duckmon-backup', version: 1, schemaVersion } as const;
    const archive = await writeArchive(file, { ...header, createdAt: now.toISOString() });
    try {
      for (const table of await readTables(client)) {
        const names = table.columns.map(({ name }) => name);
        await archive.table(table.name, names);
        for await (const row of rowsOf(client, table)) await archive.row(row);
      }
      return await archive.finish();
    } catch (error) {
      await archive.abandon();
      throw error;
    }
  });
