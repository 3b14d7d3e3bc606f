import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { appendAudits, entryHash, verifyAudit, type AuditEntry } from '../audit.ts';
import {
  auditHeadsInBackup,
  compareWithCopy,
  readAuditHeads,
  type AuditHead,
  type CopyCheck,
} from '../auditCopies.ts';
import { dump } from '../dump.ts';
import { NOON } from '../testing/monitors.ts';
import { useDatabase } from '../testing/suite.ts';

const COUNT = Number(process.env['DUCKMON_AUDIT_ROWS'] ?? 2_000);

describe('audit that a superuser tampered with', function () {
  this.timeout(300_000);
  const suite = useDatabase();
  const superuser = () => suite.db.pool('postgres');
  const append = (count: number) =>
    suite.api((tx) =>
      appendAudits(
        tx,
        'team',
        Array.from({ length: count }, (_, n) => ({
          at: NOON,
          actor: 'user:a',
          action: 'monitor.apply',
          subject: `monitor/m${n}`,
        })),
      ),
    );
  const verify = () => suite.api((tx) => verifyAudit(tx, 'team'));
  const compare = (copy: AuditHead): Promise<CopyCheck> =>
    suite.api((tx) => compareWithCopy(tx, copy));
  const head = async (): Promise<AuditHead> => {
    const [found] = await suite.api(readAuditHeads);
    assert.ok(found);
    return found;
  };
  /** Says of one row that somebody else did it, and makes every hash after it right again. */
  const rewrite = async (seq: number): Promise<void> => {
    const { rows } = await superuser().query<AuditEntry>(
      `SELECT seq, at, actor, action, subject, detail, prev_hash AS "prevHash" FROM audit
       WHERE workspace_id = 'team' AND seq >= $1 ORDER BY seq`,
      [seq],
    );
    let prevHash = rows[0]?.prevHash ?? '';
    for (const row of rows) {
      const entry = { ...row, actor: row.seq === seq ? 'user:b' : row.actor, prevHash };
      const hash = entryHash('team', entry);
      await superuser().query(
        "UPDATE audit SET actor = $2, prev_hash = $3, hash = $4 WHERE workspace_id = 'team' AND seq = $1",
        [row.seq, entry.actor, prevHash, hash],
      );
      prevHash = hash;
    }
    await superuser().query("UPDATE audit_heads SET hash = $1 WHERE workspace_id = 'team'", [
      prevHash,
    ]);
  };
  beforeEach(async () => {
    await superuser().query('TRUNCATE audit, audit_heads');
    await append(20);
  });

  it('E14 finds a full rewrite by a head that is kept elsewhere, and by nothing else', async () => {
    const copy = await head();
    await append(5);
    assert.deepEqual(await compare(copy), { kind: 'same' });
    await rewrite(7);
    assert.equal((await verify()).kind, 'intact');
    assert.deepEqual(await compare(copy), { kind: 'rewritten', seq: 20 });
  });

  it('E14 finds a tail that was cut off together with its head by a head that is kept elsewhere', async () => {
    const copy = await head();
    await superuser().query('DELETE FROM audit WHERE seq > 15');
    await superuser().query(
      'UPDATE audit_heads h SET seq = 15, hash = (SELECT hash FROM audit WHERE seq = 15)',
    );
    assert.equal((await verify()).kind, 'intact');
    assert.deepEqual(await compare(copy), { kind: 'cutOff', seq: 20 });
  });

  it('E14 finds a rewrite by the heads that are in the last backup', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-audit-'));
    try {
      const file = path.join(folder, 'backup');
      await dump(suite.db.url('mon_backup'), file, NOON);
      const copies = await auditHeadsInBackup(file);
      assert.deepEqual(copies, [await head()]);
      await append(5);
      await rewrite(1);
      assert.deepEqual(await Promise.all(copies.map(compare)), [{ kind: 'rewritten', seq: 20 }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes the head of a chain that had no rows yet for no rewrite', async () => {
    const empty = { workspace: 'team', seq: 0, hash: '0'.repeat(64) };
    assert.deepEqual(await compare(empty), { kind: 'same' });
  });

  it('E14 verifies long chains in bounded time', async () => {
    for (let left = COUNT; left > 0; left -= 1_000) await append(Math.min(1_000, left));
    const start = performance.now();
    const check = await verify();
    const seconds = (performance.now() - start) / 1000;
    assert.equal(check.kind === 'intact' && check.rows, COUNT + 20);
    // twenty times what it takes on two slow cores
    assert.ok(seconds < 1 + COUNT / 2_000, `${seconds.toFixed(2)} s for ${COUNT} rows`);
  });
});
