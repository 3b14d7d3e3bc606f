/** The database of an installation on one machine: the embedded Postgres, or one that its owner runs. */
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { loadPasswords } from '../store/embedded/directory.ts';
import { startPostgres, type RunningPostgres } from '../store/embedded/launcher.ts';
import { migrate } from '../store/migrate.ts';
import { prepareDatabase } from '../store/prepare.ts';
import { ensureDatabase, ensureRoles, type RolePasswords } from '../store/roles.ts';
import type { DataFolder } from './dataFolder.ts';
import type { Undo } from './undo.ts';

/** Connection strings, passwords included. */
export interface LocalDatabase {
  /** Owns the tables. */
  readonly owner: string;
  readonly api: string;
  readonly scheduler: string;
  /** Reads everything and writes nothing. */
  readonly backup: string;
}

export interface DatabaseDeps {
  readonly folder: DataFolder;
  readonly log: Log;
  /** The embedded database went away by itself. */
  readonly onLost: (message: string) => void;
  readonly undo: Undo;
  /** How long a database of one's own may take to answer; half a minute when absent. */
  readonly patienceMs?: number;
}

/** A database of one's own cannot be used now; another start may find it. */
export class DatabaseAwayError extends Error {
  override name = 'DatabaseAwayError';
}

const DATABASE = 'duckmon';
/** After a start of the machine the database may come later than this process. */
const PATIENCE_MS = 30_000;

/**
 * Opens the database and brings it up to date; starts the embedded one unless `ownerUrl` is given.
 * @param ownerUrl of a role that owns the database and may create roles.
 * @throws PostgresStartError, or DatabaseAwayError.
 */
export async function openDatabase(
  ownerUrl: string | undefined,
  deps: DatabaseDeps,
): Promise<LocalDatabase> {
  const database = ownerUrl === undefined ? await embedded(deps) : await external(ownerUrl, deps);
  // For `duckmon backup`, `restore` and `admin`; readable by this user alone.
  const addresses = { url: database.owner, backupUrl: database.backup, apiUrl: database.api };
  deps.folder.writePrivate('postgres.json', JSON.stringify(addresses));
  return database;
}

async function embedded({ folder, log, onLost, undo }: DatabaseDeps): Promise<LocalDatabase> {
  const postgres = await startPostgres({ dir: folder.at('postgres'), log });
  let stopping = false;
  void watchEnd(postgres, () => {
    if (!stopping)
      onLost('Database connection failed: the embedded Postgres has ended; start duckmon again.');
  });
  undo.add(async () => {
    stopping = true;
    await postgres.stop();
  });
  const { passwords } = postgres;
  const database: LocalDatabase = {
    owner: postgres.url('duckmon_owner', DATABASE),
    api: postgres.url('mon_api', DATABASE),
    scheduler: postgres.url('mon_scheduler', DATABASE),
    backup: postgres.url('mon_backup', DATABASE),
  };
  await ensureDatabase(postgres.url('postgres', 'postgres'), {
    password: passwords.duckmon_owner,
    database: DATABASE,
  });
  await migrate(database.owner);
  await ensureRoles(database.owner, rolesOf(passwords));
  return database;
}

async function watchEnd(postgres: RunningPostgres, onEnd: () => void): Promise<void> {
  await postgres.exited;
  onEnd();
}

const rolesOf = (passwords: RunningPostgres['passwords']): RolePasswords => ({
  api: passwords.mon_api,
  scheduler: passwords.mon_scheduler,
  backup: passwords.mon_backup,
});

/** The services' roles get passwords of this installation, which are kept in its folder. */
async function external(
  owner: string,
  { folder, log, patienceMs = PATIENCE_MS }: DatabaseDeps,
): Promise<LocalDatabase> {
  const passwords = rolesOf(await loadPasswords(folder.at('database')));
  try {
    const deps = { log, clock: systemClock, patienceMs };
    await prepareDatabase({ databaseUrl: owner, passwords }, deps);
  } catch (error) {
    throw new DatabaseAwayError(
      `${messageOf(error)}. DATABASE_URL must name a role that owns the database and may create roles (CREATEROLE).`,
      { cause: error },
    );
  }
  return {
    owner,
    api: addressOf(owner, 'mon_api', passwords.api),
    scheduler: addressOf(owner, 'mon_scheduler', passwords.scheduler),
    backup: addressOf(owner, 'mon_backup', passwords.backup),
  };
}

/** The same database by another role. */
export function addressOf(url: string, role: string, password: string): string {
  const address = new URL(url);
  address.username = role;
  address.password = password;
  return address.href;
}
