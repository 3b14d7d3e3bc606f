import assert from 'node:assert/strict';
import { systemClock } from '../core/clock.ts';
import {
  CAPACITY_PATH,
  capacityReport,
  type CapacityReport,
  type PoolAddress,
} from '../core/contracts/projection.ts';
import { KEY_TABLE_PATH, keyTable, type KeyTable } from '../core/contracts/keys.ts';
import { createInternalClient, type InternalClient } from '../core/internal/client.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { testKeys } from '../core/testing/keys.ts';
import { testSource, testSpec } from '../store/testing/monitors.ts';
import { startScheduler } from './start.ts';
import { configFor } from './testing/config.ts';
import { once, notFound, startPods, withTenant, type TestPods } from './testing/pods.ts';
import { until } from './testing/until.ts';
import { createWorld, type World } from './testing/world.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3'];

describe('the scheduler and the pods of a tenant', () => {
  const [own, tenant] = [testKeys(), testKeys()];
  let world: World;
  let team: TestPods;
  let here: readonly string[];
  let running: Running | undefined;
  let operator: InternalClient | undefined;
  beforeEach(async () => {
    here = [];
    world = await createWorld();
    team = await startPods(ADDRESSES, tenant);
  });
  afterEach(async () => {
    await operator?.close();
    await running?.stop();
    running = undefined;
    await team.stop();
    await world.close();
  });

  const start = async (): Promise<void> => {
    running = await startScheduler(configFor(world), {
      log: createLog('scheduler', 'silent'),
      keys: withTenant(own, tenant),
      dataKeys: () => own.root,
      nameWaitMs: 50,
      resolve: async (host) =>
        host !== 'pool.test' ? [host] : here.length > 0 ? here : notFound(),
    });
    operator = createInternalClient({
      caller: 'operator',
      callee: 'scheduler',
      baseUrl: running.url,
      keys: own.of('operator'),
      clock: systemClock,
    });
  };
  const bind = (pool: PoolAddress) =>
    world.pool.query(
      `UPDATE monitors SET workers = $1, managed_by = 'kubernetes', next_due_at = date_trunc('second', now())`,
      [JSON.stringify({ browser: pool, llm: null })],
    );
  const monitor = (name: string): Promise<void> =>
    world.monitor(name, {
      // So long that no other slot comes while a test runs.
      schedule: { ...testSpec().schedule, interval: '744h' },
      sources: [testSource({ url: `https://${name}.example/` })],
    });
  const report = async (): Promise<CapacityReport> =>
    (await operator?.get(CAPACITY_PATH, capacityReport)) ?? assert.fail('not started');
  const table = async (): Promise<KeyTable> =>
    (await operator?.get(KEY_TABLE_PATH, keyTable)) ?? assert.fail('not started');
  const checks = async (): Promise<number> => (await world.rows('checks')).length;
  const servedBy = (): string[][] =>
    team.pods.map(({ requests }) => requests.map((request) => request.monitor));

  it('spread over them', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    team.pods.forEach(({ reply }) => reply(() => promise));
    for (const name of ['a', 'b', 'c', 'd']) await monitor(name);
    await bind(team.pool);
    here = ADDRESSES;
    await start();
    await until('two on each', () => team.pods.every((pod) => pod.calls() === 2));
    resolve('Shop');
    await until('all checks', async () => (await checks()) === 4);
  });

  it('a check that waits for a pod is told, and begins soon after one came', async () => {
    await monitor('a');
    await bind(team.pool);
    await start();
    await until('one waits', async () => (await report()).waiting.length === 1);
    const [told] = (await report()).waiting;
    assert.deepEqual([told?.namespace, told?.pool], ['team', 'own']);
    here = ADDRESSES.slice(0, 1);
    await until('its check', async () => (await checks()) === 1);
    assert.deepEqual(servedBy(), [['a'], []]);
    assert.deepEqual((await report()).waiting, []);
  });

  it('F1 a check that waits is made after a restart of the scheduler, for the same slot', async () => {
    await monitor('a');
    await bind(team.pool);
    const slot = (await world.rows('monitors'))[0]?.['next_due_at'];
    await start();
    await until('one waits', async () => (await report()).waiting.length === 1);
    const before = (await report()).waiting;
    await operator?.close();
    await running?.stop();
    const [row] = await world.rows('monitors');
    assert.deepEqual([row?.['slot_at'], row?.['lease_until'], row?.['deaths']], [slot, null, 0]);
    await start();
    await until('it waits again', async () => (await report()).waiting.length === 1);
    assert.deepEqual((await report()).waiting, before);
    here = ADDRESSES;
    await until('its check', async () => (await checks()) === 1);
    assert.equal((await world.rows('monitors'))[0]?.['missed_slots'], 0);
  });

  it('each check has its own pod where a pod takes one, and the others wait for theirs', async () => {
    const pages = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    team.pods.forEach(({ reply }, at) => {
      const first = once('Shop');
      reply(async (request) => {
        await pages[at]?.promise;
        return first(request);
      });
    });
    for (const name of ['a', 'b', 'c']) await monitor(name);
    await bind({ ...team.pool, perCheck: true });
    here = ADDRESSES;
    await start();
    await until('one on each', () => team.pods.every((pod) => pod.calls() === 1));
    await until('one waits', async () => (await report()).waiting.length === 1);
    pages.forEach(({ resolve }) => resolve('go'));
    await until('two checks', async () => (await checks()) === 2);
    assert.deepEqual(
      servedBy().map((names) => names.length),
      [1, 1],
    );
    assert.equal((await report()).waiting.length, 1);
  });

  it('B4 asks the pods of bound pools which keys they have, and names them by their address', async () => {
    await monitor('a');
    await bind(team.pool);
    here = ADDRESSES;
    await start();
    await until('a table', async () => (await table()).readers !== null);
    const readers = (await table()).readers ?? [];
    const port = new URL(team.pool.url).port;
    for (const address of ADDRESSES) {
      const reader = readers.find((each) => each.address === `${address}:${port}`);
      assert.deepEqual(
        [reader?.reader, reader?.kids],
        [`browser at ${address}:${port}`, [`${tenant.root.keys[0]?.kid}-scheduler`]],
      );
    }
  });
});
