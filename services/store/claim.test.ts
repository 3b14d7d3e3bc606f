import assert from 'node:assert/strict';
import type pg from 'pg';
import { claimOldest, createClaimer, nextDueAt, OLDEST_DUE, type ClaimOptions } from './claim.ts';
import { hastenClaims, recoverLeases, releaseClaims } from './lease.ts';
import { NOON, later, seedMany, seedMonitor, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';

const options = (patch: Partial<ClaimOptions> = {}): ClaimOptions => ({
  now: NOON,
  leaseMs: 60_000,
  limit: 10,
  owner: 'one',
  ...patch,
});

describe('claim', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    db = await testDatabase();
    pool = db.pool('mon_scheduler');
    await seedWorkspaces(db, 'team', 'other');
  });
  afterEach(() => db.close());

  const claimNames = async (patch: Partial<ClaimOptions> = {}): Promise<string[]> =>
    (await claimOldest(pool, options(patch))).map((claim) => claim.monitor);

  const row = async (name: string): Promise<Record<string, unknown>> =>
    (await pool.query('SELECT * FROM monitors WHERE name = $1', [name])).rows[0] as Record<
      string,
      unknown
    >;

  it('takes what is due and leaves what is not', async () => {
    await seedMonitor(pool, { name: 'due' });
    await seedMonitor(pool, { name: 'later', dueAt: later(NOON, 1) });
    assert.deepEqual(await claimNames(), ['due']);
  });

  it('takes the oldest first and never more than its limit', async () => {
    await seedMonitor(pool, { name: 'newer', dueAt: later(NOON, -1000) });
    await seedMonitor(pool, { name: 'older', dueAt: later(NOON, -2000) });
    assert.deepEqual(await claimNames({ limit: 1 }), ['older']);
  });

  it('leaves suspended, deleted and unscheduled monitors alone', async () => {
    await seedMonitor(pool, { name: 'paused' });
    await seedMonitor(pool, { name: 'deleted' });
    await seedMonitor(pool, { name: 'unscheduled', dueAt: null });
    await pool.query(`UPDATE monitors SET active = false WHERE name = 'paused'`);
    await pool.query(`UPDATE monitors SET deleted_at = $1 WHERE name = 'deleted'`, [NOON]);
    assert.deepEqual(await claimNames(), []);
  });

  it('moves a claimed row out of the due range until its lease ends', async () => {
    await seedMonitor(pool, { name: 'm' });
    await claimNames();
    assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 60_000));
    assert.deepEqual(await claimNames({ now: later(NOON, 59_999) }), []);
  });

  it('gives a dead claim to the next one with a higher token and the same slot', async () => {
    await seedMonitor(pool, { name: 'm' });
    const [first] = await claimOldest(pool, options());
    const [second] = await claimOldest(pool, options({ now: later(NOON, 60_000) }));
    assert.equal(second?.token, Number(first?.token) + 1);
    assert.deepEqual(second?.slot, NOON);
  });

  it('F17 counts the claims in a row that ended without a commit', async () => {
    await seedMonitor(pool, { name: 'm' });
    const deaths = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [claim] = await claimOldest(pool, options({ now: later(NOON, attempt * 60_000) }));
      deaths.push([claim?.deaths, claim?.died]);
    }
    assert.deepEqual(deaths, [
      [0, false],
      [1, true],
      [2, true],
    ]);
  });

  it('does not claim a leased row that was made due again meanwhile', async () => {
    await seedMonitor(pool, { name: 'm' });
    await claimNames();
    await pool.query(`UPDATE monitors SET next_due_at = $1`, [NOON]);
    assert.deepEqual(await claimNames({ now: later(NOON, 1000) }), []);
  });

  it('F6 gives each of many parallel claims rows of its own', async () => {
    await seedMany(pool, { workspace: 'team', count: 60, dueAt: later(NOON, -100_000) });
    const batches = await Promise.all(Array.from({ length: 8 }, () => claimNames({ limit: 10 })));
    const names = batches.flat();
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 50, `${names.length} claimed`);
  });

  it('brings a run that somebody asked for, until a check has handled it', async () => {
    await seedMonitor(pool, { name: 'm' });
    await pool.query(`UPDATE monitors SET run_request_id = 'r1', run_requested_at = $1`, [NOON]);
    const [claim] = await claimOldest(pool, options());
    assert.equal(claim?.runRequest, 'r1');
    await pool.query(`UPDATE monitors SET last_handled_run_request = 'r1'`);
    const [again] = await claimOldest(pool, options({ now: later(NOON, 60_000) }));
    assert.equal(again?.runRequest, undefined);
  });

  describe('given back for later', () => {
    const giveBack = async (until: Date) => {
      await seedMonitor(pool, { name: 'm' });
      const [claim] = await claimOldest(pool, options());
      const release = { workspace: 'team', monitor: 'm', token: claim?.token ?? 0, until };
      await releaseClaims(pool, [release]);
      return release;
    };

    it('is due at once when it is hastened, with the slot that it had', async () => {
      const release = await giveBack(later(NOON, 5_000));
      await hastenClaims(pool, [release], later(NOON, 1_000));
      assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 1_000));
      const [claim] = await claimOldest(pool, options({ now: later(NOON, 1_000) }));
      assert.deepEqual([claim?.slot, claim?.died], [NOON, false]);
    });

    it('is never made due later', async () => {
      const release = await giveBack(later(NOON, 5_000));
      await hastenClaims(pool, [release], later(NOON, 9_000));
      assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 5_000));
    });

    it('is left alone once it was claimed again, or has another time', async () => {
      const release = await giveBack(later(NOON, 5_000));
      await pool.query('UPDATE monitors SET next_due_at = $1', [later(NOON, 60_000)]);
      await hastenClaims(pool, [release], later(NOON, 1_000));
      assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 60_000));
      await claimOldest(pool, options({ now: later(NOON, 60_000) }));
      const leased = { ...release, until: later(NOON, 120_000) };
      await hastenClaims(pool, [leased], later(NOON, 61_000));
      assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 120_000));
    });
  });

  it('brings and clears the mark of a buffered run', async () => {
    await seedMonitor(pool, { name: 'm' });
    await pool.query('UPDATE monitors SET buffered = true');
    const [claim] = await claimOldest(pool, options());
    assert.equal(claim?.buffered, true);
    assert.equal((await row('m'))['buffered'], false);
  });

  it('says when the next monitor is due', async () => {
    assert.equal(await nextDueAt(pool), undefined);
    await seedMonitor(pool, { name: 'm', dueAt: later(NOON, 5000) });
    assert.deepEqual(await nextDueAt(pool), later(NOON, 5000));
  });

  describe('given back', () => {
    it('is due again when it is asked to, with its slot kept and no death counted', async () => {
      await seedMonitor(pool, { name: 'm' });
      const [claim] = await claimOldest(pool, options());
      assert.ok(claim);
      await releaseClaims(pool, [
        { workspace: 'team', monitor: 'm', token: claim.token, until: later(NOON, 2000) },
      ]);
      assert.deepEqual(await claimNames({ now: later(NOON, 1999) }), []);
      const [again] = await claimOldest(pool, options({ now: later(NOON, 2000) }));
      assert.deepEqual([again?.slot, again?.deaths], [NOON, 0]);
    });

    it('F6 does nothing under an older token', async () => {
      await seedMonitor(pool, { name: 'm' });
      const [old] = await claimOldest(pool, options());
      await claimOldest(pool, options({ now: later(NOON, 60_000) }));
      await releaseClaims(pool, [
        { workspace: 'team', monitor: 'm', token: old?.token ?? 0, until: NOON },
      ]);
      assert.deepEqual((await row('m'))['next_due_at'], later(NOON, 120_000));
    });
  });

  describe('recovery at start', () => {
    it('makes the monitors of a dead process of this name due at once', async () => {
      await seedMonitor(pool, { name: 'mine' });
      await claimNames({ owner: 'one' });
      assert.equal(await recoverLeases(pool, 'one', later(NOON, 1000)), 1);
      const [claim] = await claimOldest(pool, options({ now: later(NOON, 1000) }));
      assert.deepEqual([claim?.monitor, claim?.died], ['mine', true]);
    });

    it('leaves the leases of other processes alone', async () => {
      await seedMonitor(pool, { name: 'theirs' });
      await claimNames({ owner: 'two' });
      assert.equal(await recoverLeases(pool, 'one', later(NOON, 1000)), 0);
      assert.deepEqual(await claimNames({ now: later(NOON, 1000) }), []);
    });
  });

  describe('fairness', () => {
    it('E13 S3 serves a workspace with one job beside one with a long backlog in the second batch', async () => {
      await seedMany(pool, { workspace: 'team', count: 500, dueAt: later(NOON, -3_600_000) });
      await seedMonitor(pool, { workspace: 'other', name: 'lonely', dueAt: later(NOON, -1) });
      const claimer = createClaimer(pool);
      await claimer.claim(options());
      const second = await claimer.claim(options());
      assert.ok(second.some((claim) => claim.monitor === 'lonely'));
    });

    it('splits a batch evenly over the workspaces that have work', async () => {
      await seedMany(pool, { workspace: 'team', count: 100, dueAt: later(NOON, -200_000) });
      await seedMany(pool, {
        workspace: 'other',
        count: 100,
        dueAt: later(NOON, -150_000),
        prefix: 'o',
      });
      const claimer = createClaimer(pool);
      await claimer.claim(options());
      const second = await claimer.claim(options());
      assert.deepEqual(second.filter((claim) => claim.workspace === 'other').length, 5);
    });

    it('passes over workspaces that hold their share of the slots already', async () => {
      await seedMany(pool, { workspace: 'team', count: 20, dueAt: later(NOON, -200_000) });
      await seedMonitor(pool, { workspace: 'other', name: 'lonely' });
      const claims = await createClaimer(pool).claim(options({ busy: ['team'] }));
      assert.deepEqual(
        claims.map((claim) => claim.monitor),
        ['lonely'],
      );
    });

    it('reaches every workspace when there are more of them than one batch holds', async () => {
      const ids = Array.from({ length: 25 }, (_, index) => `w${String(index).padStart(2, '0')}`);
      await seedWorkspaces(db, ...ids);
      for (const id of ids)
        await seedMany(pool, { workspace: id, count: 12, dueAt: later(NOON, -200_000) });
      const claimer = createClaimer(pool);
      const seen = new Set<string>();
      for (let batch = 0; batch < 5; batch += 1)
        for (const claim of await claimer.claim(options())) seen.add(claim.workspace);
      assert.equal(seen.size, 25);
    });

    it('drains the whole backlog', async () => {
      await seedMany(pool, { workspace: 'team', count: 45, dueAt: later(NOON, -200_000) });
      const claimer = createClaimer(pool);
      const counts = [];
      for (let batch = 0; batch < 7; batch += 1)
        counts.push((await claimer.claim(options())).length);
      assert.deepEqual(counts, [10, 10, 10, 10, 5, 0, 0]);
    });

    it('claims nothing when there is no free slot', async () => {
      await seedMonitor(pool, { name: 'm' });
      assert.deepEqual(await createClaimer(pool).claim(options({ limit: 0 })), []);
    });
  });
});

