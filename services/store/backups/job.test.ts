import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createLog } from '../../core/log.ts';
import { NOON, seedMonitor, seedWorkspaces } from '../testing/monitors.ts';
import { testDatabase } from '../testing/postgres.ts';
import { seedAlert, seedDelivery } from '../testing/rows.ts';
import { useDatabase } from '../testing/suite.ts';
import { withWorkspace } from '../workspace.ts';
import { runJob } from './job.ts';
import { backupName } from './shelf.ts';

const execute = promisify(execFile);
const KEY = 'k'.repeat(40);

describe('backup job', function () {
  this.timeout(30_000);
  const suite = useDatabase();
  let folder = '';
  let keyFile = '';
  let time = NOON;
  before(() => suite.scheduler((tx) => seedMonitor(tx, { name: 'shop' })));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-job-'));
    keyFile = path.join(folder, 'key');
    await writeFile(keyFile, `${KEY}\n`);
    time = NOON;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const environment = (url: string): Record<string, string> => ({
    DATABASE_URL: url,
    BACKUP_FOLDER: folder,
    BACKUP_KEY_FILE: keyFile,
    BACKUP_KEEP: '2',
  });
  /** What it prints. */
  const job = async (args: readonly string[], url = suite.db.url('mon_backup')) => {
    const result = await runJob(args, {
      env: environment(url),
      clock: { now: () => time, monotonic: () => 0, sleep: () => Promise.resolve() },
      log: createLog('test', 'silent'),
    });
    return JSON.parse(JSON.stringify(result));
  };
  /** One backup an hour. */
  const take = async () => {
    time = new Date(time.getTime() + 3_600_000);
    return job(['run']);
  };
  const backups = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith('.backup')).toSorted();
  const flip = async (name: string): Promise<void> => {
    const bytes = await readFile(path.join(folder, name));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path.join(folder, name), bytes);
  };

  it('writes an encrypted backup that only its key opens', async () => {
    const result = await take();
    const name = backupName(time);
    const { size, mode } = await stat(path.join(folder, name));
    assert.deepEqual(result, {
      ok: true,
      backup: name,
      rows: 3,
      bytes: size,
      seconds: 0,
      kept: [name],
      deleted: [],
      broken: {},
    });
    assert.equal(mode & 0o777, 0o600);
    const file = await readFile(path.join(folder, name));
    assert.ok(!file.includes('shop'));
    await writeFile(keyFile, 'o'.repeat(40));
    assert.equal((await job(['restore', 'latest', '--force'])).code, 'locked');
  });

  it('deletes the oldest when there are too many, once the new one was read back', async () => {
    const names: string[] = [];
    for (let n = 0; n < 3; n += 1) names.push((await take()).backup);
    assert.deepEqual(await backups(), names.slice(1));
    time = new Date(time.getTime() + 3_600_000);
    const failed = await job(['run'], suite.db.url('duckmon_owner'));
    assert.deepEqual([failed.ok, failed.code], [false, 'wrongRole']);
    assert.deepEqual(await backups(), names.slice(1));
  });

  it('restores the latest or the one that is named', async () => {
    const target = await testDatabase();
    try {
      await take();
      const first = backupName(time);
      await suite.scheduler((tx) => seedMonitor(tx, { name: 'another' }));
      await take();
      const monitors = async (): Promise<number | null> =>
        (await target.pool('postgres').query('SELECT 1 FROM monitors')).rowCount;
      const owner = target.url('duckmon_owner');
      const { ok, restored, rows, held } = await job(['restore', 'latest'], owner);
      assert.deepEqual([ok, restored, rows, held], [true, backupName(time), 4, 0]);
      assert.equal(await monitors(), 2);
      assert.equal((await job(['restore', first], owner)).code, 'notEmpty');
      assert.equal((await job(['restore', first, '--force'], owner)).ok, true);
      assert.equal(await monitors(), 1);
    } finally {
      await target.close();
      await suite.scheduler((tx) => tx.query("DELETE FROM monitors WHERE name = 'another'"));
    }
  });

  it('holds back what a database that came back by other means would send', async () => {
    const target = await testDatabase();
    try {
      await seedWorkspaces(target, 'team');
      await withWorkspace(target.pool('mon_scheduler'), 'team', async (tx) => {
        await seedMonitor(tx, { name: 'shop' });
        const alert = await seedAlert(tx);
        await seedDelivery(tx, { alert_id: alert, state: 'pending', next_attempt_at: NOON });
      });
      const owner = target.url('duckmon_owner');
      assert.deepEqual(await job(['hold'], owner), { ok: true, held: 1 });
      assert.deepEqual(await job(['hold'], owner), { ok: true, held: 0 });
    } finally {
      await target.close();
    }
  });

  it('F25 finds in its next run that an older backup was changed or cut, and keeps it from counting', async () => {
    const [first, second] = [(await take()).backup, (await take()).backup];
    await flip(first);
    await truncate(path.join(folder, second), 200);
    const result = await take();
    assert.equal(result.ok, false);
    assert.match(JSON.stringify(result.broken), /was changed or cut off/);
    assert.deepEqual(Object.keys(result.broken), [second, first]);
    assert.deepEqual(result.deleted, []);
    const { ok, whole, broken } = await job(['verify']);
    assert.deepEqual([ok, whole, Object.keys(broken)], [false, [result.backup], [second, first]]);
    await take();
    assert.equal((await job(['verify'])).ok, true);
  });

  it('F25 reports that there is none', async () => {
    for (const args of [['verify'], ['restore', 'latest'], ['restore', backupName(NOON)]])
      assert.equal((await job(args)).code, 'missing');
  });

  it('F25 puts nothing of a changed backup into the database', async () => {
    const target = await testDatabase();
    try {
      const name = (await take()).backup;
      await flip(name);
      const owner = target.url('duckmon_owner');
      assert.equal((await job(['restore', name, '--force'], owner)).code, 'corrupt');
      const { rowCount } = await target.pool('postgres').query('SELECT 1 FROM workspaces');
      assert.equal(rowCount, 0);
    } finally {
      await target.close();
    }
  });

  it('does not restore what somebody has put there without the key', async () => {
    const script = path.join(import.meta.dirname, '../backup.ts');
    const env = { ...process.env, DATABASE_URL: suite.db.url('mon_backup') };
    const forged = path.join(folder, backupName(NOON));
    await execute(process.execPath, [script, 'dump', forged], { env });
    assert.equal((await job(['restore', 'latest', '--force'])).code, 'notEncrypted');
  });

  it('lists what there is', async () => {
    await take();
    const { size } = await stat(path.join(folder, backupName(time)));
    const list = await job(['list']);
    assert.deepEqual(list, { ok: true, backups: [{ name: backupName(time), bytes: size }] });
  });

  it('runs as a program and prints one line', async () => {
    const script = path.join(import.meta.dirname, 'job.ts');
    const start = (args: string[], env: Record<string, string>) =>
      execute(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
    const { stdout } = await start(['run'], environment(suite.db.url('mon_backup')));
    assert.match(stdout, /^\{"ok":true,.*\}\n$/);
    const failed = start(['run'], { BACKUP_FOLDER: folder });
    await assert.rejects(failed, (error: unknown) => {
      const { code, stdout: said } = error as { code: number; stdout: string };
      return code === 1 && /^\{"ok":false,"error":"[^\n]*BACKUP_KEY_FILE is required/.test(said);
    });
  });

  it('says how it is used', async () => {
    for (const args of [[], ['erase'], ['run', 'x'], ['restore'], ['restore', 'a', 'b']])
      assert.match((await job(args)).error, /^usage: /);
  });
});
