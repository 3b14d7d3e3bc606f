import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { messageOf } from '../../core/errors.ts';
import { testDatabase, type TestDatabase } from '../testing/postgres.ts';
import { DAY } from '../testing/rows.ts';
import { withWorkspace, type Tx } from '../workspace.ts';
import { seedEverything, tablesOfSomebody, type Seeded } from './everything.ts';
import { READS, WRITES, type Known } from './scoped.ts';

const seeded = (workspace: string): Seeded => ({
  workspace,
  user: randomUUID(),
  canary: `canary-of-${workspace}`,
  names: 'shared',
});
const rowSecurity = (on: boolean) => `DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
    EXECUTE format('ALTER TABLE %s ${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY', t);
  END LOOP; END $$`;

/** The same connection to functions that forgot to which workspace they are bound. */
function unscoped(tx: Tx): Tx & { readonly forgotten: () => number } {
  let forgotten = 0;
  return {
    workspace: tx.workspace,
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
    query: <R extends object>(text: string, values?: readonly unknown[]) => {
      const free = text.replace(/\b(?:\w+\.)?workspace_id = \$1(?!\d)/g, () => {
        forgotten += 1;
        return '$1::text IS NOT NULL';
      });
      return tx.query<R>(free, values);
    },
    forgotten: () => forgotten,
  };
}

describe('one wall between workspaces alone', function () {
  this.timeout(60_000);
  const [ann, bob] = [seeded('anns'), seeded('bobs')];
  const databases: TestDatabase[] = [];
  after(async () => {
    for (const each of databases) await each.close();
  });

  /** The rows of a workspace in all tables, as one hash. */
  const rowsOf = async (pool: Pool, workspace: string): Promise<string> => {
    const hash = createHash('sha256');
    for (const { name, columns } of await tablesOfSomebody(pool)) {
      if (!columns.some((each) => each.name === 'workspace_id')) continue;
      const { rows } = await pool.query(
        `SELECT t::text FROM ${name} t WHERE workspace_id = $1 ORDER BY 1`,
        [workspace],
      );
      hash.update(JSON.stringify([name, rows]));
    }
    return hash.digest('hex');
  };
  /** What all functions answer in a fresh database, and what became of the other workspace. */
  const run = async (walls: { readonly rls: boolean; readonly scoping: boolean }) => {
    const db = await testDatabase({ days: [DAY] });
    databases.push(db);
    const superuser = db.pool('postgres');
    for (const each of [ann, bob]) await seedEverything(superuser, each);
    if (!walls.rls) await superuser.query(rowSecurity(false));
    const { rows } = await superuser.query<{ id: string }>(
      "SELECT id FROM alerts WHERE workspace_id = 'anns'",
    );
    const known: Known = { name: 'shared-name', id: rows[0]?.id ?? '', user: ann.user };
    const before = await rowsOf(superuser, 'bobs');
    let forgotten = 0;
    const answers: Record<string, string> = {};
    for (const [name, work] of Object.entries({ ...READS, ...WRITES }))
      answers[name] = await withWorkspace(db.pool('mon_api'), 'anns', async (tx) => {
        if (walls.scoping) return work(tx, known);
        const free = unscoped(tx);
        const answer = await work(free, known);
        forgotten += free.forgotten();
        return answer;
      }).then((answer) => JSON.stringify(answer) ?? 'undefined', messageOf);
    const same = (await rowsOf(superuser, 'bobs')) === before;
    return { answers, same, forgotten };
  };
  let whole: Awaited<ReturnType<typeof run>>;
  before(async () => {
    whole = await run({ rls: true, scoping: true });
  });
  const foreign = ({ answers }: typeof whole): string[] =>
    Object.keys(answers).filter((name) => answers[name]?.includes(bob.canary));

  it('E4 each function finds what it looks for while both stand', () => {
    const vain = /^(null|false|\[\]|\{"items":\[\]\}|There is no .*)$/;
    const inVain = Object.entries(whole.answers).filter(
      ([name, answer]) => vain.test(answer) || (name in READS && answer === 'undefined'),
    );
    assert.deepEqual(inVain, []);
    assert.deepEqual(foreign(whole), []);
    assert.ok(whole.same);
  });

  it('E4 without application scoping, row-level security alone leaks and changes nothing', async () => {
    const found = await run({ rls: true, scoping: false });
    assert.ok(found.forgotten >= 40, `only ${found.forgotten} conditions were taken out`);
    assert.deepEqual(found.answers, whole.answers);
    assert.ok(found.same);
  });

  it('E4 without row-level security, application scoping alone leaks and changes nothing', async () => {
    const found = await run({ rls: false, scoping: true });
    assert.deepEqual(found.answers, whole.answers);
    assert.ok(found.same);
  });

  it('E4 would notice: with both gone, functions leak and change foreign rows', async () => {
    const found = await run({ rls: false, scoping: false });
    assert.ok(foreign(found).length >= 10, foreign(found).join());
    assert.ok(!found.same);
  });
});
