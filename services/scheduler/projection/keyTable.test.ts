import assert from 'node:assert/strict';
import { Router } from 'express';
import { z } from 'zod';
import { systemClock, type Clock } from '../../core/clock.ts';
import type { InternalCaller, ServiceName } from '../../core/contracts/ports.ts';
import { createApp } from '../../core/http/app.ts';
import { serve, type Listening } from '../../core/http/serve.ts';
import { createInternalClient } from '../../core/internal/client.ts';
import { requireInternal } from '../../core/internal/guard.ts';
import { startReplicas } from '../../core/internal/testing/replicas.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics } from '../../core/metrics.ts';
import { testKeys, type TestKeys } from '../../core/testing/keys.ts';
import { withTenant } from '../testing/pods.ts';
import { createKeyTable, type KeyTable, type KeyTableDeps } from './keyTable.ts';

const log = createLog('test', 'silent');

describe('scheduler: the table of loaded keys', () => {
  let keys: TestKeys;
  let now: number;
  let ends: (() => Promise<unknown>)[];
  beforeEach(() => {
    keys = testKeys(['previous', 'current', 'next']);
    [now, ends] = [0, []];
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
  });

  const clock: Clock = { ...systemClock, monotonic: () => now };
  const start = async (
    service: ServiceName,
    behind = Router(),
    held: TestKeys = keys,
  ): Promise<Listening> => {
    const metrics = createMetrics(service);
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
    const addresses = (): string[] => [`127.0.0.1:${listening.port}`];
    const guard = { service, keys: held.of(service), clock: systemClock, log, metrics, addresses };
    app.express.use('/internal/v1', requireInternal(guard), behind);
    const listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
    ends.push(() => listening.stop(0));
    return listening;
  };
  const tableOf = (deps: Partial<KeyTableDeps>): KeyTable => {
    const callees = () => Promise.resolve([]);
    const seals = { loaded: () => ({ kids: ['d'], signsWith: 'd' }), counted: () => undefined };
    const own = { owner: 'scheduler-0', keys: keys.of('scheduler'), seals, clock, log, callees };
    const table = createKeyTable({ ...own, ...deps });
    ends.push(() => table.close());
    return table;
  };
  const readers = (table: KeyTable) =>
    table.answer().readers?.map(({ reader }) => reader.replace(/:\d+$/, ''));
  const kid = (state: string): string =>
    keys.root.keys.find((key) => key.state === state)?.kid ?? '';

  it('is unknown until everybody was asked, and not empty', () => {
    assert.deepEqual(tableOf({}).answer(), { readers: null });
  });
  it('tells which data keys this process has, and what was counted under which', async () => {
    const sealed = { ageMs: 5, uses: [{ kind: 'secret', dataKey: 'd', rows: 2 } as const] };
    const loaded = { kids: ['d', 'e'], signsWith: 'd' };
    const table = tableOf({ seals: { loaded: () => loaded, counted: () => sealed } });
    assert.deepEqual(table.answer(), { readers: null, sealed });
    await table.ask();
    assert.deepEqual(table.answer().readers?.[0]?.data, loaded);
  });
  it('names each process with the keys that it has, and which one it signs with', async () => {
    const browser = await start('browser');
    const egress = await start('egress');
    const table = tableOf({
      callees: async () => [
        { service: 'browser', url: browser.url },
        { service: 'egress', url: egress.url },
      ],
    });
    await table.ask();
    const [own, asked] = table.answer().readers ?? [];
    assert.deepEqual(readers(table), [
      'scheduler at scheduler-0',
      'browser at 127.0.0.1',
      'egress at 127.0.0.1',
    ]);
    assert.equal(own?.signsWith, `${kid('current')}-scheduler`);
    const held = ['previous', 'current', 'next'].map((state) => `${kid(state)}-scheduler`);
    assert.deepEqual(asked?.kids, held);
    assert.equal(asked?.signsWith, null);
  });
  it('asks every process behind one name', async () => {
    const browser = await start('browser');
    const table = tableOf({
      callees: async () => [{ service: 'browser', url: `http://pods.test:${browser.port}` }],
      resolve: async (host) => (host === 'pods.test' ? ['127.0.0.1', '127.0.0.2'] : []),
    });
    await table.ask();
    const [, first, second] = table.answer().readers ?? [];
    assert.equal(first?.kids?.length, 3);
    assert.deepEqual(
      [second?.reader, second?.kids],
      [`browser at 127.0.0.2:${browser.port}`, null],
    );
  });
  it('B4 asks each replica by its own address, signed for it, also one that came a moment ago', async () => {
    const replicas = await startReplicas('notification', keys);
    ends.push(() => replicas.stop());
    const addresses = replicas.all.map(({ address }) => address);
    let here: readonly string[] = [];
    const url = `http://notification.test:${replicas.port}`;
    const table = tableOf({
      callees: async () => [{ service: 'notification', url }],
      resolve: async () => here,
    });
    for (const count of [1, 2]) {
      here = addresses.slice(0, count);
      await table.ask();
      const asked = table.answer().readers?.slice(1) ?? [];
      assert.deepEqual(
        asked.map(({ address }) => address),
        here.map((address) => `${address}:${replicas.port}`),
      );
      assert.ok(asked.every(({ kids }) => kids?.includes(`${kid('current')}-scheduler`)));
    }
  });
  it('B4 keeps a process that does not answer, with unknown keys', async () => {
    const browser = await start('browser');
    await browser.stop(0);
    const table = tableOf({
      callees: async () => [{ service: 'browser', url: browser.url }],
    });
    await table.ask();
    assert.equal(table.answer().readers?.[1]?.kids, null);
  });
  it('has nobody for a name that stands for no process', async () => {
    const table = tableOf({
      callees: async () => [{ service: 'llm', url: 'http://nobody.test:8002' }],
      resolve: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
    });
    await table.ask();
    assert.deepEqual(readers(table), ['scheduler at scheduler-0']);
  });
  it('B4 is unknown while a name server does not answer, and while the pools are not known', async () => {
    const browser = await start('browser');
    let [pools, names] = [true, true];
    const table = tableOf({
      callees: () =>
        pools
          ? Promise.resolve([{ service: 'browser', url: `http://pods.test:${browser.port}` }])
          : Promise.reject(new Error('no database')),
      resolve: () =>
        names
          ? Promise.resolve(['127.0.0.1'])
          : Promise.reject(Object.assign(new Error('slow'), { code: 'EAI_AGAIN' })),
    });
    for (const fail of [() => (names = false), () => (pools = false)]) {
      [pools, names] = [true, true];
      await table.ask();
      assert.equal(table.answer().readers?.length, 2);
      fail();
      await assert.rejects(table.ask());
      assert.deepEqual(table.answer(), { readers: null });
    }
  });
  it('B4 asks the pods of a tenant with the keys for that tenant, by their own addresses', async () => {
    const tenant = testKeys();
    const pod = await start('browser', Router(), tenant);
    const table = tableOf({
      keys: withTenant(keys, tenant),
      callees: async () => [
        { service: 'browser', url: `http://pool.test:${pod.port}`, keyring: 'browser/team' },
      ],
      resolve: async () => ['127.0.0.1'],
    });
    await table.ask();
    const [, asked] = table.answer().readers ?? [];
    assert.equal(asked?.address, `127.0.0.1:${pod.port}`);
    assert.deepEqual(asked.kids, [`${tenant.root.keys[0]?.kid}-scheduler`]);
  });
  it('asks a process once that two names stand for', async () => {
    const browser = await start('browser');
    const table = tableOf({
      callees: async () => [
        { service: 'browser', url: `http://own.test:${browser.port}` },
        { service: 'browser', url: `http://pool.test:${browser.port}`, keyring: 'browser' },
      ],
      resolve: async () => ['127.0.0.1'],
    });
    await table.ask();
    assert.deepEqual(readers(table), ['scheduler at scheduler-0', 'browser at 127.0.0.1']);
  });

  const call = async (caller: InternalCaller, { url }: Listening): Promise<void> => {
    const client = createInternalClient({
      caller,
      callee: 'scheduler',
      baseUrl: url,
      keys: keys.of(caller),
      clock: systemClock,
    });
    await client.post('/internal/v1/x', {}, z.unknown());
    await client.close();
  };
  const noting = async (): Promise<{ table: KeyTable; scheduler: Listening }> => {
    const table = tableOf({});
    await table.ask();
    const behind = Router().use(table.note, (_request, response) => void response.json({}));
    return { table, scheduler: await start('scheduler', behind) };
  };

  it('knows of the api from its calls, for two minutes', async () => {
    const { table, scheduler } = await noting();
    await call('api', scheduler);
    now = 120_000;
    assert.deepEqual(readers(table), ['scheduler at scheduler-0', 'api at 127.0.0.1']);
    assert.equal(table.answer().readers?.[1]?.signsWith, `${kid('current')}-api`);
    assert.equal(table.answer().readers?.[1]?.kids?.length, 3);
    now = 120_001;
    assert.deepEqual(readers(table), ['scheduler at scheduler-0']);
  });
  it('leaves the operator out, which makes the keys', async () => {
    const { table, scheduler } = await noting();
    await call('operator', scheduler);
    assert.deepEqual(readers(table), ['scheduler at scheduler-0']);
  });
  it('holds no value of a key', async () => {
    const { table, scheduler } = await noting();
    await call('api', scheduler);
    const text = JSON.stringify(table.answer());
    const file = keys.of('scheduler')();
    for (const { value } of [...Object.values(file.calls), ...Object.values(file.callers)].flat())
      assert.ok(!text.includes(value));
  });
});
