import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { MonitorWorkers, PoolAddress } from '../core/contracts/projection.ts';
import { applyMonitor } from './apply.ts';
import { findChannel } from './channels.ts';
import { findMonitor, getMonitor } from './monitors.ts';
import {
  compareInventory,
  ensureWorkspace,
  enterTerm,
  KUBERNETES,
  projectChannel,
  projectMonitor,
  retireChannel,
  retireMonitor,
  type ProjectedJob,
} from './projection.ts';
import { later, NOON, seedMonitor, testSpec } from './testing/monitors.ts';
import { seedFinding } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const webhook: NotificationChannelSpec = {
  type: 'Webhook',
  webhook: { url: 'https://hook.example/' },
  suspend: false,
};

describe('projection', () => {
  const suite = useDatabase();
  let name = '';
  beforeEach(() => {
    name = `m-${randomUUID().slice(0, 8)}`;
  });

  const job = (patch: Partial<ProjectedJob> = {}): ProjectedJob => ({
    name,
    uid: '11111111-1111-4111-8111-111111111111',
    generation: 1,
    spec: testSpec(),
    labels: {},
    annotations: {},
    runRequest: null,
    workers: null,
    ...patch,
  });
  const project = (patch: Partial<ProjectedJob> = {}, now = NOON) =>
    suite.scheduler((tx) =>
      projectMonitor(tx, 'team', job(patch), { now, firstDue: (_spec, at) => later(at, 1000) }),
    );
  const read = () => suite.scheduler((tx) => getMonitor(tx, 'team', name));
  const other = '22222222-2222-4222-8222-222222222222';

  it('carries uid and generation of the object', async () => {
    assert.equal(await project({ generation: 7 }), 'created');
    const { uid, generation, managedBy } = await read();
    assert.deepEqual([uid, generation, managedBy], [job().uid, 7, KUBERNETES]);
  });

  it('changes nothing when the same comes again', async () => {
    await project();
    const before = await read();
    assert.equal(await project(), 'unchanged');
    assert.deepEqual(await read(), before);
  });

  const pool: PoolAddress = {
    namespace: 'team',
    name: 'own',
    url: 'http://duckmon-pool-own.team.svc:8001',
    keyring: 'browser/team',
    perCheck: false,
  };
  const workers: MonitorWorkers = { browser: pool, llm: { ...pool, name: 'llm', keyring: 'llm' } };
  const claimed = async () => {
    const { rows } = await suite.db
      .pool('mon_scheduler')
      .query('SELECT workers, next_due_at, generation FROM monitors WHERE name = $1', [name]);
    return rows[0] as { workers: unknown; next_due_at: Date; generation: number };
  };

  it('keeps where the pods are, and the same again changes nothing', async () => {
    assert.equal(await project({ workers }), 'created');
    assert.deepEqual((await claimed()).workers, workers);
    assert.equal(await project({ workers: structuredClone(workers) }), 'unchanged');
  });

  it('takes pods that are elsewhere for a change, of nothing but where they are', async () => {
    await project({ workers });
    const before = await read();
    const moved = { ...workers, browser: { ...pool, perCheck: true } };
    assert.equal(await project({ workers: moved }, later(NOON, 5000)), 'configured');
    assert.deepEqual((await claimed()).workers, moved);
    assert.deepEqual(await read(), before);
    assert.equal(await project({ workers: null }, later(NOON, 5000)), 'configured');
    assert.equal((await claimed()).workers, null);
  });

  it('has no pods of the object before under its name, which a person applies anew', async () => {
    await project({ workers });
    await suite.scheduler((tx) => retireMonitor(tx, 'team', name, job().uid, NOON));
    const deps = { now: NOON, newUid: () => other, firstDue: () => NOON };
    const input = { name, spec: testSpec() };
    await suite.scheduler((tx) => applyMonitor(tx, 'team', input, { managedBy: null }, deps));
    assert.equal((await claimed()).workers, null);
  });

  it('leaves a newer generation alone when an older one comes late', async () => {
    await project({ generation: 3, spec: testSpec({ description: 'new' }) });
    assert.equal(await project({ generation: 2, spec: testSpec({ description: 'old' }) }), 'stale');
    assert.equal((await read()).spec.description, 'new');
  });

  it('takes another uid as another object, which keeps open findings and forgets the rest', async () => {
    await project({ generation: 5, runRequest: 'r1' });
    await suite.scheduler((tx) => seedFinding(tx, { monitor: name }));
    assert.equal(await project({ uid: other, generation: 1 }), 'created');
    const { uid, generation, openFindings, runRequestId } = await read();
    assert.deepEqual([uid, generation, openFindings, runRequestId], [other, 1, 1, null]);
  });

  it('asks for a run once for each value of the annotation', async () => {
    await project({ runRequest: 'r1' });
    assert.equal((await read()).runRequestId, 'r1');
    await suite.scheduler((tx) =>
      tx.query(
        `UPDATE monitors SET last_handled_run_request = 'r1', next_due_at = $2 WHERE name = $1`,
        [name, later(NOON, 60_000)],
      ),
    );
    await project({ runRequest: 'r1' }, later(NOON, 5000));
    assert.deepEqual((await read()).nextDueAt, later(NOON, 60_000));
    await project({ runRequest: 'r2' }, later(NOON, 5000));
    assert.deepEqual((await read()).nextDueAt, later(NOON, 5000));
  });

  it('keeps the wish for a run of a suspended job until it is resumed', async () => {
    await project({ spec: testSpec({ suspend: true }), runRequest: 'r1' });
    assert.equal((await read()).runRequestId, null);
    await project({ generation: 2, runRequest: 'r1' });
    assert.equal((await read()).runRequestId, 'r1');
  });

  it('refuses to take over a monitor that a file manages', async () => {
    await suite.scheduler((tx) => seedMonitor(tx, { name }));
    await suite.scheduler((tx) =>
      tx.query(`UPDATE monitors SET managed_by = 'shop.yaml' WHERE name = $1`, [name]),
    );
    await assert.rejects(project(), storeError('conflict'));
  });

  it('retires the monitor of this uid and no other one', async () => {
    await project();
    const retire = (uid: string) =>
      suite.scheduler((tx) => retireMonitor(tx, 'team', name, uid, NOON));
    assert.equal(await retire(other), false);
    assert.ok(await suite.scheduler((tx) => findMonitor(tx, 'team', name)));
    assert.equal(await retire(job().uid), true);
    assert.equal(await suite.scheduler((tx) => findMonitor(tx, 'team', name)), undefined);
    assert.equal(await retire(job().uid), false);
  });

  it('writes and retires channels by the same rules', async () => {
    const put = (patch: object = {}) =>
      suite.scheduler((tx) =>
        projectChannel(
          tx,
          'team',
          { ...job({ generation: 4 }), spec: webhook, namespace: 'users', ...patch },
          NOON,
        ),
      );
    assert.equal(await put(), 'created');
    assert.equal(await put(), 'unchanged');
    assert.equal(await put({ generation: 3 }), 'stale');
    assert.equal(await put({ uid: other, generation: 1 }), 'created');
    const channel = await suite.scheduler((tx) => findChannel(tx, 'team', name));
    assert.deepEqual([channel?.uid, channel?.generation], [other, 1]);
    assert.equal(channel?.namespace, 'users');
    const retire = (uid: string) => suite.scheduler((tx) => retireChannel(tx, 'team', name, uid));
    assert.equal(await retire(job().uid), false);
    assert.equal(await retire(other), true);
  });

  it('names what is gone and what is missing over all workspaces', async () => {
    const pool = suite.db.pool('mon_scheduler');
    await project();
    const here = { workspace: 'team', name, uid: job().uid };
    const lost = { workspace: 'other', name: 'lost', uid: other };
    const gone = await compareInventory(pool, 'monitors', [lost]);
    assert.ok(gone.gone.some((item) => item.name === name && item.uid === job().uid));
    assert.deepEqual(gone.missing, [{ workspace: 'other', name: 'lost' }]);
    const same = await compareInventory(pool, 'monitors', [here, lost]);
    assert.ok(same.gone.every((item) => item.name !== name));
  });

  it('counts an object under another uid as gone and missing', async () => {
    await project();
    const found = await compareInventory(suite.db.pool('mon_scheduler'), 'monitors', [
      { workspace: 'team', name, uid: other },
    ]);
    assert.ok(found.gone.some((item) => item.name === name));
    assert.deepEqual(found.missing, [{ workspace: 'team', name }]);
  });

  it('never retires what a person applied by hand', async () => {
    await suite.scheduler((tx) => seedMonitor(tx, { name }));
    const { gone } = await compareInventory(suite.db.pool('mon_scheduler'), 'monitors', []);
    assert.ok(gone.every((item) => item.name !== name));
  });

  it('refuses the term of a leader that was followed by another', async () => {
    const pool = suite.db.pool('mon_scheduler');
    assert.equal(await enterTerm(pool, 5), true);
    assert.equal(await enterTerm(pool, 5), true);
    assert.equal(await enterTerm(pool, 6), true);
    assert.equal(await enterTerm(pool, 5), false);
    assert.equal(await enterTerm(pool, 10), true);
    assert.equal(await enterTerm(pool, 9), false);
  });

  it('makes the workspace of a namespace once', async () => {
    const pool = suite.db.pool('mon_scheduler');
    await ensureWorkspace(pool, 'team-x', NOON);
    await ensureWorkspace(pool, 'team-x', NOON);
    const { rows } = await pool.query(`SELECT kind FROM workspaces WHERE id = 'team-x'`);
    assert.deepEqual(rows, [{ kind: 'team' }]);
  });
});
