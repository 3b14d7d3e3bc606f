/** Puts an archive into a freshly migrated database, all of it or nothing. */
import { readdir } from 'node:fs/promises';
import type { Client } from 'pg';
import type { ArchiveHeader, Value } from './archive.ts';
import { BackupError, readArchive } from './archive.ts';
import type { TableShape } from './dump.ts';
import { readTables } from './dump.ts';
import { migrationsFolder } from './migrate.ts';
import { withClient } from './pool.ts';

export interface RestoreResult {
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>;
  /** Deliveries and held alerts that were on their way and now wait for a person. */
  readonly guarded: number;
}

export interface RestoreOptions {
  /** Throw away what the database holds. */
  readonly force?: boolean | undefined;
}

const BATCH = 200;
const history = ['checks', 'snapshots', 'verdicts'];

/** What was being sent when the backup was taken may have been sent since: a person decides. */
const guards = [
  `UPDATE deliveries SET state = 'unknown', next_attempt_at = NULL, lease_until = NULL,
     lease_token = lease_token + 1, resent = true,
     last_error = 'Restored from a backup: it may have been sent already. Send it again by hand.'
   WHERE state IN ('pending', 'sending') OR next_attempt_at IS NOT NULL`,
  `UPDATE alerts SET held_until = NULL WHERE held_until IS NOT NULL AND digest_id IS NULL`,
];

async function checkVersion(header: ArchiveHeader): Promise<void> {
  const known = await readdir(migrationsFolder);
  if (known.includes(header.schemaVersion)) return;
  throw new BackupError(
    'newer',
    `The backup is of a newer duckmon (schema ${header.schemaVersion}); restore it with that version.`,
  );
}

async function emptyTarget(
  client: Client,
  tables: readonly TableShape[],
  force: boolean,
): Promise<void> {
  const names = tables.map(({ name }) => client.escapeIdentifier(name));
  for (const name of names) {
    const { rowCount } = await client.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (rowCount && !force)
      throw new BackupError(
        'notEmpty',
        `The database holds data already (table ${name}); restore into a new one, or repeat with --force to throw the old data away.`,
      );
  }
  await client.query(`TRUNCATE ${names.join(', ')}`);
}

/** Owners are bound by row-level security as long as it is forced. */
async function setForced(
  client: Client,
  tables: readonly TableShape[],
  forced: boolean,
): Promise<void> {
  for (const { name, columns } of tables)
    if (columns.some((column) => column.name === 'workspace_id'))
      await client.query(
        `ALTER TABLE ${client.escapeIdentifier(name)} ${forced ? '' : 'NO '}FORCE ROW LEVEL SECURITY`,
      );
}

/** Collects rows of one table and inserts them in batches. */
function inserter(client: Client, table: TableShape, names: readonly string[]) {
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const missing = names.find((name) => !types.has(name));
  if (missing !== undefined)
    throw new BackupError('corrupt', `The table ${table.name} has no column ${missing}.`);
  const columns = names.map((name) => client.escapeIdentifier(name)).join(', ');
  const casts = names.map((name, at) => `v${at}::${types.get(name)}`).join(', ');
  const arrays = names.map((_name, at) => `$${at + 1}::text[]`).join(', ');
  const aliases = names.map((_name, at) => `v${at}`).join(', ');
  const sql = `INSERT INTO ${client.escapeIdentifier(table.name)} (${columns})
    SELECT ${casts} FROM unnest(${arrays}) AS u (${aliases})`;
  const dayColumn = history.includes(table.name) ? names.indexOf('at') : -1;
  const days = new Set<string>();
  let batch: (readonly Value[])[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const fresh = dayColumn < 0 ? [] : batch.map((row) => row[dayColumn]?.slice(0, 10) ?? '');
    for (const day of new Set(fresh)) {
      if (days.has(day)) continue;
      await client.query('SELECT ensure_partitions($1::date)', [day]);
      days.add(day);
    }
    await client.query(
      sql,
      names.map((_name, at) => batch.map((row) => row[at] ?? null)),
    );
    batch = [];
  };
  const add = async (row: readonly Value[]): Promise<void> => {
    batch.push(row);
    if (batch.length >= BATCH) await flush();
  };
  return { add, flush };
}

async function load(client: Client, file: string, tables: readonly TableShape[]) {
  const counts: Record<string, number> = {};
  const byName = new Map(tables.map((table) => [table.name, table]));
  let target: ReturnType<typeof inserter> | undefined;
  let current = '';
  for await (const item of readArchive(file)) {
    if (item.kind === 'header') await checkVersion(item.header);
    else if (item.kind === 'table') {
      await target?.flush();
      const table = byName.get(item.table);
      if (!table)
        throw new BackupError('corrupt', `The backup has an unknown table ${item.table}.`);
      target = inserter(client, table, item.columns);
      counts[(current = item.table)] = 0;
    } else {
      await target?.add(item.values);
      counts[current] = (counts[current] ?? 0) + 1;
    }
  }
  await target?.flush();
  return counts;
}

/**
 * Restores `file` into the database of `url` (its owner's, freshly migrated), in one transaction.
 * What was about to be sent when the backup was taken is not sent by itself: its deliveries become
 * `unknown` and can be sent again by hand.
 * @throws BackupError `notEmpty`, `newer` or `corrupt`; nothing is changed then.
 */
export const restore = (
  url: string,
  file: string,
  options: RestoreOptions = {},
): Promise<RestoreResult> =>
  withClient(url, 'duckmon-restore', async (client) => {
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO'`);
    // What is not committed below is rolled back when the connection ends.
    await client.query('BEGIN');
    const tables = await readTables(client);
    await setForced(client, tables, false);
    await emptyTarget(client, tables, options.force ?? false);
    const counts = await load(client, file, tables);
    let guarded = 0;
    for (const sql of guards) guarded += (await client.query(sql)).rowCount ?? 0;
    await setForced(client, tables, true);
    await client.query('COMMIT');
    return { counts, guarded };
  });
