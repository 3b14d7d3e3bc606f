import assert from 'node:assert/strict';
import { Client } from 'pg';
import { systemClock } from '../core/clock.ts';
import { SetupError } from '../core/errors.ts';
import { captureLog } from '../core/testing/log.ts';
import { MigrationError } from './migrate.ts';
import type { PatienceDeps } from './patience.ts';
import { prepareDatabase, readPreparation } from './prepare.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';

describe('prepare', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase({ migrated: false });
  });
  after(() => db.close());

  const deps: PatienceDeps = { log: captureLog().log, clock: systemClock, patienceMs: 0 };
  const own = (): string => db.url('duckmon_owner');

  it('brings the schema up to date once, and changes no password when none is given', async () => {
    const bare = { databaseUrl: own(), passwords: undefined };
    assert.ok((await prepareDatabase(bare, deps)).length > 0);
    assert.deepEqual(await prepareDatabase(bare, deps), []);
    await db.pool('mon_api').query('SELECT 1');
  });

  it('sets the passwords of the services’ roles', async () => {
    const { mon_api, mon_scheduler, mon_backup } = db.server.passwords;
    const passwords = { api: mon_api, scheduler: mon_scheduler, backup: 'another' };
    await prepareDatabase({ databaseUrl: own(), passwords }, deps);
    const client = new Client(own().replace(/\/\/[^@]+@/, '//mon_backup:another@'));
    await client.connect();
    await client.end();
    const before = { ...passwords, backup: mon_backup };
    await prepareDatabase({ databaseUrl: own(), passwords: before }, deps);
  });

  it('F22 goes on upon the schema of a newer version, unless that says that it is too new', async () => {
    const owner = new Client(own());
    await owner.connect();
    const newer = '29990101000000_of_a_newer_version';
    await owner.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ('newer', 'x', $1, now(), 1)`,
      [newer],
    );
    const { log, text } = captureLog();
    const bare = { databaseUrl: own(), passwords: undefined };
    try {
      assert.deepEqual(await prepareDatabase(bare, { ...deps, log }), []);
      assert.match(text(), /migrated by a newer version/);
      await owner.query("INSERT INTO meta (key, value) VALUES ('oldest_schema', $1)", [newer]);
      await assert.rejects(
        prepareDatabase(bare, deps),
        (error) => error instanceof MigrationError && error.code === 'newer',
      );
    } finally {
      await owner.query("DELETE FROM _prisma_migrations WHERE id = 'newer'");
      await owner.query("DELETE FROM meta WHERE key = 'oldest_schema'");
      await owner.end();
    }
  });

  it('takes all passwords or none', () => {
    const all = { API_PASSWORD: 'a', SCHEDULER_PASSWORD: 'b', BACKUP_PASSWORD: 'c' };
    assert.deepEqual(readPreparation({ DATABASE_URL: 'u', ...all }), {
      databaseUrl: 'u',
      passwords: { api: 'a', scheduler: 'b', backup: 'c' },
    });
    assert.equal(readPreparation({ DATABASE_URL: 'u' }).passwords, undefined);
    assert.throws(
      () => readPreparation({ DATABASE_URL: 'u', ...all, API_PASSWORD: '' }),
      SetupError,
    );
    assert.throws(() => readPreparation({}), /DATABASE_URL is required/);
  });
});
