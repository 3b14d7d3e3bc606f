import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { DatabaseRole } from './embedded/directory.ts';
import { insertRow, seedAlert, seedCheck, seedDelivery, seedFinding } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import type { Tx } from './workspace.ts';
import { withTransaction, withUser } from './workspace.ts';

const tenantTables = `SELECT c.oid, c.relname AS name, c.relrowsecurity AS on, c.relforcerowsecurity AS forced,
    c.relispartition AND c.relkind = 'r' AS leaf,
    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS policy
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 2`;

interface TableRow {
  readonly name: string;
  readonly on: boolean;
  readonly forced: boolean;
  readonly leaf: boolean;
  readonly policy: boolean;
}

const seedMonitor = (tx: Tx, name: string) =>
  insertRow(tx, 'monitors', {
    workspace_id: tx.workspace,
    name,
    uid: randomUUID(),
    spec: '{}',
    created_at: new Date(),
    updated_at: new Date(),
  });

describe('row-level security', () => {
  const suite = useDatabase();
  let tables: TableRow[] = [];
  before(async () => {
    await suite.db.ensureDays('2026-03-10');
    tables = (await suite.db.pool('postgres').query<TableRow>(tenantTables)).rows;
    for (const workspace of ['team', 'other'])
      await suite.scheduler(async (tx) => {
        await seedMonitor(tx, 'shop');
        await seedCheck(tx);
        const finding = await seedFinding(tx);
        const alert = await seedAlert(tx, { finding_id: finding });
        await seedDelivery(tx, { alert_id: alert });
      }, workspace);
  });
  const countAs = async (role: DatabaseRole, table: string): Promise<number> => {
    const pool = suite.db.pool(role);
    const { rows } = await withTransaction(pool, (tx) =>
      tx.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`),
    );
    return rows[0]?.n ?? -1;
  };

  it('E2 is on and forced for every table with a workspace, partitions too', () => {
    assert.ok(tables.length > 20);
    assert.deepEqual(
      tables.filter(({ on, forced }) => !on || !forced),
      [],
    );
  });

  it('E2 has a policy for every table with a workspace that a role may name', () => {
    // A day's partition has none: nobody may read it but through its parent.
    assert.deepEqual(
      tables.filter(({ policy, leaf }) => !policy && !leaf),
      [],
    );
  });

  it('E2 lets no role name a partition of a day', async () => {
    await assert.rejects(
      countAs('mon_api', 'checks_30_20260310'),
      /permission denied|breaks a rule/,
    );
  });

  it('E2 has no view that would run with its owner’s rights', async () => {
    const { rows } = await suite.db.pool('postgres').query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
         AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)`,
    );
    assert.deepEqual(rows, []);
  });

  for (const table of ['monitors', 'checks', 'findings', 'alerts', 'deliveries'])
    it(`E2 shows the api no ${table} without a workspace`, async () => {
      assert.equal(await countAs('mon_api', table), 0);
    });

  for (const table of ['monitors', 'checks', 'findings', 'alerts', 'deliveries'])
    it(`E4 shows the api only the ${table} of its workspace, with no WHERE at all`, async () => {
      const { rows } = await suite.api((tx) =>
        tx.query(`SELECT DISTINCT workspace_id FROM ${table}`),
      );
      assert.deepEqual(rows, [{ workspace_id: 'team' }]);
    });

  it('E2 shows the api nothing in a workspace that does not exist', async () => {
    const { rows } = await suite.api((tx) => tx.query('SELECT 1 FROM monitors'), 'nobody');
    assert.deepEqual(rows, []);
  });

  it('E5 refuses a row for another workspace', async () => {
    const steal = suite.api((tx) => seedMonitor({ ...tx, workspace: 'other' }, 'planted'));
    await assert.rejects(steal, storeError('invalid'));
  });

  it('E5 refuses to move a row into another workspace', async () => {
    const move = suite.api((tx) => tx.query("UPDATE monitors SET workspace_id = 'other'"));
    await assert.rejects(move, storeError('invalid'));
  });

  it('E1 changes nothing of another workspace, even without a WHERE', async () => {
    await suite.api((tx) => tx.query("UPDATE findings SET title = 'mine'"));
    const { rows } = await suite.api(
      (tx) => tx.query('SELECT DISTINCT title FROM findings'),
      'other',
    );
    assert.deepEqual(rows, [{ title: 'Price fell' }]);
  });

  it('E6 a foreign parent looks like one that does not exist', async () => {
    const foreign = await suite.api(
      (tx) => tx.query<{ id: string }>('SELECT id FROM alerts'),
      'other',
    );
    const attach = (alert: string | undefined) =>
      suite
        .api((tx) => seedDelivery(tx, { alert_id: alert }))
        .then(
          () => undefined,
          (error: unknown) => String(error),
        );
    const first = await attach(foreign.rows[0]?.id);
    assert.equal(first, await attach(randomUUID()));
    assert.match(first ?? '', /does not exist/);
  });

  it('E6 names are unique inside a workspace only', async () => {
    await suite.api((tx) => seedMonitor(tx, 'same'));
    await suite.api((tx) => seedMonitor(tx, 'same'), 'other');
    assert.equal(
      (await suite.api((tx) => tx.query("SELECT 1 FROM monitors WHERE name = 'same'"))).rows.length,
      1,
    );
  });

  it('lets the scheduler see due monitors of all workspaces, for its claims', async () => {
    assert.ok((await countAs('mon_scheduler', 'monitors')) >= 2);
  });

  it('shows the scheduler no check of a workspace that it does not work in', async () => {
    assert.equal(await countAs('mon_scheduler', 'checks'), 0);
  });

  it('lets the backup read everything and write nothing', async () => {
    assert.equal(await countAs('mon_backup', 'checks'), 2);
    const write = withTransaction(suite.db.pool('mon_backup'), (tx) =>
      tx.query('DELETE FROM monitors'),
    );
    await assert.rejects(write, storeError('invalid'));
  });

  it('binds the owner too, who would else see everything', async () => {
    assert.equal(await countAs('duckmon_owner', 'monitors'), 0);
  });

  it('E9 lets the api read no content of a Secret', async () => {
    const read = suite.api((tx) => tx.query('SELECT content FROM secrets'));
    await assert.rejects(read, storeError('invalid'));
  });

  it('E14 lets no service change or delete an audit row', async () => {
    for (const sql of ["UPDATE audit SET actor = 'x'", 'DELETE FROM audit', 'TRUNCATE audit'])
      for (const run of [suite.api, suite.scheduler])
        await assert.rejects(
          run((tx) => tx.query(sql)),
          storeError('invalid'),
        );
  });

  it('lets the scheduler read no session', async () => {
    await assert.rejects(countAs('mon_scheduler', 'sessions'), storeError('invalid'));
  });

  it('shows a user their memberships and nobody else’s', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];
    for (const id of [mine, theirs]) {
      await insertRow(suite.db.pool('mon_api'), 'users', {
        id,
        issuer: 'local',
        subject: id,
        display_name: 'U',
        created_at: new Date(),
      });
      await suite.api((tx) =>
        insertRow(tx, 'memberships', {
          workspace_id: 'team',
          user_id: id,
          role: 'viewer',
          created_at: new Date(),
        }),
      );
    }
    const { rows } = await withUser(suite.db.pool('mon_api'), mine, (tx) =>
      tx.query('SELECT user_id FROM memberships'),
    );
    assert.deepEqual(rows, [{ user_id: mine }]);
  });
});
