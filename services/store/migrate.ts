/** Brings the schema up to date; keeps its books in Prisma's own table, so that both tools agree. */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { codeOf } from './errors.ts';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { withClient } from './pool.ts';

export type MigrationErrorCode =
  /** The file of an applied migration is not the one that was applied. */
  | 'edited'
  /** A migration failed, now or before, and nobody said yet what became of it. */
  | 'failed'
  /** The data is of a newer duckmon than this one. */
  | 'newer'
  /** Another process migrates for longer than we wait. */
  | 'busy'
  /** There is no such failed migration. */
  | 'unknown';

/** A migration that stopped; `message` is one sentence with the next step. */
export class MigrationError extends Error {
  readonly code: MigrationErrorCode;
  readonly migration: string;

  constructor(
    code: MigrationErrorCode,
    migration: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MigrationError';
    this.code = code;
    this.migration = migration;
  }
}

export interface MigrateOptions {
  /** Folder with one folder a migration, each with `migration.sql`; this package's own by default. */
  readonly dir?: string | undefined;
  readonly log?: Log | undefined;
  /** How long to wait for another process that migrates; 60 s by default. */
  readonly lockTimeoutMs?: number | undefined;
}

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Row {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/** The migrations that this build knows. */
export const migrationsFolder = path.join(import.meta.dirname, 'migrations');

/** The lock that Prisma's own tool takes, so that the two never run at once. */
export const MIGRATION_LOCK = 72_707_369;
/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = '55P03';

/** Where the books are kept. */
export const MIGRATION_BOOKS = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0)`;

/** The migrations of a folder, in their order. */
export async function readMigrations(dir = migrationsFolder): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Runs `work` on one connection that holds the migration lock. */
async function withLock<T>(
  url: string,
  options: MigrateOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  // The lock is of the session: it is given back when the connection ends.
  return withClient(url, 'duckmon-migrate', async (client) => {
    await client.query(`SET lock_timeout = ${options.lockTimeoutMs ?? 60_000}`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]).catch((error: unknown) => {
      throw codeOf(error) === LOCK_TIMEOUT ? busy(error) : error;
    });
    await client.query('SET lock_timeout = 0');
    await client.query(MIGRATION_BOOKS);
    return work(client);
  });
}

const busy = (cause: unknown): MigrationError =>
  new MigrationError(
    'busy',
    '',
    'Another process is migrating the database; wait for it and start again.',
    { cause },
  );

async function readRows(client: Client): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `SELECT migration_name, checksum, finished_at FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows;
}

/** The migrations still to apply, or the reason why none may be. */
function plan(known: readonly Migration[], rows: readonly Row[]): Migration[] {
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const name = row.migration_name;
    const migration = byName.get(name);
    if (!migration)
      throw new MigrationError(
        'newer',
        name,
        `The data is of a newer version of duckmon (it has the migration ${name}); start that version, or restore a backup into a new folder.`,
      );
    if (!row.finished_at) throw failedBefore(name);
    if (row.checksum !== migration.checksum)
      throw new MigrationError(
        'edited',
        name,
        `The migration ${name} was edited after it was applied; put its file back and write a new migration instead.`,
      );
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return known.filter((migration) => !applied.has(migration.name));
}

const failedBefore = (name: string): MigrationError =>
  new MigrationError(
    'failed',
    name,
    `The migration ${name} failed before; look into the database, then run "node services/store/migrate.ts resolve ${name} rolled-back" (or "applied").`,
  );

async function apply(client: Client, migration: Migration): Promise<void> {
  const id = randomUUID();
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)',
    [id, migration.checksum, migration.name],
  );
  try {
    // One message of the simple protocol: Postgres runs it as one transaction.
    await client.query(migration.sql);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    await client.query('ROLLBACK');
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, text]);
    throw new MigrationError(
      'failed',
      migration.name,
      `The migration ${migration.name} failed: ${text}; mend it, then run "node services/store/migrate.ts resolve ${migration.name} rolled-back" and start again.`,
      { cause },
    );
  }
  await client.query(
    'UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1',
    [id],
  );
}

/**
 * Applies what is missing, in the order of the names, under a lock. `url` is the owner's.
 * @returns the names applied now; none on a second run.
 * @throws MigrationError `edited`, `failed`, `newer` or `busy`.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const known = await readMigrations(options.dir ?? migrationsFolder);
  const log = options.log ?? silentLog;
  return withLock(url, options, async (client) => {
    const missing = plan(known, await readRows(client));
    for (const migration of missing) {
      await apply(client, migration);
      log.info({ migration: migration.name }, 'Migration applied.');
    }
    return missing.map((migration) => migration.name);
  });
}

/**
 * Says what became of a failed migration: `applied` counts it as done, `rolledBack` lets the next
 * run try it again.
 * @throws MigrationError `unknown` when no failed migration has this name.
 */
export const resolveMigration = (
  url: string,
  name: string,
  outcome: 'applied' | 'rolledBack',
  options: MigrateOptions = {},
): Promise<void> =>
  withLock(url, options, async (client) => {
    const change =
      outcome === 'applied'
        ? 'finished_at = now(), applied_steps_count = 1'
        : 'rolled_back_at = now()';
    const { rowCount } = await client.query(
      `UPDATE _prisma_migrations SET ${change}
       WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
      [name],
    );
    if (!rowCount)
      throw new MigrationError('unknown', name, `There is no failed migration named ${name}.`);
  });

/** The newest migration that this build knows: its schema version. */
export async function schemaVersion(dir = migrationsFolder): Promise<string> {
  return (await readMigrations(dir)).at(-1)?.name ?? '';
}

const USAGE = 'usage: node services/store/migrate.ts [up | resolve NAME applied|rolled-back]';

async function main(args: readonly string[]): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('Set DATABASE_URL to the url of the owner of the database.');
  const [command = 'up', name, outcome] = args;
  if (command === 'up') {
    const applied = await migrate(url);
    console.log(applied.length ? `applied ${applied.join(', ')}` : 'the schema is up to date');
  } else if (command === 'resolve' && name && (outcome === 'applied' || outcome === 'rolled-back'))
    await resolveMigration(url, name, outcome === 'applied' ? 'applied' : 'rolledBack');
  else throw new Error(USAGE);
}

if (import.meta.main)
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
