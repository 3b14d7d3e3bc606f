import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { captureLog } from '../core/testing/log.ts';
import { ensureRoles } from '../store/roles.ts';
import { testDatabase, type TestDatabase } from '../store/testing/postgres.ts';
import { addressOf, DatabaseAwayError, openDatabase } from './database.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import { createUndo } from './undo.ts';

describe('a database that its owner runs', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  let folder: DataFolder;

  before(async () => {
    db = await testDatabase({ migrated: false });
    folder = openDataFolder(mkdtempSync(path.join(os.tmpdir(), 'duckmon-database-')));
  });
  after(async () => {
    // Roles belong to the whole server, which other tests use as well.
    const { mon_api: api, mon_scheduler: scheduler, mon_backup: backup } = db.server.passwords;
    await ensureRoles(db.url('duckmon_owner'), { api, scheduler, backup });
    await db.close();
    rmSync(folder.path, { recursive: true });
  });

  const open = (url: string) =>
    openDatabase(url, {
      folder,
      log: captureLog().log,
      onLost: () => assert.fail('it is not ours'),
      undo: createUndo(),
      patienceMs: 0,
    });
  const userOf = async (url: string): Promise<string> => {
    const client = new Client(url);
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string }>(
        'SELECT current_user AS name FROM workspaces LIMIT 1',
      );
      return rows[0]?.name ?? (await client.query('SELECT current_user')).rows[0].current_user;
    } finally {
      await client.end();
    }
  };

  it('gets the tables, and roles with passwords that stay the same', async () => {
    const first = await open(db.url('duckmon_owner'));
    const second = await open(db.url('duckmon_owner'));
    assert.deepEqual(first, second);
    assert.deepEqual(await Promise.all([first.api, first.scheduler, first.backup].map(userOf)), [
      'mon_api',
      'mon_scheduler',
      'mon_backup',
    ]);
    assert.notEqual(first.api, db.url('mon_api'));
    assert.equal(existsSync(folder.at('postgres')), false);
  });

  it('is told to backup, restore and the admin words, in a file for this user alone', async () => {
    const { owner, backup, api } = await open(db.url('duckmon_owner'));
    const file = folder.at('postgres.json');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      url: owner,
      backupUrl: backup,
      apiUrl: api,
    });
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is named by its variable when it refuses, without its password', async () => {
    await assert.rejects(open(addressOf(db.url('duckmon_owner'), 'nobody', 'hunter2')), (error) => {
      assert.ok(error instanceof DatabaseAwayError);
      assert.match(error.message, /^Database connection failed.* DATABASE_URL must name a role/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  it('keeps the rest of its address for every role', () => {
    assert.equal(
      addressOf('postgresql://a:b@h.example:5433/d?sslmode=verify-full', 'c', 'p@ss/word'),
      'postgresql://c:p%40ss%2Fword@h.example:5433/d?sslmode=verify-full',
    );
  });
});
