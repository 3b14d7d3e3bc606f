import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import {
  releaseBudget,
  releaseReservations,
  reserveBudget,
  settleBudget,
  type Caps,
  type Reservation,
} from './budget.ts';
import { readBudget, readPlatformBudget } from './budgetRows.ts';
import { migrate, migrationsFolder } from './migrate.ts';
import { NOON, later, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { untilBlocked } from './testing/suite.ts';
import { enforcedSpending, publishDefaultSpending, setLimits } from './quotas.ts';
import { withWorkspace } from './workspace.ts';
import { newId } from '../core/ids.ts';

const month = '2026-03-01';
const none: Caps = { microUsd: null, tokens: null };
const uncapped = { monitor: none, workspace: none, platform: none };

describe('the migration to the budget of the platform', () => {
  it('counts what all workspaces have used before', async () => {
    const db = await testDatabase({ migrated: false });
    const dir = mkdtempSync(path.join(tmpdir(), 'duckmon-migrations-'));
    try {
      for (const name of readdirSync(migrationsFolder).filter((each) => each < '20261125000006'))
        cpSync(path.join(migrationsFolder, name), path.join(dir, name), { recursive: true });
      await migrate(db.url('duckmon_owner'), { dir });
      await seedWorkspaces(db, 'team', 'other');
      await db.pool('postgres').query(
        `INSERT INTO budgets (workspace_id, monitor, month, reserved_usd, spent_usd, spent_tokens)
         VALUES ('team', '', $1, 0.5, 1, 10), ('team', 'shop', $1, 0.5, 1, 10), ('other', '', $1, 0, 2, 5)`,
        [month],
      );
      await migrate(db.url('duckmon_owner'));
      const used = await readPlatformBudget(db.pool('mon_scheduler'), month);
      assert.deepEqual(used, { microUsd: 3_500_000n, tokens: 15 });
      const { rows } = await db
        .pool('postgres')
        .query(`SELECT relforcerowsecurity AS forced FROM pg_class WHERE relname = 'budgets'`);
      assert.deepEqual(rows, [{ forced: true }]);
    } finally {
      rmSync(dir, { recursive: true });
      await db.close();
    }
  }).timeout(30_000);
});

describe('the budget', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    db = await testDatabase();
    pool = db.pool('mon_scheduler');
    await seedWorkspaces(db, 'team', 'other');
  });
  afterEach(() => db.close());

  const wanted = (patch: Partial<Reservation> = {}): Reservation => ({
    id: newId(),
    workspace: 'team',
    monitor: 'shop',
    month,
    estimate: { tokens: 100, microUsd: 1000n },
    owner: 'one',
    now: NOON,
    ...patch,
  });
  const used = (monitor = 'shop', workspace = 'team') =>
    db
      .pool('mon_scheduler')
      .connect()
      .then(async (client) => {
        try {
          return await readBudget(client, { workspace, monitor, month });
        } finally {
          client.release();
        }
      });

  it("reserves in the monitor's and the workspace's month at once", async () => {
    assert.deepEqual(await reserveBudget(pool, wanted(), uncapped), {
      kind: 'reserved',
    });
    assert.deepEqual(await used('shop'), { microUsd: 1000n, tokens: 100 });
    assert.deepEqual(await used(''), { microUsd: 1000n, tokens: 100 });
  });

  it('says which budget was too small, and reserves in neither', async () => {
    const caps = { ...uncapped, workspace: { microUsd: 999n, tokens: null } };
    const result = await reserveBudget(pool, wanted(), caps);
    assert.equal(result.kind === 'exceeded' && result.scope, 'workspace');
    assert.deepEqual(await used('shop'), { microUsd: 0n, tokens: 0 });
  });

  it('a cap that is reached to the last token is not exceeded', async () => {
    const caps = { ...uncapped, monitor: { microUsd: 1000n, tokens: 100 } };
    assert.equal((await reserveBudget(pool, wanted(), caps)).kind, 'reserved');
    assert.equal(
      (await reserveBudget(pool, wanted({ estimate: { tokens: 1, microUsd: 0n } }), caps)).kind,
      'exceeded',
    );
  });

  it('has the workspace’s own quota where there is one, higher or lower than that of all', async () => {
    const caps = { ...uncapped, workspace: { microUsd: 1500n, tokens: 1_000 } };
    const set = (usdPerMonth: string | null, tokensPerMonth: number | null) =>
      withWorkspace(db.pool('mon_api'), 'team', (tx) =>
        setLimits(tx, 'team', {
          monitors: null,
          usdPerMonth,
          tokensPerMonth,
          checksPerHour: null,
          mailsPerHour: null,
        }),
      );
    const reserve = async (workspace = 'team') =>
      (await reserveBudget(pool, wanted({ workspace }), caps)).kind;
    assert.equal(await reserve(), 'reserved');
    assert.equal(await reserve(), 'exceeded');
    await set('0.002', null);
    assert.deepEqual([await reserve(), await reserve()], ['reserved', 'exceeded']);
    await set('1', 200);
    assert.equal(await reserve(), 'exceeded');
    await publishDefaultSpending(pool, caps.workspace);
    const told = (workspace: string) =>
      withWorkspace(db.pool('mon_api'), workspace, (tx) => enforcedSpending(tx, workspace));
    assert.deepEqual(await told('team'), { microUsd: 1_000_000n, tokens: 200 });
    assert.deepEqual(await told('other'), caps.workspace);
    await publishDefaultSpending(pool, { microUsd: null, tokens: null });
    assert.deepEqual(await told('other'), { microUsd: null, tokens: null });
    assert.deepEqual([await reserve('other'), await reserve('other')], ['reserved', 'exceeded']);
    assert.deepEqual(await set(null, null), {
      monitors: null,
      usdPerMonth: '1',
      tokensPerMonth: 200,
      checksPerHour: null,
      mailsPerHour: null,
    });
  });

  it('D14 200 parallel calls near the cap overshoot by nothing', async () => {
    const caps = {
      monitor: { microUsd: 50_000n, tokens: null },
      workspace: { microUsd: null, tokens: 3_050 },
      platform: none,
    };
    const results = await Promise.all(
      Array.from({ length: 200 }, () => reserveBudget(pool, wanted(), caps)),
    );
    assert.equal(results.filter((result) => result.kind === 'reserved').length, 30);
    assert.deepEqual(await used(''), { microUsd: 30_000n, tokens: 3_000 });
  }).timeout(30_000);

  it('D14 settled in parallel, the sum is what was spent', async () => {
    const ids = Array.from({ length: 40 }, () => newId());
    for (const id of ids) await reserveBudget(pool, wanted({ id }), uncapped);
    await Promise.all(
      ids.map((id) => settleBudget(pool, { id, workspace: 'team' }, { microUsd: 7n, tokens: 3 })),
    );
    assert.deepEqual(await used(), { microUsd: 280n, tokens: 120 });
  }).timeout(30_000);

  it('D15 settling twice charges once', async () => {
    const reservation = wanted();
    await reserveBudget(pool, reservation, uncapped);
    assert.equal(await settleBudget(pool, reservation, { microUsd: 400n, tokens: 40 }), true);
    assert.equal(await settleBudget(pool, reservation, { microUsd: 400n, tokens: 40 }), false);
    assert.deepEqual(await used(), { microUsd: 400n, tokens: 40 });
  });

  it('a call that was not made is given back whole', async () => {
    const reservation = wanted();
    await reserveBudget(pool, reservation, uncapped);
    await releaseBudget(pool, reservation);
    assert.deepEqual(await used(), { microUsd: 0n, tokens: 0 });
  });

  it('months and workspaces are apart', async () => {
    await reserveBudget(pool, wanted(), uncapped);
    await reserveBudget(pool, wanted({ month: '2026-04-01' }), uncapped);
    await reserveBudget(pool, wanted({ workspace: 'other' }), uncapped);
    assert.deepEqual(await used(''), { microUsd: 1000n, tokens: 100 });
  });

  it('a cost without a known price marks the month as a lower bound', async () => {
    const reservation = wanted({ estimate: { tokens: 100, microUsd: null } });
    await reserveBudget(pool, reservation, {
      ...uncapped,
      monitor: { microUsd: 0n, tokens: null },
    });
    await settleBudget(pool, reservation, { microUsd: null, tokens: 50 });
    const { rows } = await pool.query(`SELECT DISTINCT unpriced FROM budgets`);
    assert.deepEqual(rows, [{ unpriced: true }]);
  });

  describe('of the platform', () => {
    const platform = () => readPlatformBudget(pool, month);
    const capped = (patch: Partial<Caps>) => ({ ...uncapped, platform: { ...none, ...patch } });

    it('counts what all workspaces reserve and spend, capped or not', async () => {
      const reservation = wanted();
      await reserveBudget(pool, reservation, uncapped);
      await reserveBudget(pool, wanted({ workspace: 'other' }), uncapped);
      assert.deepEqual(await platform(), { microUsd: 2000n, tokens: 200 });
      await settleBudget(pool, reservation, { microUsd: 400n, tokens: 40 });
      assert.deepEqual(await platform(), { microUsd: 1400n, tokens: 140 });
      assert.deepEqual(await readPlatformBudget(pool, '2026-04-01'), { microUsd: 0n, tokens: 0 });
    });

    it('refuses a workspace for what another one has used, by its name, and reserves nothing', async () => {
      const caps = capped({ tokens: 150 });
      await reserveBudget(pool, wanted({ workspace: 'other' }), caps);
      const result = await reserveBudget(pool, wanted(), caps);
      assert.deepEqual(result.kind === 'exceeded' && [result.scope, result.state.usedTokens], [
        'platform',
        100,
      ]);
      assert.deepEqual(await used(''), { microUsd: 0n, tokens: 0 });
      assert.deepEqual(await platform(), { microUsd: 1000n, tokens: 100 });
    });

    it('is told before the caps of workspace and monitor', async () => {
      const cap = { microUsd: 1n, tokens: null };
      const caps = { monitor: cap, workspace: cap, platform: cap };
      const result = await reserveBudget(pool, wanted(), caps);
      assert.equal(result.kind === 'exceeded' && result.scope, 'platform');
    });

    it('a call that a narrower cap refuses is not counted', async () => {
      const caps = { ...uncapped, monitor: { microUsd: 1n, tokens: null } };
      await reserveBudget(pool, wanted(), caps);
      assert.deepEqual(await platform(), { microUsd: 0n, tokens: 0 });
    });

    it('D14 100 parallel calls of two workspaces and many monitors never exceed the cap', async () => {
      const caps = capped({ microUsd: 30_500n, tokens: 5_000 });
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          reserveBudget(
            pool,
            wanted({ workspace: n % 2 ? 'team' : 'other', monitor: `m${n % 7}` }),
            caps,
          ),
        ),
      );
      assert.equal(results.filter((result) => result.kind === 'reserved').length, 30);
      assert.deepEqual(await platform(), { microUsd: 30_000n, tokens: 3_000 });
      const [team, other] = [await used(''), await used('', 'other')];
      assert.equal(team.tokens + other.tokens, 3_000);
    }).timeout(30_000);

    for (const [what, work] of [
      ['reserving', () => reserveBudget(pool, wanted(), uncapped)],
      ['settling', (id: string) => settleBudget(pool, wanted({ id }), { microUsd: 7n, tokens: 3 })],
      ['giving back', () => releaseReservations(pool, { owner: 'one', before: NOON })],
    ] as const)
      it(`D14 ${what} locks its row last, so that no two wait for each other`, async () => {
        const reservation = wanted();
        await reserveBudget(pool, reservation, uncapped);
        const other = await db.pool('postgres').connect();
        try {
          await other.query('BEGIN; SELECT 1 FROM platform_budgets FOR UPDATE');
          const done = work(reservation.id);
          await untilBlocked(db);
          const free = await db
            .pool('postgres')
            .query(`SELECT monitor FROM budgets FOR UPDATE SKIP LOCKED`);
          await other.query('COMMIT');
          await done;
          assert.deepEqual(free.rows, []);
        } finally {
          other.release(true);
        }
      });

    it('E2 its row belongs to no workspace and is not for the api to see', async () => {
      await reserveBudget(pool, wanted(), uncapped);
      const { rows } = await pool.query(
        `SELECT c.relrowsecurity AND c.relforcerowsecurity AS forced,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id') AS owned
         FROM pg_class c WHERE c.relname = 'platform_budgets'`,
      );
      assert.deepEqual(rows, [{ forced: true, owned: false }]);
      await assert.rejects(
        db.pool('mon_api').query('SELECT 1 FROM platform_budgets'),
        /permission denied/,
      );
      await assert.rejects(pool.query('DELETE FROM platform_budgets'), /permission denied/);
      const seen = await db.pool('mon_backup').query('SELECT 1 FROM platform_budgets');
      assert.equal(seen.rowCount, 1);
    });
  });

  describe('after a crash', () => {
    it("what a dead process of this name held is given back, another one's is not", async () => {
      await reserveBudget(pool, wanted(), uncapped);
      await reserveBudget(pool, wanted({ owner: 'two' }), uncapped);
      assert.equal(await releaseReservations(pool, { owner: 'one', before: later(NOON, -1) }), 1);
      assert.deepEqual(await used(), { microUsd: 1000n, tokens: 100 });
    });

    it('whatever is older than any call may last is given back, over all workspaces', async () => {
      await reserveBudget(pool, wanted(), uncapped);
      await reserveBudget(pool, wanted({ workspace: 'other', owner: 'two' }), uncapped);
      assert.equal(await releaseReservations(pool, { before: later(NOON, 1) }), 2);
      assert.deepEqual(await used('', 'other'), { microUsd: 0n, tokens: 0 });
      assert.deepEqual(await readPlatformBudget(pool, month), { microUsd: 0n, tokens: 0 });
    });

    it('a call that ends after its reservation was given back changes nothing', async () => {
      const reservation = wanted();
      await reserveBudget(pool, reservation, uncapped);
      await releaseReservations(pool, { before: later(NOON, 1) });
      assert.equal(await settleBudget(pool, reservation, { microUsd: 5n, tokens: 5 }), false);
      assert.deepEqual(await used(), { microUsd: 0n, tokens: 0 });
    });
  });
});
