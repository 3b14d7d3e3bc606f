import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  exportAccount,
  exportWorkspace,
  LEFT_OUT,
  type ExportedRow,
  type WriteRow,
} from '../export.ts';
import { appendAudit } from '../audit.ts';
import { NOON } from '../testing/monitors.ts';
import { DAY } from '../testing/rows.ts';
import { useDatabase } from '../testing/suite.ts';
import { seedEverything, type Seeded } from './everything.ts';
import { kept } from './kept.ts';

const left = new Set<string>(LEFT_OUT);

describe('export', function () {
  this.timeout(60_000);
  const suite = useDatabase({ days: [DAY] });
  const ann: Seeded = { workspace: 'anns', user: randomUUID(), canary: 'canary-of-ann' };
  const bob: Seeded = { workspace: 'bobs', user: randomUUID(), canary: 'canary-of-bob' };
  const superuser = () => suite.db.pool('postgres');
  const collect = async (work: (write: WriteRow) => Promise<void>): Promise<ExportedRow[]> => {
    const rows: ExportedRow[] = [];
    await work((row) => void rows.push(row));
    return rows;
  };
  const ofWorkspace = () =>
    collect((write) => exportWorkspace(suite.db.pool('mon_api'), 'anns', write));
  const ofAccount = () =>
    collect((write) => exportAccount(suite.db.pool('mon_api'), ann.user, write));
  const byTable = (rows: readonly ExportedRow[]) =>
    rows.toSorted((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));

  before(async () => {
    for (const seeded of [ann, bob]) await seedEverything(superuser(), seeded);
    await superuser().query("UPDATE audit SET actor = 'user:' || $1 WHERE workspace_id = 'anns'", [
      ann.user,
    ]);
    const { rows } = await superuser().query<{ id: string }>(
      'SELECT id FROM api_tokens WHERE user_id = $1',
      [ann.user],
    );
    const act = { at: NOON, actor: 'kubectl', action: 'user.disable', subject: `user/${ann.user}` };
    const byToken = { at: NOON, actor: `token:${rows[0]?.id}`, action: 'by a token', subject: 'x' };
    await suite.api((tx) => appendAudit(tx, '_platform', act), '_platform');
    // the seeded row has the first place and a head that is no link
    await superuser().query(
      `INSERT INTO audit (workspace_id, seq, at, actor, action, subject, prev_hash, hash)
       VALUES ('anns', 2, $1, $2, $3, $4, '', '')`,
      Object.values(byToken),
    );
  });

  it('E15 of a workspace has every row and column that the database has of it', async () => {
    const rows = await ofWorkspace();
    assert.ok(rows.length > 20);
    assert.deepEqual(byTable(rows), byTable(await kept(superuser(), 'workspace_id', 'anns')));
  });

  it('E15 of an account has every row and column that the database has of the person', async () => {
    const rows = await ofAccount();
    const others = rows.filter(({ table }) => table !== 'audit');
    assert.deepEqual(byTable(others), byTable(await kept(superuser(), 'user_id', ann.user)));
  });

  it('E15 of an account has what the person and their tokens did, and what was done with the account', async () => {
    const audit = (await ofAccount()).filter(({ table }) => table === 'audit');
    assert.deepEqual(
      new Set(audit.map(({ row }) => `${String(row['workspace_id'])}: ${String(row['action'])}`)),
      new Set(['_platform: user.disable', `anns: ${ann.canary}-action`, 'anns: by a token']),
    );
  });

  it('E15 of an account has no row twice', async () => {
    const rows = (await ofAccount()).map((row) => JSON.stringify(row));
    assert.equal(new Set(rows).size, rows.length);
  });

  it('E1 has nothing of anybody else', async () => {
    const text = JSON.stringify([await ofWorkspace(), await ofAccount()]);
    assert.ok(text.includes(ann.canary));
    for (const trace of ['bobs', bob.user, bob.canary]) assert.ok(!text.includes(trace), trace);
  });

  it('E9 has no secret, no hash of one and nothing that opens or signs', async () => {
    for (const { table, row } of [...(await ofWorkspace()), ...(await ofAccount())]) {
      assert.ok(!left.has(table), table);
      const columns = Object.keys(row).filter((name) =>
        /^secret$|sealed|token_hash|csrf|_key$|code_hash|^content$/.test(name),
      );
      assert.deepEqual(columns, table === 'blobs' ? ['content'] : []);
    }
  });

  it('waits for whoever writes the rows down', async () => {
    let open = 0;
    let most = 0;
    await exportWorkspace(suite.db.pool('mon_api'), 'anns', async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
    });
    assert.equal(most, 1);
  });
});
