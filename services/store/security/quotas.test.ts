import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { applyMonitor, type ApplyDeps } from '../apply.ts';
import { deleteMonitor } from '../monitors.ts';
import { insertMonitors } from '../newMonitors.ts';
import { openPool } from '../pool.ts';
import { silentLog } from '../log.ts';
import { monitorQuota, setMonitorQuota } from '../quotas.ts';
import { NOON, testSpec } from '../testing/monitors.ts';
import { storeError, useDatabase } from '../testing/suite.ts';
import { withWorkspace } from '../workspace.ts';

const deps: ApplyDeps = { now: NOON, newUid: randomUUID, firstDue: () => NOON };
const guard = { managedBy: null };
const LIMIT = 5;

describe('quotas of monitors', () => {
  const suite = useDatabase();
  const apply = (name: string, workspace = 'team', spec = testSpec()) =>
    suite.api((tx) => applyMonitor(tx, workspace, { name, spec }, guard, deps), workspace);
  const insert = (...names: string[]) =>
    suite.api((tx) =>
      insertMonitors(
        tx,
        'team',
        names.map((name) => ({ name, spec: testSpec() })),
        null,
        deps,
      ),
    );
  const used = async () => (await suite.api((tx) => monitorQuota(tx, 'team'))).used;
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM monitors');
    await suite.api((tx) => setMonitorQuota(tx, 'team', LIMIT));
    await insert(...Array.from({ length: LIMIT - 1 }, (_, n) => `m${n}`));
  });

  it('E12 let exactly one of 100 parallel creates through when one is left', async function () {
    this.timeout(60_000);
    const pool = openPool(suite.db.url('mon_api'), {
      applicationName: 'quota',
      log: silentLog,
      max: 30,
    });
    try {
      const made = await Promise.allSettled(
        Array.from({ length: 100 }, (_, n) =>
          withWorkspace(pool, 'team', (tx) =>
            applyMonitor(tx, 'team', { name: `p${n}`, spec: testSpec() }, guard, deps),
          ),
        ),
      );
      const refused = made.filter((each) => each.status === 'rejected').map(({ reason }) => reason);
      assert.equal(refused.length, 99);
      assert.deepEqual(
        refused.filter((error) => !storeError('invalid')(error)),
        [],
      );
      assert.equal(await used(), LIMIT);
    } finally {
      await pool.end();
    }
  });

  it('E12 let exactly one of two take up a deleted monitor again when one is left', async () => {
    for (const name of ['m0', 'm1'])
      await suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, guard));
    await insert('x', 'y');
    const made = await Promise.allSettled([apply('m0'), apply('m1')]);
    assert.deepEqual(made.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    assert.equal(await used(), LIMIT);
  });

  it('refuse a list as a whole when it has one too many', async () => {
    await assert.rejects(insert('x', 'y'), storeError('invalid'));
    assert.equal(await used(), LIMIT - 1);
  });

  it('say what the limit is and what to do', async () => {
    await insert('x');
    await assert.rejects(apply('y'), /may have 5 monitors, and would have 6; delete some first/);
  });

  it('refuse no edit of what is there, even where a limit was lowered below it', async () => {
    await suite.api((tx) => setMonitorQuota(tx, 'team', 1));
    const { outcome } = await apply('m0', 'team', testSpec({ suspend: true }));
    assert.equal(outcome, 'configured');
  });

  it('count no deleted monitor', async () => {
    await insert('x');
    await suite.api((tx) => deleteMonitor(tx, 'team', 'x', NOON, guard));
    assert.equal((await apply('y')).outcome, 'created');
  });

  it('are without limit until one is set, and are each workspace’s own', async () => {
    for (let n = 0; n < LIMIT + 2; n += 1) await apply(`m${n}`, 'other');
    const quota = await suite.api((tx) => monitorQuota(tx, 'other'), 'other');
    assert.deepEqual(quota, { most: null, used: LIMIT + 2 });
  });

  it('cannot be set for a workspace that is not there, nor below 0', async () => {
    await assert.rejects(
      suite.api((tx) => setMonitorQuota(tx, 'nobody', 1)),
      storeError('notFound'),
    );
    await assert.rejects(
      suite.api((tx) => setMonitorQuota(tx, 'team', -1)),
      storeError('invalid'),
    );
  });
});
