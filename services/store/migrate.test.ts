import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import type { MigrationErrorCode } from './migrate.ts';
import {
  MigrationError,
  migrate,
  migrationsFolder,
  resolveMigration,
  schemaVersion,
} from './migrate.ts';
import type { TestDatabase } from './testing/postgres.ts';
import { testDatabase } from './testing/postgres.ts';

const migrationError =
  (code: MigrationErrorCode, words = /./) =>
  (error: unknown) =>
    error instanceof MigrationError && error.code === code && words.test(error.message);

describe('migrate', () => {
  let db: TestDatabase;
  let dir = '';
  let url = '';
  const write = async (name: string, sql: string): Promise<void> => {
    await mkdir(path.join(dir, name), { recursive: true });
    await writeFile(path.join(dir, name, 'migration.sql'), sql);
  };
  const run = (): Promise<string[]> => migrate(url, { dir, lockTimeoutMs: 200 });
  const query = async (sql: string) => (await db.pool('duckmon_owner').query(sql)).rows as object[];

  beforeEach(async () => {
    db = await testDatabase({ migrated: false });
    url = db.url('duckmon_owner');
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-migrate-'));
    await write('1_first', 'CREATE TABLE first (n int); INSERT INTO first VALUES (1);');
  });
  afterEach(async () => {
    await db.close();
    await rm(dir, { recursive: true });
  });

  it('applies the migrations in the order of their names', async () => {
    await write('2_second', 'ALTER TABLE first ADD COLUMN m int DEFAULT 5;');
    assert.deepEqual(await run(), ['1_first', '2_second']);
    assert.deepEqual(await query('SELECT n, m FROM first'), [{ n: 1, m: 5 }]);
  });

  it('does nothing on a second run', async () => {
    await run();
    assert.deepEqual(await run(), []);
    assert.deepEqual(await query('SELECT n FROM first'), [{ n: 1 }]);
  });

  it('applies only what is new', async () => {
    await run();
    await write('2_second', 'CREATE TABLE second (n int);');
    assert.deepEqual(await run(), ['2_second']);
  });

  it('keeps the books as Prisma does', async () => {
    await run();
    const [row] = await query('SELECT * FROM _prisma_migrations');
    assert.deepEqual(Object.keys(row ?? {}).sort(), [
      'applied_steps_count',
      'checksum',
      'finished_at',
      'id',
      'logs',
      'migration_name',
      'rolled_back_at',
      'started_at',
    ]);
    assert.match(JSON.stringify(row), /"checksum":"[0-9a-f]{64}".*"applied_steps_count":1/);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await run();
    await write('1_first', 'CREATE TABLE first (n bigint);');
    await assert.rejects(run(), migrationError('edited', /1_first was edited.*new migration/));
  });

  it('refuses data of a newer version', async () => {
    await write('9_later', 'CREATE TABLE later (n int);');
    await run();
    await rm(path.join(dir, '9_later'), { recursive: true });
    await assert.rejects(run(), migrationError('newer', /newer version.*9_later/));
  });

  it('leaves nothing of a migration that fails half-way', async () => {
    await write('2_second', 'CREATE TABLE second (n int); SELECT 1/0;');
    await assert.rejects(run(), migrationError('failed', /2_second failed: division by zero/));
    assert.deepEqual(await query("SELECT to_regclass('second') AS t"), [{ t: null }]);
  });

  it('rolls back also what opened a transaction of its own', async () => {
    await write('2_second', 'BEGIN; CREATE TABLE second (n int); SELECT 1/0; COMMIT;');
    await assert.rejects(run(), migrationError('failed'));
    assert.deepEqual(await query("SELECT to_regclass('second') AS t"), [{ t: null }]);
  });

  it('does not go on after a failure until somebody said what became of it', async () => {
    await write('2_second', 'SELECT 1/0;');
    await assert.rejects(run(), migrationError('failed'));
    await write('2_second', 'SELECT 1;');
    await assert.rejects(
      run(),
      migrationError('failed', /failed before.*resolve 2_second rolled-back/),
    );
  });

  it('tries a failed migration again when it was marked as rolled back', async () => {
    await write('2_second', 'SELECT 1/0;');
    await assert.rejects(run(), migrationError('failed'));
    await write('2_second', 'CREATE TABLE second (n int);');
    await resolveMigration(url, '2_second', 'rolledBack');
    assert.deepEqual(await run(), ['2_second']);
    assert.deepEqual(await run(), []);
  });

  it('counts a failed migration as done when it was marked as applied', async () => {
    await write('2_second', 'SELECT 1/0;');
    await assert.rejects(run(), migrationError('failed'));
    await resolveMigration(url, '2_second', 'applied');
    assert.deepEqual(await run(), []);
  });

  it('marks nothing that did not fail', async () => {
    await run();
    await assert.rejects(resolveMigration(url, '1_first', 'rolledBack'), migrationError('unknown'));
  });

  it('applies each migration once when two processes start together', async () => {
    const applied = await Promise.all([migrate(url, { dir }), migrate(url, { dir })]);
    assert.deepEqual(applied.flat(), ['1_first']);
  });

  it('says that another process migrates when it takes too long', async () => {
    const other = new Client(url);
    await other.connect();
    await other.query('SELECT pg_advisory_lock(72707369)');
    await assert.rejects(run(), migrationError('busy'));
    await other.end();
  });

  it('gives its lock back', async () => {
    await run();
    assert.deepEqual(
      await query("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'"),
      [{ n: 0 }],
    );
  });

  it('builds our own schema as an owner who is no superuser', async () => {
    const applied = await migrate(url);
    assert.equal(applied.at(-1), await schemaVersion());
    const [owner] = await query(
      "SELECT DISTINCT tableowner AS o FROM pg_tables WHERE schemaname = 'public'",
    );
    assert.deepEqual(owner, { o: 'duckmon_owner' });
  });

  it('names its own folder', () => {
    assert.equal(path.basename(migrationsFolder), 'migrations');
  });
});
