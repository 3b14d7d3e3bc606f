import assert from 'node:assert/strict';
import type pg from 'pg';
import { createClaimer, type Claim } from './claim.ts';
import { later, NOON, seedMany, seedMonitor, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const SLOTS = 8;
const BACKLOG = 10_000;

describe('a noisy neighbour', function () {
  this.timeout(120_000);
  let db: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    db = await testDatabase();
    pool = db.pool('mon_scheduler');
    await seedWorkspaces(db, 'noisy', 'quiet');
    await seedMany(pool, { workspace: 'noisy', count: BACKLOG, dueAt: NOON, stepMs: 0 });
    await seedMonitor(pool, { workspace: 'quiet', name: 'lonely', dueAt: later(NOON, SECOND) });
  });
  after(() => db.close());

  /** The check is over, and its monitor is due at its next slot. */
  const end = (claims: readonly Claim[]) =>
    pool.query(
      `UPDATE monitors m SET next_due_at = d.at, slot_at = NULL, lease_until = NULL, lease_owner = NULL
       FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS d(workspace, name, at)
       WHERE m.workspace_id = d.workspace AND m.name = d.name`,
      [
        claims.map(({ workspace }) => workspace),
        claims.map(({ monitor }) => monitor),
        claims.map(({ workspace, slot }) =>
          later(slot, workspace === 'quiet' ? MINUTE : 24 * 60 * MINUTE),
        ),
      ],
    );

  it(`E13 makes a job a minute wait less than its interval beside ${BACKLOG} that are due`, async () => {
    const claimer = createClaimer(pool);
    const lateness: number[] = [];
    let served = 0;
    for (let now = NOON; lateness.length < 6; now = later(now, SECOND)) {
      const claims = await claimer.claim({
        now,
        leaseMs: MINUTE,
        limit: SLOTS,
        owner: 'one',
        busy: [],
      });
      for (const { workspace, slot } of claims)
        if (workspace === 'quiet') lateness.push(now.getTime() - slot.getTime());
        else served += 1;
      await end(claims);
      assert.ok(now.getTime() - NOON.getTime() < 10 * MINUTE, `${lateness.length} in ten minutes`);
    }
    assert.ok(Math.max(...lateness) <= 2 * SECOND, `${lateness.join()} ms`);
    // the neighbour has all that the quiet one leaves, and a backlog still
    assert.ok(served > 2_000 && served < BACKLOG, `${served}`);
  });
});
