/** One database for the tests of a `describe`, and short words for working in it. */
import type { DatabaseRole } from '../embedded/directory.ts';
import { StoreError } from '../errors.ts';
import type { StoreErrorCode } from '../errors.ts';
import type { Tx } from '../workspace.ts';
import { withWorkspace } from '../workspace.ts';
import type { TestDatabase, TestDatabaseOptions } from './postgres.ts';
import { testDatabase } from './postgres.ts';

export interface Suite {
  /** The database; only inside of tests and hooks. */
  readonly db: TestDatabase;
  /** Runs in a workspace ('team') as the api. */
  readonly api: <T>(work: (tx: Tx) => Promise<T>, workspace?: string) => Promise<T>;
  /** Runs in a workspace ('team') as the scheduler. */
  readonly scheduler: <T>(work: (tx: Tx) => Promise<T>, workspace?: string) => Promise<T>;
}

/** Gives the running `describe` a database with the workspaces `team` and `other`. */
export function useDatabase(options: TestDatabaseOptions = {}): Suite {
  let database: TestDatabase | undefined;
  const get = (): TestDatabase => {
    if (!database) throw new Error('The database is there only inside of tests.');
    return database;
  };
  before(async () => {
    database = await testDatabase(options);
    if (options.migrated === false) return;
    await database.pool('postgres').query(
      `INSERT INTO workspaces (id, display_name, kind, created_at)
         VALUES ('team', 'Team', 'team', now()), ('other', 'Other', 'team', now())`,
    );
  });
  after(() => database?.close());
  const as =
    (role: DatabaseRole) =>
    <T>(work: (tx: Tx) => Promise<T>, workspace = 'team'): Promise<T> =>
      withWorkspace(get().pool(role), workspace, work);
  return {
    get db() {
      return get();
    },
    api: as('mon_api'),
    scheduler: as('mon_scheduler'),
  };
}

/** Returns when a statement in the database waits for a lock that another transaction holds. */
export async function untilBlocked(db: TestDatabase): Promise<void> {
  const pool = db.pool('postgres');
  for (;;) {
    const { rowCount } = await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rowCount) return;
  }
}

/** For `assert.rejects`: a StoreError of this code. */
export const storeError =
  (code: StoreErrorCode) =>
  (error: unknown): boolean =>
    error instanceof StoreError && error.code === code;
