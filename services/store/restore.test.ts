import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeArchive } from './archive.ts';
import { BackupError, type BackupErrorCode } from './backups/errors.ts';
import { rebuild } from './backups/rebuild.ts';
import { dump } from './dump.ts';
import { migrate, migrationsFolder, readMigrations, schemaVersion } from './migrate.ts';
import { withClient } from './pool.ts';
import { holdBack, restore } from './restore.ts';
import { NOON, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { storeError } from './testing/suite.ts';

const backupError = (code: BackupErrorCode) => (error: unknown) =>
  error instanceof BackupError && error.code === code;

/** Before the budgets of all workspaces were summed up, which a later migration does for the rows there are. */
const OLDER = '20261125000005_source_memory';

describe('restore', function () {
  this.timeout(30_000);
  let dir = '';
  let db: TestDatabase;
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-restore-'));
  });
  after(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    db = await testDatabase();
  });
  afterEach(() => db.close());

  const namesIn = async (database = db): Promise<string[]> => {
    const { rows } = await database
      .pool('postgres')
      .query<{ id: string }>('SELECT id FROM workspaces ORDER BY id');
    return rows.map(({ id }) => id);
  };
  const schemas = async (): Promise<string[]> => {
    const { rows } = await db
      .pool('postgres')
      .query<{ name: string }>(
        "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'duckmon%' ORDER BY 1",
      );
    return rows.map(({ name }) => name);
  };
  const put = (file: string, force = true) => restore(db.url('duckmon_owner'), file, { force });

  /** A backup with these rows of workspaces. */
  async function archiveOf(...rows: readonly (readonly string[])[]): Promise<string> {
    const file = path.join(dir, 'rows');
    const version = await schemaVersion();
    const header = { format: 'duckmon-backup', version: 1, createdAt: '' } as const;
    const archive = await writeArchive(file, { ...header, schemaVersion: version });
    await archive.table('workspaces', ['id', 'display_name', 'kind', 'created_at']);
    for (const row of rows) await archive.row(row);
    await archive.finish();
    return file;
  }
  const workspace = (id: string, kind = 'team'): string[] => [id, id, kind, NOON.toISOString()];

  /** A database as a duckmon of that time had made it, and its backup. */
  async function olderBackup(): Promise<string> {
    const folder = path.join(dir, 'older');
    for (const { name } of await readMigrations())
      if (name <= OLDER)
        await cp(path.join(migrationsFolder, name), path.join(folder, name), { recursive: true });
    const older = await testDatabase({ migrated: false });
    try {
      await migrate(older.url('duckmon_owner'), { dir: folder });
      await older.pool('postgres').query(
        `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ('team', 'Team', 'team', now());
         INSERT INTO budgets (workspace_id, monitor, month, spent_usd) VALUES ('team', '', '2026-03-01', 12.5)`,
      );
      const file = path.join(dir, 'older.backup');
      await dump(older.url('mon_backup'), file, NOON);
      return file;
    } finally {
      await older.close();
    }
  }

  it('A12 ends every session and token: nobody knows what was revoked since the backup', async () => {
    const pool = db.pool('postgres');
    const epoch = async (): Promise<number> => {
      const { rows } = await pool.query<{ epoch: string }>(
        'SELECT COALESCE(max(epoch), 0) AS epoch FROM global_epochs',
      );
      return Number(rows[0]?.epoch);
    };
    const file = await archiveOf();
    const before = await epoch();
    await put(file);
    assert.equal(await epoch(), before + 1);
    await holdBack(db.url('duckmon_owner'));
    assert.equal(await epoch(), before + 2);
  });

  it('brings a backup of an older schema up to date, with its data', async () => {
    const restored = await put(await olderBackup());
    assert.equal(restored.schemaVersion, OLDER);
    const { rows } = await db.pool('postgres').query('SELECT spent_usd FROM platform_budgets');
    assert.deepEqual(rows, [{ spent_usd: '12.500000' }]);
    assert.deepEqual(await migrate(db.url('duckmon_owner')), []);
  });

  it('fills a database that has no schema yet', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      await restore(empty.url('duckmon_owner'), await archiveOf(workspace('team')));
      assert.deepEqual(await namesIn(empty), ['team']);
      assert.deepEqual(await migrate(empty.url('duckmon_owner')), []);
    } finally {
      await empty.close();
    }
  });

  it('leaves the services the rights that they had', async () => {
    await put(await archiveOf(workspace('team')));
    await seedWorkspaces(db, 'another');
    assert.deepEqual(await namesIn(), ['another', 'team']);
    assert.deepEqual(await schemas(), []);
  });

  it('puts everything back when a row does not fit', async () => {
    await seedWorkspaces(db, 'mine');
    const file = await archiveOf(workspace('good'), workspace('bad', 'no kind'));
    await assert.rejects(put(file), storeError('invalid'));
    assert.deepEqual(await namesIn(), ['mine']);
    await seedWorkspaces(db, 'later');
    assert.deepEqual(await schemas(), []);
  });

  it('lets no service see a part of it', async () => {
    const migrations = await readMigrations();
    let seen: unknown;
    await withClient(db.url('duckmon_owner'), 'test', (client) =>
      rebuild(client, {
        migrations,
        fill: async () => {
          seen = await seedWorkspaces(db, 'between').catch((error: unknown) => error);
        },
        finish: () => Promise.resolve(),
      }),
    );
    assert.match(String(seen), /relation "workspaces" does not exist/);
    await seedWorkspaces(db, 'after');
  });

  it('is put right by the next one when it was cut off half-way', async () => {
    await seedWorkspaces(db, 'mine');
    const migrations = await readMigrations();
    const cutOff = withClient(db.url('duckmon_owner'), 'doomed', (client) =>
      rebuild(client, {
        migrations,
        fill: async () => {
          await db
            .pool('postgres')
            .query(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed' AND datname = current_database()",
            );
          await client.query('SELECT 1');
        },
        finish: () => Promise.resolve(),
      }),
    );
    await assert.rejects(cutOff, backupError('interrupted'));
    assert.deepEqual(await schemas(), ['duckmon_before_restore']);
    const bad = await archiveOf(workspace('bad', 'no kind'));
    await assert.rejects(put(bad), storeError('invalid'));
    assert.deepEqual(await namesIn(), ['mine']);
    await put(await archiveOf(workspace('team')));
    assert.deepEqual(await namesIn(), ['team']);
    assert.deepEqual(await schemas(), []);
  });

  it('does not take away what somebody else has put there', async () => {
    await db.pool('postgres').query('CREATE EXTENSION citext');
    await assert.rejects(put(await archiveOf(workspace('team'))), backupError('notEmpty'));
    await db.pool('postgres').query('DROP EXTENSION citext');
  });
});
