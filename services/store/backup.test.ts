import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { appendAudit, verifyAudit } from './audit.ts';
import { putBlob, getBlob } from './blobs.ts';
import type { BackupErrorCode } from './backups/errors.ts';
import { BackupError } from './backups/errors.ts';
import { runBackup } from './backup.ts';
import { dump } from './dump.ts';
import { resendDelivery } from './deliveries.ts';
import { claimDeliveries } from './outbox.ts';
import { putSecret } from './secrets.ts';
import { restore } from './restore.ts';
import { later, NOON, seedMonitor } from './testing/monitors.ts';
import type { TestDatabase } from './testing/postgres.ts';
import { testDatabase } from './testing/postgres.ts';
import {
  insertRow,
  seedAlert,
  seedCheck,
  seedDelivery,
  seedFinding,
  seedSnapshot,
  seedVerdict,
} from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';
import { withWorkspace } from './workspace.ts';

const run = promisify(execFile);
const backupError = (code: BackupErrorCode) => (error: unknown) =>
  error instanceof BackupError && error.code === code;

/** Every row of every table of ours as text, for comparing two databases. */
async function contentOf(db: TestDatabase): Promise<Map<string, string[]>> {
  const pool = db.pool('postgres');
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
       AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '_prisma_migrations'`,
  );
  const content = new Map<string, string[]>();
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT t::text AS row FROM ${name} t ORDER BY 1`,
    );
    content.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return content;
}

