/**
 * Brings a database up to date before the services of a cluster start: the schema, and the passwords of
 * their roles. Runs as the owner of the tables, in the scheduler's init container; several at once wait
 * for each other.
 */
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { loadConfig, type Environment } from '../core/config.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { migrate, MigrationError, schemaVersion } from './migrate.ts';
import { whenThere, type PatienceDeps } from './patience.ts';
import { withClient } from './pool.ts';
import { ensureRoles, type RolePasswords } from './roles.ts';

const schema = z.object({
  /** Of the owner of the tables. */
  DATABASE_URL: z.string(),
  /** Passwords of the services' roles; none when somebody else sets them. */
  API_PASSWORD: z.string().optional(),
  SCHEDULER_PASSWORD: z.string().optional(),
  BACKUP_PASSWORD: z.string().optional(),
});

export interface Preparation {
  readonly databaseUrl: string;
  /** Undefined leaves the roles to somebody else. */
  readonly passwords: RolePasswords | undefined;
}

/** @throws SetupError that names every wrong variable. */
export function readPreparation(env: Environment): Preparation {
  const given = loadConfig(schema, env);
  const { API_PASSWORD: api, SCHEDULER_PASSWORD: scheduler, BACKUP_PASSWORD: backup } = given;
  const databaseUrl = given.DATABASE_URL;
  if (api === undefined && scheduler === undefined && backup === undefined)
    return { databaseUrl, passwords: undefined };
  if (api === undefined || scheduler === undefined || backup === undefined)
    throw new SetupError(
      'Wrong environment variables: API_PASSWORD, SCHEDULER_PASSWORD and BACKUP_PASSWORD: set all of them, or none when the roles have their passwords.',
    );
  return { databaseUrl, passwords: { api, scheduler, backup } };
}

/** Written into `meta` by a migration after which older versions no longer work: the oldest that does. */
const OLDEST = 'oldest_schema';

/** Whether this version works on the schema of a newer one: migrations add, unless they say otherwise. */
const worksOnNewer = (databaseUrl: string): Promise<boolean> =>
  withClient(databaseUrl, 'duckmon-migrate', async (client) => {
    const { rows } = await client.query<{ value: string }>(
      'SELECT value FROM meta WHERE key = $1',
      [OLDEST],
    );
    const [oldest] = rows;
    return oldest === undefined || (await schemaVersion()) >= oldest.value;
  });

/** After a rollback the schema is of the newer version; that goes on, as far as it can. */
async function migrateOrKeep(databaseUrl: string, { log }: PatienceDeps): Promise<string[]> {
  try {
    return await migrate(databaseUrl, { log });
  } catch (error) {
    const isNewer = error instanceof MigrationError && error.code === 'newer';
    if (!isNewer || !(await worksOnNewer(databaseUrl))) throw error;
    log.warn('the database has been migrated by a newer version, on whose schema this one works');
    return [];
  }
}

/**
 * Migrates, then sets the passwords. May be called again and again.
 * @returns the migrations that were applied now.
 * @throws StoreError or MigrationError, with the next step in the message.
 */
export async function prepareDatabase(
  { databaseUrl, passwords }: Preparation,
  deps: PatienceDeps,
): Promise<readonly string[]> {
  const applied = await whenThere(() => migrateOrKeep(databaseUrl, deps), deps);
  if (passwords) await ensureRoles(databaseUrl, passwords);
  deps.log.info({ applied: applied.length }, 'the database is up to date');
  return applied;
}

/** A volume may take a minute to come, and Postgres after it. */
const PATIENCE_MS = 120_000;

async function main(): Promise<void> {
  const log = createLog('migrate', process.env['LOG_LEVEL']);
  const deps = { log, clock: systemClock, patienceMs: PATIENCE_MS };
  await prepareDatabase(readPreparation(process.env), deps);
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
