/** Puts an archive into a database, all of it or nothing. */
import type { Client } from 'pg';
import type { ArchiveHeader, ArchiveItem, Value } from './archive.ts';
import { readArchive, verifyArchive } from './archive.ts';
import { BackupError } from './backups/errors.ts';
import type { BackupKeys } from './backups/keys.ts';
import { applyWithin, rebuild, recover } from './backups/rebuild.ts';
import type { TableShape } from './dump.ts';
import { readTables } from './dump.ts';
import { eraseAgain, listErasures, rememberErasures, type Erasure } from './erasure.ts';
import { MIGRATION_LOCK, readMigrations, type Migration } from './migrate.ts';
import { withClient } from './pool.ts';

export interface RestoreResult {
  /** Rows by table. */
  readonly counts: Readonly<Record<string, number>>;
  /** Deliveries and held alerts that were on their way and now wait for a person. */
  readonly guarded: number;
  /** Of the backup; the database has the newest now. */
  readonly schemaVersion: string;
}

export interface RestoreOptions {
  /** Throw away what the database holds. */
  readonly force?: boolean | undefined;
  /** Of an encrypted backup. */
  readonly keys?: BackupKeys | undefined;
  /** What was erased since the backup; what the database itself knows of is added. */
  readonly erasures?: readonly Erasure[] | undefined;
}

const BATCH = 200;

/**
 * What was being sent when the backup was taken may have been sent since: a person decides. It is `dead`,
 * not `unknown`, since later alerts wait for those whose outcome is still asked for.
 */
const guards = [
  `UPDATE deliveries SET state = 'dead', next_attempt_at = NULL, lease_until = NULL,
     lease_token = lease_token + 1, unknown_since = NULL,
     last_error = 'Restored from a backup: it may have been sent already. Send it again by hand.'
   WHERE state IN ('pending', 'sending') OR next_attempt_at IS NOT NULL`,
  `UPDATE alerts SET held_until = NULL WHERE held_until IS NOT NULL AND digest_id IS NULL`,
];

/** The migrations that make the schema of the backup, and those that came after it. */
function splitAt(known: readonly Migration[], { schemaVersion }: ArchiveHeader) {
  const at = known.findIndex(({ name }) => name === schemaVersion);
  if (at >= 0) return { first: known.slice(0, at + 1), later: known.slice(at + 1) };
  throw new BackupError(
    'newer',
    `The backup is of a newer duckmon (schema ${schemaVersion}); restore it with that version.`,
  );
}

/** Each table by itself: services go on working with the others. */
async function checkEmpty(client: Client): Promise<void> {
  const tables = (await readTables(client)).filter(({ isPartitioned }) => !isPartitioned);
  for (const table of tables) {
    await client.query('BEGIN');
    await setForced(client, [table], false);
    const { rowCount } = await client.query(
      `SELECT 1 FROM ${client.escapeIdentifier(table.name)} LIMIT 1`,
    );
    await client.query('ROLLBACK');
    if (rowCount)
      throw new BackupError(
        'notEmpty',
        `The database holds data already (table ${table.name}); restore into a new one, or repeat with --force to throw the old data away.`,
      );
  }
}

/** Lifts what binds the owner, or puts it back. */
async function setForced(
  client: Client,
  tables: readonly TableShape[],
  forced: boolean,
): Promise<void> {
  for (const { name } of tables.filter(({ isForced }) => isForced))
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
  const dayColumn = table.isPartitioned ? names.indexOf('at') : -1;
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

async function load(
  client: Client,
  items: AsyncIterable<ArchiveItem>,
  tables: readonly TableShape[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const byName = new Map(tables.map((table) => [table.name, table]));
  let target: ReturnType<typeof inserter> | undefined;
  let current = '';
  for await (const item of items) {
    if (item.kind === 'header') continue;
    if (item.kind === 'table') {
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

/** Rows that migrations have made are in the backup as well. */
async function emptyAll(client: Client, tables: readonly TableShape[]): Promise<void> {
  const names = tables.map(({ name }) => client.escapeIdentifier(name));
  await client.query(`TRUNCATE ${names.join(', ')}`);
}

/**
 * Nobody knows what was revoked after the backup was made: all sign in again, and programs get new tokens.
 */
const END_CREDENTIALS = `INSERT INTO global_epochs AS e (epoch, raised_at) VALUES (1, now())
  ON CONFLICT (single) DO UPDATE SET epoch = e.epoch + 1, raised_at = excluded.raised_at`;

/** @returns how much was held back. */
async function guard(client: Client): Promise<number> {
  await client.query(END_CREDENTIALS);
  const tables = await readTables(client);
  await setForced(client, tables, false);
  let guarded = 0;
  for (const sql of guards) guarded += (await client.query(sql)).rowCount ?? 0;
  await setForced(client, tables, true);
  return guarded;
}

async function headerOf(file: string, keys: BackupKeys | undefined): Promise<ArchiveHeader> {
  for await (const item of readArchive(file, keys)) if (item.kind === 'header') return item.header;
  throw new BackupError('corrupt', 'The file is empty.');
}

/**
 * Restores `file` into the database of `url`, its owner's: into the schema that the backup has, which is
 * then brought up to date. Nothing is touched before the file was read to its end once, and no service
 * sees a part of it.
 * What was about to be sent when the backup was taken is not sent by itself: its deliveries become
 * `dead`, with the reason, and can be sent again by hand. Every session and token ends.
 * @throws BackupError `notEmpty`, `newer`, `corrupt` and what `opened` throws; nothing is changed then.
 */
export async function restore(
  url: string,
  file: string,
  { force = false, keys, erasures = [] }: RestoreOptions = {},
): Promise<RestoreResult> {
  const header = await headerOf(file, keys);
  const { first, later } = splitAt(await readMigrations(), header);
  await verifyArchive(file, keys);
  return withClient(url, 'duckmon-restore', async (client) => {
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO'`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await recover(client);
    if (!force) await checkEmpty(client);
    const erased = [...erasures, ...(await listErasures(client))];
    let counts: Readonly<Record<string, number>> = {};
    let guarded = 0;
    await rebuild(client, {
      migrations: first,
      fill: async () => {
        const tables = await readTables(client);
        await setForced(client, tables, false);
        await emptyAll(client, tables);
        // Each batch is a transaction: the last one brings all of them to the disk.
        await client.query('SET synchronous_commit = off');
        counts = await load(client, readArchive(file, keys), tables);
        await eraseAgain(client, [...erased, ...(await listErasures(client))]);
        await client.query('SET synchronous_commit = on');
        await setForced(client, tables, true);
      },
      finish: async () => {
        await applyWithin(client, later);
        await rememberErasures(client, erased);
        guarded = await guard(client);
      },
    });
    return { counts, guarded, schemaVersion: header.schemaVersion };
  });
}

/**
 * Holds back what was about to be sent, and ends every session and token, in a database that came back by other means, such as to a point
 * in time; `url` is its owner's. To be called before services start on it.
 * @returns how many deliveries and held alerts now wait for a person.
 */
export const holdBack = (url: string): Promise<number> =>
  withClient(url, 'duckmon-restore', async (client) => {
    await client.query('BEGIN');
    const guarded = await guard(client);
    await client.query('COMMIT');
    return guarded;
  });
