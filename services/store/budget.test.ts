import assert from 'node:assert/strict';
import type pg from 'pg';
import {
  readBudget,
  releaseBudget,
  releaseReservations,
  reserveBudget,
  settleBudget,
  type Caps,
  type Reservation,
} from './budget.ts';
import { NOON, later, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { newId } from '../core/ids.ts';

const month = '2026-03-01';
const none: Caps = { microUsd: null, tokens: null };

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
    assert.deepEqual(await reserveBudget(pool, wanted(), { monitor: none, workspace: none }), {
      kind: 'reserved',
    });
    assert.deepEqual(await used('shop'), { microUsd: 1000n, tokens: 100 });
    assert.deepEqual(await used(''), { microUsd: 1000n, tokens: 100 });
  });

  it('says which budget was too small, and reserves in neither', async () => {
    const caps = { monitor: none, workspace: { microUsd: 999n, tokens: null } };
    const result = await reserveBudget(pool, wanted(), caps);
    assert.equal(result.kind === 'exceeded' && result.scope, 'workspace');
    assert.deepEqual(await used('shop'), { microUsd: 0n, tokens: 0 });
  });

  it('a cap that is reached to the last token is not exceeded', async () => {
    const caps = { monitor: { microUsd: 1000n, tokens: 100 }, workspace: none };
    assert.equal((await reserveBudget(pool, wanted(), caps)).kind, 'reserved');
    assert.equal(
      (await reserveBudget(pool, wanted({ estimate: { tokens: 1, microUsd: 0n } }), caps)).kind,
      'exceeded',
    );
  });

  it('D14 200 parallel calls near the cap overshoot by nothing', async () => {
    const caps = {
      monitor: { microUsd: 50_000n, tokens: null },
      workspace: { microUsd: null, tokens: 3_050 },
    };
    const results = await Promise.all(
      Array.from({ length: 200 }, () => reserveBudget(pool, wanted(), caps)),
    );
    assert.equal(results.filter((result) => result.kind === 'reserved').length, 30);
    assert.deepEqual(await used(''), { microUsd: 30_000n, tokens: 3_000 });
  }).timeout(30_000);

  it('D14 settled in parallel, the sum is what was spent', async () => {
    const ids = Array.from({ length: 40 }, () => newId());
    for (const id of ids)
      await reserveBudget(pool, wanted({ id }), { monitor: none, workspace: none });
    await Promise.all(
      ids.map((id) => settleBudget(pool, { id, workspace: 'team' }, { microUsd: 7n, tokens: 3 })),
    );
    assert.deepEqual(await used(), { microUsd: 280n, tokens: 120 });
  }).timeout(30_000);

  it('D15 settling twice charges once', async () => {
    const reservation = wanted();
    await reserveBudget(pool, reservation, { monitor: none, workspace: none });
    assert.equal(await settleBudget(pool, reservation, { microUsd: 400n, tokens: 40 }), true);
    assert.equal(await settleBudget(pool, reservation, { microUsd: 400n, tokens: 40 }), false);
    assert.deepEqual(await used(), { microUsd: 400n, tokens: 40 });
  });

  it('a call that was not made is given back whole', async () => {
    const reservation = wanted();
    await reserveBudget(pool, reservation, { monitor: none, workspace: none });
    await releaseBudget(pool, reservation);
    assert.deepEqual(await used(), { microUsd: 0n, tokens: 0 });
  });

  it('months and workspaces are apart', async () => {
    await reserveBudget(pool, wanted(), { monitor: none, workspace: none });
    await reserveBudget(pool, wanted({ month: '2026-04-01' }), { monitor: none, workspace: none });
    await reserveBudget(pool, wanted({ workspace: 'other' }), { monitor: none, workspace: none });
    assert.deepEqual(await used(''), { microUsd: 1000n, tokens: 100 });
  });

  it('a cost without a known price marks the month as a lower bound', async () => {
    const reservation = wanted({ estimate: { tokens: 100, microUsd: null } });
    await reserveBudget(pool, reservation, {
      monitor: { microUsd: 0n, tokens: null },
      workspace: none,
    });
    await settleBudget(pool, reservation, { microUsd: null, tokens: 50 });
    const { rows } = await pool.query(`SELECT DISTINCT unpriced FROM budgets`);
    assert.deepEqual(rows, [{ unpriced: true }]);
  });

  describe('after a crash', () => {
    it("what a dead process of this name held is given back, another one's is not", async () => {
      await reserveBudget(pool, wanted(), { monitor: none, workspace: none });
      await reserveBudget(pool, wanted({ owner: 'two' }), { monitor: none, workspace: none });
      assert.equal(await releaseReservations(pool, { owner: 'one', before: later(NOON, -1) }), 1);
      assert.deepEqual(await used(), { microUsd: 1000n, tokens: 100 });
    });

    it('whatever is older than any call may last is given back, over all workspaces', async () => {
      await reserveBudget(pool, wanted(), { monitor: none, workspace: none });
      await reserveBudget(pool, wanted({ workspace: 'other', owner: 'two' }), {
        monitor: none,
        workspace: none,
      });
      assert.equal(await releaseReservations(pool, { before: later(NOON, 1) }), 2);
      assert.deepEqual(await used('', 'other'), { microUsd: 0n, tokens: 0 });
    });

    it('a call that ends after its reservation was given back changes nothing', async () => {
      const reservation = wanted();
      await reserveBudget(pool, reservation, { monitor: none, workspace: none });
      await releaseReservations(pool, { before: later(NOON, 1) });
      assert.equal(await settleBudget(pool, reservation, { microUsd: 5n, tokens: 5 }), false);
      assert.deepEqual(await used(), { microUsd: 0n, tokens: 0 });
    });
  });
});
