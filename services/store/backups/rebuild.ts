/**
 * The schema of another version, in the place of the one that is there. What was there is set aside until
 * the new one is whole, and no service can look in meanwhile.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { messageOf } from '../../core/errors.ts';
import { MIGRATION_BOOKS, type Migration } from '../migrate.ts';
import { BackupError } from './errors.ts';

/** Until the new one is whole; after that under the other name, until it is dropped. */
const ASIDE = 'duckmon_before_restore';
const REPLACED = 'duckmon_replaced';
/** Tables that are dropped in one transaction: each has indexes, and a server has so many locks. */
const DROPPED_AT_ONCE = 10;

/** Runs migrations and keeps their books, in the caller's transaction. */
export async function applyWithin(client: Client, migrations: readonly Migration[]): Promise<void> {
  for (const { name, sql, checksum } of migrations) {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations
         (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  }
}

async function exists(client: Client, schema: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [
    schema,
  ]);
  return rowCount === 1;
}

/** Drops a schema with all that is in it, in many transactions. */
async function dropSchema(client: Client, schema: string): Promise<void> {
  const name = client.escapeIdentifier(schema);
  for (;;) {
    const { rows } = await client.query<{ table: string }>(
      `SELECT format('%I.%I', $1::text, relname) AS table FROM pg_class
       WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p')
       ORDER BY relkind = 'p', relispartition DESC LIMIT ${DROPPED_AT_ONCE}`,
      [schema],
    );
    if (rows.length === 0) break;
    await client.query(`DROP TABLE ${rows.map(({ table }) => table).join(', ')} CASCADE`);
  }
  await client.query(`DROP SCHEMA ${name} CASCADE`);
}

async function checkExtensions(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT extname AS name FROM pg_extension WHERE extnamespace = 'public'::regnamespace",
  );
  const [found] = rows;
  if (!found) return;
  throw new BackupError(
    'notEmpty',
    `The schema public holds the extension ${found.name}, which a restore would take away; move it ("ALTER EXTENSION ${found.name} SET SCHEMA ..."), or restore into a new database.`,
  );
}

/** Puts back what an earlier restore had set aside when it was ended half-way. */
export async function recover(client: Client): Promise<void> {
  if (await exists(client, REPLACED)) await dropSchema(client, REPLACED);
  if (!(await exists(client, ASIDE))) return;
  if (await exists(client, 'public')) await dropSchema(client, 'public');
  await client.query(`ALTER SCHEMA ${ASIDE} RENAME TO public`);
}

/** Who may look into the schema, beside its owner. */
async function guestsOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ guests: string | null }>(
    `SELECT string_agg(DISTINCT quote_ident(r.rolname), ', ') AS guests
     FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
     WHERE n.nspname = 'public' AND a.grantee <> n.nspowner`,
  );
  return rows[0]?.guests ?? '';
}

/**
 * Sets aside what is there and makes the schema by these migrations, closed to all but the owner.
 * @returns the roles that were let in by the migrations.
 * @throws BackupError `notEmpty` when something is there that is not ours.
 */
async function begin(client: Client, migrations: readonly Migration[]): Promise<string> {
  await checkExtensions(client);
  await client.query('BEGIN');
  await client.query(`ALTER SCHEMA public RENAME TO ${ASIDE}`);
  await client.query('CREATE SCHEMA public');
  await client.query(MIGRATION_BOOKS);
  await applyWithin(client, migrations);
  const guests = await guestsOf(client);
  if (guests !== '') await client.query(`REVOKE ALL ON SCHEMA public FROM ${guests}`);
  await client.query('COMMIT');
  return guests;
}

export interface Rebuild {
  /** The schema to begin with. */
  readonly migrations: readonly Migration[];
  /** Fills it, in transactions of its own. */
  readonly fill: () => Promise<void>;
  /** The last changes; in one transaction with the moment at which services may look in again. */
  readonly finish: () => Promise<void>;
}

const interrupted = (cause: unknown): BackupError =>
  new BackupError(
    'interrupted',
    `The restore was cut off half-way (${messageOf(cause)}); run it again: until then no service can read the database, and what was there before is still there.`,
    { cause },
  );

/** Ends what `error` has stopped. @throws the error, or BackupError `interrupted`. */
async function giveUp(client: Client, error: unknown): Promise<never> {
  try {
    await client.query('ROLLBACK');
    await recover(client);
  } catch {
    throw interrupted(error);
  }
  throw error;
}

/**
 * Rebuilds the schema: all of it, or what was there before is there again. A process that is killed
 * half-way leaves the old data aside and services locked out; the next call puts it right.
 * @throws what a step threw, or BackupError `interrupted` when the database went away.
 */
export async function rebuild(client: Client, steps: Rebuild): Promise<void> {
  try {
    const guests = await begin(client, steps.migrations);
    await steps.fill();
    await client.query('BEGIN');
    await steps.finish();
    // As a new database has it; a migration has let in the others by name.
    await client.query(
      `GRANT USAGE ON SCHEMA public TO ${['PUBLIC', guests].filter(Boolean).join()}`,
    );
    await client.query(`ALTER SCHEMA ${ASIDE} RENAME TO ${REPLACED}`);
    await client.query('COMMIT');
  } catch (error) {
    await giveUp(client, error);
  }
  await dropSchema(client, REPLACED);
}
