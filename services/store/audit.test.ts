import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { appendAudit, appendAudits, entryHash, listAudit, verifyAudit } from './audit.ts';
import { NOON } from './testing/monitors.ts';
import { countStatements } from './testing/statements.ts';
import { useDatabase } from './testing/suite.ts';
import { PLATFORM_WORKSPACE } from './workspace.ts';

describe('audit', () => {
  const suite = useDatabase();
  const append = (subject: string, detail: Record<string, unknown> = {}, workspace = 'team') =>
    suite.api(
      (tx) =>
        appendAudit(tx, workspace, {
          at: NOON,
          actor: 'user:a',
          action: 'monitor.apply',
          subject,
          detail,
        }),
      workspace,
    );
  const verify = (workspace = 'team') => suite.api((tx) => verifyAudit(tx, workspace), workspace);
  const tamper = (sql: string) => suite.db.pool('postgres').query(sql);
  beforeEach(async () => {
    await tamper('TRUNCATE audit, audit_heads');
    for (const subject of ['one', 'two', 'three', 'four'])
      await append(subject, { n: 1.5, deep: { b: 1, a: [null] } });
  });

  it('is intact as it was written', async () => {
    const check = await verify();
    assert.equal(check.kind === 'intact' && check.rows, 4);
  });

  it('is intact when nothing was written', async () => {
    assert.deepEqual(await verify('other'), { kind: 'intact', rows: 0, head: '0'.repeat(64) });
  });

  it('E14 finds a row that was changed', async () => {
    await tamper("UPDATE audit SET actor = 'user:b' WHERE seq = 2");
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'altered', seq: 2 });
  });

  for (const column of ['at', 'action', 'subject', 'detail'])
    it(`E14 finds a changed ${column}`, async () => {
      const value = { at: "at + interval '1 ms'", detail: `'{"n": 2}'` }[column] ?? "'other'";
      await tamper(`UPDATE audit SET ${column} = ${value} WHERE seq = 3`);
      assert.deepEqual(await verify(), { kind: 'broken', problem: 'altered', seq: 3 });
    });

  it('E14 finds a row that was deleted', async () => {
    await tamper('DELETE FROM audit WHERE seq = 2');
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'missing', seq: 2 });
  });

  it('E14 finds the first row missing', async () => {
    await tamper('DELETE FROM audit WHERE seq = 1');
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'missing', seq: 1 });
  });

  it('E14 finds rows that changed places', async () => {
    await tamper(
      'UPDATE audit SET seq = -seq; UPDATE audit SET seq = CASE seq WHEN -2 THEN 3 WHEN -3 THEN 2 ELSE -seq END',
    );
    const check = await verify();
    assert.equal(check.kind === 'broken' && check.seq, 2);
  });

  it('E14 finds a row that was put in with a right hash of its own', async () => {
    const entry = {
      seq: 2,
      at: NOON,
      actor: 'x',
      action: 'y',
      subject: 'z',
      detail: {},
      prevHash: 'f'.repeat(64),
    };
    await tamper('DELETE FROM audit WHERE seq = 2');
    await suite.db
      .pool('postgres')
      .query(`INSERT INTO audit VALUES ('team', 2, $1, 'x', 'y', 'z', '{}', $2, $3)`, [
        NOON,
        entry.prevHash,
        entryHash('team', entry),
      ]);
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'outOfOrder', seq: 2 });
  });

  it('E14 finds that the last rows were cut off', async () => {
    await tamper('DELETE FROM audit WHERE seq > 2');
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'truncated', seq: 3 });
  });

  it('E14 finds that all was cut off', async () => {
    await tamper('TRUNCATE audit');
    assert.deepEqual(await verify(), { kind: 'broken', problem: 'truncated', seq: 1 });
  });

  it('E14 finds a row that was moved from another workspace', async () => {
    await append('theirs', {}, 'other');
    await tamper(
      "DELETE FROM audit WHERE workspace_id = 'team'; UPDATE audit SET workspace_id = 'team'",
    );
    const check = await verify();
    assert.equal(check.kind === 'broken' && check.problem, 'altered');
  });

  it('makes one chain of writers that come at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => append(`parallel-${n}`)));
    const check = await verify();
    assert.equal(check.kind === 'intact' && check.rows, 24);
  });

  it('adds many rows in their order with no more statements than one', async () => {
    const rows = ['a', 'b', 'c'].map((subject) => ({
      at: NOON,
      actor: 'user:a',
      action: 'monitor.apply',
      subject,
    }));
    const statementsOf = (inputs: typeof rows): Promise<number> =>
      suite.api(async (tx) => {
        const counted = countStatements(tx);
        await appendAudits(counted, 'team', inputs);
        return counted.statements();
      });
    assert.equal(await statementsOf(rows), await statementsOf(rows.slice(0, 1)));
    const check = await verify();
    assert.equal(check.kind === 'intact' && check.rows, 8);
    const { items } = await suite.api((tx) => listAudit(tx, 'team', { limit: 4 }));
    assert.deepEqual(
      items.map(({ subject }) => subject),
      ['a', 'c', 'b', 'a'],
    );
  });

  it('keeps no row of a transaction that was undone', async () => {
    const failing = suite.api(async (tx) => {
      await appendAudit(tx, 'team', { at: NOON, actor: 'a', action: 'b', subject: 'c' });
      throw new Error('undone');
    });
    await assert.rejects(failing, /undone/);
    assert.equal((await verify()).kind, 'intact');
  });

  it('has a chain for what concerns the whole installation', async () => {
    await append('sign-in', {}, PLATFORM_WORKSPACE);
    const check = await verify(PLATFORM_WORKSPACE);
    assert.equal(check.kind === 'intact' && check.rows, 1);
  });

  it('verifies whatever detail was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string({ unit: 'grapheme-ascii' }),
          fc.jsonValue({ noUnicodeString: true }),
        ),
        async (detail) => {
          await append('any', detail);
          assert.equal((await verify()).kind, 'intact');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lists newest first, page by page', async () => {
    const first = await suite.api((tx) => listAudit(tx, 'team', { limit: 3 }));
    const request = { limit: 3, cursor: first.nextCursor };
    const second = await suite.api((tx) => listAudit(tx, 'team', request));
    const subjects = [...first.items, ...second.items].map(({ subject }) => subject);
    assert.deepEqual(subjects, ['four', 'three', 'two', 'one']);
  });
});
