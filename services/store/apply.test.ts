import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import type { ApplyDeps, ApplyResult, MonitorInput } from './apply.ts';
import { applyMonitor, goalChanged, setSuspended } from './apply.ts';
import type { EditGuard } from './monitors.ts';
import { deleteMonitor, getMonitor } from './monitors.ts';
import { later, NOON, testSpec } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const firstDue = (spec: MonitorJobSpec, now: Date): Date =>
  later(now, spec.schedule.interval === '5m' ? 300_000 : 3_600_000);
const depsAt = (now: Date): ApplyDeps => ({ now, newUid: randomUUID, firstDue });
const person: EditGuard = { managedBy: null };

describe('apply', () => {
  const suite = useDatabase();
  let name = '';
  beforeEach(() => {
    name = `m-${randomUUID().slice(0, 8)}`;
  });
  const apply = (
    spec: MonitorJobSpec,
    {
      now = NOON,
      guard = person,
      ...rest
    }: Partial<MonitorInput> & { now?: Date; guard?: EditGuard } = {},
  ): Promise<ApplyResult> =>
    suite.api((tx) => applyMonitor(tx, 'team', { name, spec, ...rest }, guard, depsAt(now)));
  const get = () => suite.api((tx) => getMonitor(tx, 'team', name));
  const set = (sql: string, ...values: unknown[]) =>
    suite.scheduler((tx) =>
      tx.query(
        `UPDATE monitors SET ${sql} WHERE workspace_id = 'team' AND name = '${name}'`,
        values,
      ),
    );
  const goal = (patch: Partial<MonitorJobSpec['goal']>) =>
    testSpec({ goal: { ...testSpec().goal, ...patch } });

  it('creates a monitor of generation 1 that is due by its schedule', async () => {
    const { outcome, monitor } = await apply(testSpec());
    assert.equal(outcome, 'created');
    const { generation, resourceVersion, goalVersion, active } = monitor;
    assert.deepEqual(
      { generation, resourceVersion, goalVersion, active },
      { generation: 1, resourceVersion: 1, goalVersion: 1, active: true },
    );
    assert.deepEqual(monitor.nextDueAt, later(NOON, 300_000));
  });

  it('changes nothing when the same is applied again', async () => {
    const { monitor } = await apply(testSpec());
    const again = await apply(testSpec(), { now: later(NOON, 60_000) });
    assert.equal(again.outcome, 'unchanged');
    assert.deepEqual(again.monitor, monitor);
  });

  it('takes the same spec with its keys in another order as the same', async () => {
    const { judge, ...rest } = testSpec();
    await apply({ judge, ...rest });
    assert.equal((await apply({ ...rest, judge })).outcome, 'unchanged');
  });

  it('raises the generation when the spec changes', async () => {
    await apply(testSpec());
    const { outcome, monitor } = await apply(testSpec({ retention: { checks: 10, days: 7 } }));
    assert.equal(outcome, 'configured');
    assert.deepEqual([monitor.generation, monitor.resourceVersion], [2, 2]);
  });

  it('raises only the resource version when labels change', async () => {
    await apply(testSpec());
    const { monitor } = await apply(testSpec(), { labels: { team: 'shop' } });
    assert.deepEqual([monitor.generation, monitor.resourceVersion], [1, 2]);
    assert.deepEqual(monitor.labels, { team: 'shop' });
  });

  it('keeps labels that are not mentioned', async () => {
    await apply(testSpec(), { labels: { team: 'shop' } });
    const { monitor } = await apply(goal({ threshold: 10 }));
    assert.deepEqual(monitor.labels, { team: 'shop' });
  });

  it('raises the goal version when the prompt changes', async () => {
    await apply(testSpec());
    assert.equal((await apply(goal({ prompt: 'Another wish' }))).monitor.goalVersion, 2);
  });

  it('leaves the goal version alone when only the threshold changes', async () => {
    await apply(testSpec());
    assert.equal((await apply(goal({ threshold: 10 }))).monitor.goalVersion, 1);
  });

  for (const [what, after] of [
    ['kind', goal({ kind: 'State' })],
    ['model', testSpec({ judge: { model: 'another' } })],
    ['place of the prompt', goal({ promptFrom: { configMapKeyRef: { name: 'a', key: 'b' } } })],
  ] as const)
    it(`counts another ${what} as another goal`, () => {
      assert.equal(goalChanged(testSpec(), after), true);
    });

  it('keeps the time of the next check when the schedule stays', async () => {
    await apply(testSpec());
    const { monitor } = await apply(goal({ threshold: 1 }), { now: later(NOON, 60_000) });
    assert.deepEqual(monitor.nextDueAt, later(NOON, 300_000));
  });

  it('sets the time of the next check anew when the schedule changes', async () => {
    await apply(testSpec());
    const schedule = { ...testSpec().schedule, interval: '1h' };
    const { monitor } = await apply(testSpec({ schedule }), { now: later(NOON, 60_000) });
    assert.deepEqual(monitor.nextDueAt, later(NOON, 3_660_000));
  });

  it('does not touch the lease of a check that is in flight', async () => {
    await apply(testSpec());
    await set('lease_until = $1, next_due_at = $1', later(NOON, 120_000));
    const schedule = { ...testSpec().schedule, interval: '1h' };
    const { monitor } = await apply(testSpec({ schedule }), { now: later(NOON, 1_000) });
    assert.deepEqual(monitor.nextDueAt, later(NOON, 120_000));
  });

  it('pauses: inactive, never due, a new generation', async () => {
    await apply(testSpec());
    const { monitor } = await suite.api((tx) =>
      setSuspended(tx, 'team', name, true, person, depsAt(NOON)),
    );
    assert.deepEqual([monitor.active, monitor.nextDueAt, monitor.generation], [false, null, 2]);
  });

  it('resumes: due by its schedule from now on', async () => {
    await apply(testSpec({ suspend: true }));
    const deps = depsAt(later(NOON, 7_000));
    const { monitor } = await suite.api((tx) =>
      setSuspended(tx, 'team', name, false, person, deps),
    );
    assert.deepEqual([monitor.active, monitor.nextDueAt], [true, later(NOON, 307_000)]);
  });

  it('says not found when what should be paused is not there', async () => {
    const pause = suite.api((tx) => setSuspended(tx, 'team', name, true, person, depsAt(NOON)));
    await assert.rejects(pause, storeError('notFound'));
  });

  it('refuses an edit of a version that is not the newest', async () => {
    await apply(testSpec());
    await apply(goal({ threshold: 1 }));
    const guard = { managedBy: null, ifMatch: 1 };
    await assert.rejects(apply(goal({ threshold: 2 }), { guard }), storeError('conflict'));
  });

  it('accepts an edit of the newest version', async () => {
    await apply(testSpec());
    const guard = { managedBy: null, ifMatch: 1 };
    assert.equal((await apply(goal({ threshold: 2 }), { guard })).outcome, 'configured');
  });

  it('does not create what an edit expects to be there', async () => {
    const guard = { managedBy: null, ifMatch: 1 };
    await assert.rejects(apply(testSpec(), { guard }), storeError('notFound'));
  });

  it('refuses a person who edits what a file manages, and names the file', async () => {
    await apply(testSpec(), { guard: { managedBy: 'shop.yaml' } });
    await assert.rejects(apply(goal({ threshold: 2 })), /is managed by shop\.yaml; edit that file/);
  });

  it('lets a file take over what was applied by hand', async () => {
    await apply(testSpec());
    const { monitor } = await apply(testSpec(), { guard: { managedBy: 'shop.yaml' } });
    assert.equal(monitor.managedBy, 'shop.yaml');
  });

  it('takes a deleted monitor up again with its baseline, under a new uid', async () => {
    const { monitor: before } = await apply(testSpec());
    await suite.scheduler((tx) =>
      tx.query(
        `INSERT INTO baselines (workspace_id, monitor, source, role, snapshot_id, taken_at, extractor,
           title, final_url, text_hash, text_blob)
         VALUES ('team', $1, 'page', 'LastSeen', gen_random_uuid(), now(), 'http@1', '', '', '', '')`,
        [name],
      ),
    );
    await suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, person));
    const { outcome, monitor } = await apply(testSpec());
    assert.equal(outcome, 'created');
    assert.notEqual(monitor.uid, before.uid);
    assert.equal(monitor.generation, 2);
    const { rows } = await suite.api((tx) =>
      tx.query('SELECT source FROM baselines WHERE monitor = $1', [name]),
    );
    assert.deepEqual(rows, [{ source: 'page' }]);
  });

  it('F6 fences a check that was in flight when the monitor was deleted and made again', async () => {
    await apply(testSpec());
    await set('lease_token = 7');
    await suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, person));
    await apply(testSpec());
    const { rows } = await suite.api((tx) =>
      tx.query('SELECT lease_token FROM monitors WHERE name = $1', [name]),
    );
    assert.deepEqual(rows, [{ lease_token: 8 }]);
  });

  it('forgets run requests and failures of the deleted monitor', async () => {
    await apply(testSpec());
    await set("run_request_id = 'x', consecutive_failures = 4");
    await suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, person));
    const { monitor } = await apply(testSpec());
    assert.deepEqual([monitor.runRequestId, monitor.consecutiveFailures], [null, 0]);
  });

  it('raises the goal version when it comes back with another goal', async () => {
    await apply(testSpec());
    await suite.api((tx) => deleteMonitor(tx, 'team', name, NOON, person));
    assert.equal((await apply(goal({ prompt: 'New wish' }))).monitor.goalVersion, 2);
  });

  it('creates one monitor when two apply it at the same time', async () => {
    const results = await Promise.all([apply(testSpec()), apply(testSpec()), apply(testSpec())]);
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), [
      'created',
      'unchanged',
      'unchanged',
    ]);
    assert.equal((await get()).generation, 1);
  });
});
