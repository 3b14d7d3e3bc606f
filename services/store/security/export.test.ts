import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  exportAccount,
  exportWorkspace,
  LEFT_OUT,
  WITHHELD,
  type ExportedRow,
  type WriteRow,
} from '../export.ts';
import { DAY } from '../testing/rows.ts';
import { useDatabase } from '../testing/suite.ts';
import { seedEverything, tablesOfSomebody, type Seeded } from './everything.ts';

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
  /** What the database has, by a look that no row-level security binds. */
  const kept = async (column: 'workspace_id' | 'user_id', value: string) => {
    const expected: ExportedRow[] = [];
    for (const { name, columns } of await tablesOfSomebody(superuser())) {
      const own = { workspace_id: 'workspaces', user_id: 'users' }[column] === name;
      if (left.has(name) || !(own || columns.some((each) => each.name === column))) continue;
      const shown = columns.filter((each) => !WITHHELD[name]?.includes(each.name));
      const list = shown.map((each) =>
        each.type === 'bytea'
          ? `encode("${each.name}", 'base64') AS "${each.name}"`
          : `"${each.name}"`,
      );
      const { rows } = await superuser().query(
        `SELECT ${list.join()} FROM ${name} WHERE ${own ? 'id' : column} = $1`,
        [value],
      );
      for (const row of rows) expected.push({ table: name, row });
    }
    return expected;
  };
  const byTable = (rows: readonly ExportedRow[]) =>
    rows.toSorted((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));

  before(async () => {
    for (const seeded of [ann, bob]) await seedEverything(superuser(), seeded);
    await superuser().query("UPDATE audit SET actor = 'user:' || $1", [ann.user]);
  });

  it('E15 of a workspace has every row and column that the database has of it', async () => {
    const rows = await ofWorkspace();
    assert.ok(rows.length > 20);
    assert.deepEqual(byTable(rows), byTable(await kept('workspace_id', 'anns')));
  });

  it('E15 of an account has every row and column that the database has of the person', async () => {
    const rows = await ofAccount();
    const audit = rows.filter(({ table }) => table === 'audit');
    assert.deepEqual(
      audit.map(({ row }) => row['workspace_id']),
      ['anns'],
    );
    const others = rows.filter(({ table }) => table !== 'audit');
    assert.deepEqual(byTable(others), byTable(await kept('user_id', ann.user)));
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