describe('claim at 100,000 monitors', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
    await seedWorkspaces(db, 'team');
  });
  after(() => db.close());

  interface Plan {
    'Shared Hit Blocks': number;
    'Shared Read Blocks': number;
    'Index Name'?: string;
    Plans?: Plan[];
  }
  const explain = async (): Promise<{ blocks: number; indexes: string[] }> => {
    const client = await db.pool('mon_scheduler').connect();
    try {
      // a table of 1,000 rows is so small that reading it whole would be cheaper
      await client.query(
        'BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
      );
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${OLDEST_DUE.replaceAll('$1', `'${NOON.toISOString()}'::timestamptz`).replace('$4', '100')}`,
      );
      await client.query('ROLLBACK');
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      assert.ok(plan);
      const indexes: string[] = [];
      const walk = (node: Plan): void => {
        if (node['Index Name']) indexes.push(node['Index Name']);
        node.Plans?.forEach(walk);
      };
      walk(plan);
      return { blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], indexes };
    } finally {
      client.release();
    }
  };

  it('S2 reads the index of due rows only, and no more buffers a batch than with 1,000', async () => {
    const owner = db.pool('duckmon_owner');
    await seedMany(db.pool('mon_scheduler'), {
      workspace: 'team',
      count: 1000,
      dueAt: later(NOON, -100_000),
      prefix: 'a',
    });
    await owner.query('ANALYZE monitors');
    const small = await explain();
    await seedMany(db.pool('mon_scheduler'), {
      workspace: 'team',
      count: 99_000,
      dueAt: later(NOON, 1_000_000),
      prefix: 'b',
      stepMs: 3,
    });
    await owner.query('ANALYZE monitors');
    const large = await explain();
    assert.deepEqual(large.indexes, ['monitors_due']);
    assert.ok(
      large.blocks <= small.blocks + 20,
      `${small.blocks} blocks of 1,000, ${large.blocks} of 100,000`,
    );
  });
});