describe('backup', function () {
  this.timeout(30_000);
  const suite = useDatabase();
  let dir = '';
  let file = '';
  let target: TestDatabase;
  const fill = async (): Promise<void> => {
    await suite.db.ensureDays('2026-03-10', '2026-01-02');
    const user = '0190b0a0-0000-7000-8000-000000000001';
    await insertRow(suite.db.pool('mon_api'), 'users', {
      id: user,
      issuer: 'local',
      subject: 'anna',
      display_name: "Anna 'Ä' \\ \u{1F986}",
      created_at: NOON,
    });
    await insertRow(suite.db.pool('mon_api'), 'sessions', {
      id_hash: Buffer.from('s'),
      user_id: user,
      csrf_hash: Buffer.from('c'),
      token_epoch: 0,
      created_at: NOON,
      last_used_at: NOON,
      expires_at: NOON,
    });
    await suite.scheduler(async (tx) => {
      await seedMonitor(tx, { name: 'shop' });
      await seedCheck(tx, { cost_usd: '0.000001', sources: '[{"a": 1.50, "b": "\\u00e9\\n"}]' });
      await seedCheck(tx, { at: '2026-01-02T23:59:59.999999Z', retention_days: 365 });
      await seedSnapshot(tx, { extracted: '{"price": null}' });
      await seedVerdict(tx);
      const content = Buffer.from([0, 1, 255, 10, 13, 92, 39]);
      await putBlob(tx, 'team', { content, mediaType: 'image/png', keepUntil: NOON }, NOON);
      const meta = { kind: 'Secret', name: 'hook', keys: ['b,{}"', 'a'], managedBy: null } as const;
      await putSecret(
        tx,
        'team',
        { ...meta, content: Buffer.from('cipher'), dataKeyId: 'k' },
        NOON,
      );
      await tx.query(
        `INSERT INTO budgets (workspace_id, monitor, month, spent_usd) VALUES ('team', '', '2026-03-01', 12345678.123456)`,
      );
      const finding = await seedFinding(tx);
      const alert = await seedAlert(tx, { finding_id: finding });
      for (const state of ['pending', 'sending', 'delivered', 'dead'])
        await seedDelivery(tx, {
          alert_id: alert,
          channel: state,
          state,
          next_attempt_at: state === 'pending' ? NOON : null,
          lease_until: state === 'sending' ? later(NOON, 5_000) : null,
        });
      await seedAlert(tx, { held_until: later(NOON, 60_000), occurrence: 2 });
      await appendAudit(tx, 'team', {
        at: NOON,
        actor: 'a',
        action: 'b',
        subject: 'c',
        detail: { n: 1 },
      });
    });
  };
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-backup-'));
    file = path.join(dir, 'all.gz');
    await fill();
    await dump(suite.db.url('mon_backup'), file, NOON);
  });
  after(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    target = await testDatabase();
  });
  afterEach(() => target.close());
  const restoreTo = (from = file, force = false) =>
    restore(target.url('duckmon_owner'), from, { force });
  const inTarget = <T>(work: Parameters<typeof withWorkspace<T>>[2]) =>
    withWorkspace(target.pool('mon_api'), 'team', work);

  it('F24 brings back every row of every table exactly', async () => {
    await restoreTo();
    const [before, after] = [await contentOf(suite.db), await contentOf(target)];
    const changed = [...before.keys()].filter(
      (table) => JSON.stringify(before.get(table)) !== JSON.stringify(after.get(table)),
    );
    assert.deepEqual(changed.sort(), ['alerts', 'deliveries', 'global_epochs', 'sessions']);
    assert.ok((after.get('checks')?.length ?? 0) === 2);
  });

  it('brings back bytes, money, lists and microseconds exactly', async () => {
    await restoreTo();
    const { rows } = await target.pool('postgres').query(
      `SELECT (SELECT content FROM blobs) AS bytes, (SELECT spent_usd FROM budgets) AS money,
         (SELECT keys FROM secrets) AS keys,
         (SELECT at::text FROM checks WHERE retention_days = 365) AS at`,
    );
    assert.deepEqual(rows, [
      {
        bytes: Buffer.from([0, 1, 255, 10, 13, 92, 39]),
        money: '12345678.123456',
        keys: ['a', 'b,{}"'],
        at: '2026-01-02 23:59:59.999999+00',
      },
    ]);
  });

  it('keeps the audit chain whole', async () => {
    await restoreTo();
    assert.equal((await inTarget((tx) => verifyAudit(tx, 'team'))).kind, 'intact');
  });

  it('F23 sends nothing by itself that may have been sent since the backup', async () => {
    const { guarded } = await restoreTo();
    assert.equal(guarded, 3);
    const { rows } = await target
      .pool('postgres')
      .query(
        'SELECT channel, state, next_attempt_at AS next, lease_until AS lease, resent FROM deliveries ORDER BY 1',
      );
    const quiet = { next: null, lease: null };
    assert.deepEqual(rows, [
      { channel: 'dead', state: 'dead', ...quiet, resent: false },
      { channel: 'delivered', state: 'delivered', ...quiet, resent: false },
      { channel: 'pending', state: 'dead', ...quiet, resent: false },
      { channel: 'sending', state: 'dead', ...quiet, resent: false },
    ]);
    const held = await target
      .pool('postgres')
      .query('SELECT 1 FROM alerts WHERE held_until IS NOT NULL');
    assert.equal(held.rowCount, 0);
  });

  it('keeps no later alert waiting for what was held back', async () => {
    await restoreTo();
    await inTarget(async (tx) => {
      const alert = await seedAlert(tx, { occurrence: 3 });
      const row = { alert_id: alert, channel: 'sending', created_at: later(NOON, 1000) };
      await seedDelivery(tx, { ...row, state: 'pending', next_attempt_at: NOON });
    });
    const claimed = await claimDeliveries(target.pool('mon_scheduler'), {
      now: NOON,
      leaseMs: 1000,
      limit: 10,
      owner: 'test',
    });
    assert.deepEqual(
      claimed.map(({ channel }) => channel),
      ['sending'],
    );
  });

  it('lets a person send again what was held back', async () => {
    await restoreTo();
    const { rows } = await target
      .pool('postgres')
      .query<{ id: string }>("SELECT id FROM deliveries WHERE channel = 'pending'");
    const id = rows[0]?.id ?? '';
    const after = await inTarget((tx) => resendDelivery(tx, 'team', id, NOON));
    assert.equal(after.state, 'pending');
  });

  it('A11 brings no session back to life', async () => {
    await restoreTo();
    const { rowCount } = await target.pool('postgres').query('SELECT 1 FROM sessions');
    assert.equal(rowCount, 0);
  });

  it('E2 leaves row-level security forced', async () => {
    await restoreTo();
    const { rows } = await target.pool('postgres').query(
      `SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
         AND NOT relforcerowsecurity
         AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'workspace_id')`,
    );
    assert.deepEqual(rows, []);
    const own = await target.pool('duckmon_owner').query('SELECT 1 FROM monitors');
    assert.equal(own.rowCount, 0);
  });

  it('goes on working after a restore', async () => {
    await restoreTo();
    const hash = '0'.repeat(64);
    assert.equal(await inTarget((tx) => getBlob(tx, 'team', hash)), undefined);
    await inTarget((tx) => seedFinding(tx, { monitor: 'new' }));
  });

  it('refuses a database that holds data, and leaves it alone', async () => {
    await restoreTo();
    const before = await contentOf(target);
    await assert.rejects(restoreTo(), backupError('notEmpty'));
    assert.deepEqual(await contentOf(target), before);
  });

  it('replaces the data when it is forced to', async () => {
    await restoreTo();
    await inTarget((tx) => tx.query('DELETE FROM findings'));
    await restoreTo(file, true);
    const { rowCount } = await target.pool('postgres').query('SELECT 1 FROM findings');
    assert.equal(rowCount, 1);
  });

  it('F25 restores nothing of a file that was changed', async () => {
    const bad = path.join(dir, 'bad.gz');
    const text = gunzipSync(await readFile(file))
      .toString()
      .replace('Price fell', 'Price rose');
    await writeFile(bad, gzipSync(text));
    await assert.rejects(restoreTo(bad), backupError('corrupt'));
    const { rowCount } = await target.pool('postgres').query('SELECT 1 FROM workspaces');
    assert.equal(rowCount, 0);
  });

  it('F25 keeps the old data when a forced restore fails', async () => {
    await restoreTo();
    const before = await contentOf(target);
    const bad = path.join(dir, 'cut.gz');
    await writeFile(bad, (await readFile(file)).subarray(0, 900));
    await assert.rejects(restoreTo(bad, true), backupError('corrupt'));
    assert.deepEqual(await contentOf(target), before);
  });

  it('refuses a backup of a newer schema', async () => {
    const newer = path.join(dir, 'newer.gz');
    const text = gunzipSync(await readFile(file))
      .toString()
      .replace(/"schemaVersion":"[^"]+"/, '"schemaVersion":"2099_next"');
    await writeFile(newer, gzipSync(text));
    await assert.rejects(restoreTo(newer), backupError('newer'));
  });

  it('is not taken by a role that row-level security would hide rows from', async () => {
    const url = suite.db.url('duckmon_owner').replace('duckmon_owner:', 'mon_api:');
    const api = url.replace(/:[^:@]+@/, `:${suite.db.server.passwords.mon_api}@`);
    await assert.rejects(dump(api, path.join(dir, 'api.gz'), NOON), backupError('wrongRole'));
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const writer = new Client(suite.db.url('postgres'));
    await writer.connect();
    await writer.query('BEGIN');
    await writer.query("UPDATE findings SET title = 'half-way'");
    const other = path.join(dir, 'meanwhile.gz');
    await dump(suite.db.url('mon_backup'), other, NOON);
    await writer.query('ROLLBACK');
    await writer.end();
    assert.doesNotMatch(gunzipSync(await readFile(other)).toString(), /half-way/);
  });

  it('E9 holds no Secret in the clear', async () => {
    const text = gunzipSync(await readFile(file)).toString();
    assert.match(text, /\\\\x636970686572/);
    assert.doesNotMatch(text, /"hook","cipher"/);
  });

  it('runs as a program', async () => {
    const out = path.join(dir, 'program.gz');
    const script = path.join(import.meta.dirname, 'backup.ts');
    const start = (args: string[], url: string) =>
      run(process.execPath, [script, ...args], { env: { ...process.env, DATABASE_URL: url } });
    const dumped = await start(['dump', out], suite.db.url('mon_backup'));
    assert.match(dumped.stdout, /^\d+ rows written to .*program\.gz$/m);
    const restored = await start(['restore', out], target.url('duckmon_owner'));
    assert.match(restored.stdout, /^\d+ rows restored; 3 alerts that were on their way wait/m);
  });

  it('ends with one sentence and a code when it fails as a program', async () => {
    const script = path.join(import.meta.dirname, 'backup.ts');
    const failed = run(process.execPath, [script, 'verify', '/dev/null']);
    await assert.rejects(failed, (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string };
      return code === 1 && /^The file is not a whole duckmon backup .*\n$/.test(stderr);
    });
  });

  it('E9 encrypts with a key, and needs it to verify and restore', async () => {
    const keyFile = path.join(dir, 'key');
    await writeFile(keyFile, 'k'.repeat(40));
    const out = path.join(dir, 'sealed');
    const from = { DATABASE_URL: suite.db.url('mon_backup') };
    await assert.rejects(runBackup(['dump', out, '--encrypt'], from, NOON), /BACKUP_KEY_FILE/);
    const withKey = { ...from, BACKUP_KEY_FILE: keyFile };
    assert.match(await runBackup(['dump', out, '--encrypt'], withKey, NOON), /, encrypted$/);
    const bytes = await readFile(out);
    assert.ok(!bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])) && !bytes.includes('hook'));
    await assert.rejects(runBackup(['verify', out], {}, NOON), backupError('locked'));
    assert.match(await runBackup(['verify', out], { BACKUP_KEY_FILE: keyFile }, NOON), /is whole/);
    const to = { DATABASE_URL: target.url('duckmon_owner'), BACKUP_KEY_FILE: keyFile };
    assert.match(await runBackup(['restore', out], to, NOON), /rows restored/);
  });

  it('says how it is used', async () => {
    for (const args of [
      [],
      ['dump'],
      ['erase', 'x'],
      ['dump', 'a', 'b'],
      ['dump', 'a', '--force'],
      ['hold', 'a'],
    ])
      await assert.rejects(runBackup(args, { DATABASE_URL: 'x' }, NOON), /^Error: usage: /);
    await assert.rejects(runBackup(['dump', 'x'], {}, NOON), /DATABASE_URL is not set/);
  });
});
