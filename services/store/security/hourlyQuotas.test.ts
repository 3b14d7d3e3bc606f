import assert from 'node:assert/strict';
import {
  giveBackHourly,
  hourAfter,
  hourlyQuota,
  readLimited,
  takeChecks,
  takeMails,
} from '../hourlyQuotas.ts';
import { silentLog } from '../log.ts';
import { openPool } from '../pool.ts';
import { NOON, later, seedMonitor } from '../testing/monitors.ts';
import { useDatabase } from '../testing/suite.ts';

const HOUR = 3_600_000;
const LIMIT = 30;

describe('quotas of checks and mails of an hour', () => {
  const suite = useDatabase();
  const pool = () => suite.db.pool('mon_scheduler');
  const limit = (checks: number | null, mails: number | null = null, workspace = 'team') =>
    suite.api(
      (tx) =>
        tx.query(
          'UPDATE workspaces SET max_checks_per_hour = $2, max_mails_per_hour = $3 WHERE id = $1',
          [workspace, checks, mails],
        ),
      workspace,
    );
  const used = async (kind: 'checks' | 'mails', now = NOON) =>
    (await suite.api((tx) => hourlyQuota(tx, 'team', kind, now))).used;
  const fresh = async (count: number, now = NOON) =>
    (await takeChecks(pool(), 'team', { late: 0, fresh: count }, now)).fresh;
  beforeEach(async () => {
    const owner = suite.db.pool('postgres');
    await owner.query('DELETE FROM hourly_uses');
    await owner.query('DELETE FROM monitors');
    await limit(LIMIT, LIMIT);
  });

  it('E12 let exactly so many of 100 parallel takers through, of two schedulers', async function () {
    this.timeout(60_000);
    const open = () =>
      openPool(suite.db.url('mon_scheduler'), { applicationName: 'q', log: silentLog, max: 12 });
    const pools = [open(), open()] as const;
    const each = <T>(take: (of: (typeof pools)[number]) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: 100 }, (_, n) => take(pools[n % 2 === 0 ? 0 : 1])));
    try {
      const checks = await each((of) => takeChecks(of, 'team', { late: 0, fresh: 1 }, NOON));
      assert.equal(checks.filter((taken) => taken.fresh === 1).length, LIMIT);
      const mails = await each((of) => takeMails(of, 'team', 1, NOON));
      assert.equal(mails.filter(({ isTaken }) => isTaken).length, LIMIT);
      assert.deepEqual([await used('checks'), await used('mails')], [LIMIT, LIMIT]);
    } finally {
      await Promise.all(pools.map((one) => one.end()));
    }
  });

  it('begin anew with the hour of the clock, not before', async () => {
    const inHour = later(NOON, 40 * 60_000);
    assert.equal(await fresh(LIMIT, inHour), LIMIT);
    const end = hourAfter(inHour);
    assert.equal(end.getTime(), NOON.getTime() + HOUR);
    assert.equal(await fresh(1, later(end, -1)), 0);
    assert.equal(await fresh(1, end), 1);
    assert.equal(await used('checks', end), 1);
  });

  it('count a scheduler whose clock is behind in the hour that has begun', async () => {
    const next = later(NOON, HOUR);
    assert.equal(await fresh(LIMIT, next), LIMIT);
    assert.equal(await fresh(1, later(next, -1)), 0);
    assert.equal(await fresh(1, next), 0);
  });

  it('let as many checks begin as there is room for, but all mails of a delivery or none', async () => {
    assert.equal(await fresh(LIMIT + 5), LIMIT);
    await takeMails(pool(), 'team', LIMIT - 2, NOON);
    assert.equal((await takeMails(pool(), 'team', 3, NOON)).isTaken, false);
    assert.equal((await takeMails(pool(), 'team', 2, NOON)).isTaken, true);
  });

  it('keep what is left for checks that wait since the hour before', async () => {
    await fresh(LIMIT - 2);
    await seedMonitor(pool(), { name: 'waits', dueAt: later(NOON, -1) });
    const taken = await takeChecks(pool(), 'team', { late: 0, fresh: 2 }, NOON);
    assert.deepEqual([taken.fresh, taken.isFull], [1, false]);
    const late = await takeChecks(pool(), 'team', { late: 1, fresh: 0 }, NOON);
    assert.deepEqual([late.late, late.isFull], [1, true]);
  });

  it('take back what was not done, of the same hour alone', async () => {
    const { hour } = await takeMails(pool(), 'team', 10, NOON);
    const undone = { kind: 'mails', hour, count: 4 } as const;
    await giveBackHourly(pool(), 'team', undone);
    assert.equal(await used('mails'), 6);
    const next = later(NOON, HOUR);
    await takeMails(pool(), 'team', 10, next);
    await giveBackHourly(pool(), 'team', undone);
    assert.equal(await used('mails', next), 10);
  });

  it('name only workspaces that have one, and count nothing for the others', async () => {
    assert.deepEqual([...(await readLimited(pool()))], [['team', ['checks', 'mails']]]);
    await limit(5, null);
    assert.deepEqual([...(await readLimited(pool()))], [['team', ['checks']]]);
    assert.equal((await takeMails(pool(), 'team', 1000, NOON)).isTaken, true);
    const none = { limit: null, used: null };
    assert.deepEqual(await suite.api((tx) => hourlyQuota(tx, 'team', 'mails', NOON)), none);
    await limit(null);
    assert.equal((await readLimited(pool())).size, 0);
  });
});
