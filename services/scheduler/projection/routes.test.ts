import assert from 'node:assert/strict';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import type { InternalCaller } from '../../core/contracts/ports.ts';
import {
  CAPACITY_PATH,
  capacityReport,
  CHANNEL_STATES_PATH,
  channelStates,
  FREEZE_PATH,
  freezeState,
  INVENTORY_PATH,
  inventoryResult,
  PROJECTED_CHANNELS_PATH,
  PROJECTED_MONITORS_PATH,
  projectionResult,
  ROTATION_PATH,
  STATUS_FEED_PATH,
  statusFeed,
} from '../../core/contracts/projection.ts';
import { KEY_TABLE_PATH, keyTable } from '../../core/contracts/keys.ts';
import { askRotation } from '../../store/rotation.ts';
import { createApp } from '../../core/http/app.ts';
import { serve, type Listening } from '../../core/http/serve.ts';
import {
  createInternalClient,
  InternalCallError,
  type InternalClient,
} from '../../core/internal/client.ts';
import { requireInternal } from '../../core/internal/guard.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics } from '../../core/metrics.ts';
import { testKeys } from '../../core/testing/keys.ts';
import { testSpec } from '../../store/testing/monitors.ts';
import { createWorld, SHOP, type World } from '../testing/world.ts';
import { projectionRoutes } from './routes.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

describe('scheduler: projection routes', () => {
  const keys = testKeys();
  let world: World;
  let listening: Listening;
  let clients: InternalClient[] = [];
  let wakes = 0;

  beforeEach(async () => {
    world = await createWorld();
    wakes = 0;
    const log = createLog('scheduler', 'silent');
    const metrics = createMetrics('scheduler');
    const app = createApp({ log, metrics, bodyLimit: 1e6, readiness: () => ({}) });
    app.express.use(
      '/internal/v1',
      requireInternal({
        service: 'scheduler',
        keys: keys.of('scheduler'),
        clock: systemClock,
        log,
        metrics,
        addresses: () => [`127.0.0.1:${listening.port}`],
      }),
    );
    app.express.use(
      projectionRoutes({
        deps: world.deps,
        occupancy: () => ({ running: 1, slots: 8 }),
        wake: () => (wakes += 1),
        keyTable: () => ({ readers: null }),
      }),
    );
    listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
    await listening.stop(0);
    await world.close();
  });

  const as = (caller: InternalCaller): InternalClient => {
    const client = createInternalClient({
      caller,
      callee: 'scheduler',
      baseUrl: listening.url,
      keys: keys.of(caller),
      clock: systemClock,
    });
    clients.push(client);
    return client;
  };
  const job = (patch: object = {}) => ({
    term: 1,
    uid: UID,
    generation: 1,
    spec: testSpec({ sources: [{ ...testSpec().sources[0], url: SHOP } as never] }),
    labels: {},
    annotations: {},
    runRequest: null,
    ...patch,
  });
  const put = (patch: object = {}, at = 'team/shop') =>
    as('operator').put(`${PROJECTED_MONITORS_PATH}/${at}`, job(patch), projectionResult);
  const feed = (after?: string) =>
    as('operator').get(
      `${STATUS_FEED_PATH}${after === undefined ? '' : `?after=${after}`}`,
      statusFeed,
    );
  const failsWith = (status: number) => (error: unknown) =>
    error instanceof InternalCallError &&
    'status' in error.problem &&
    error.problem.status === status;

  it('takes a monitor, looks for due work, and wakes nobody when nothing changed', async () => {
    assert.deepEqual(await put(), { outcome: 'created', problems: [] });
    assert.equal(wakes, 1);
    assert.deepEqual(await put(), { outcome: 'unchanged', problems: [] });
    assert.equal(wakes, 1);
  });

  it('makes the workspace of a namespace that it did not know', async () => {
    await put({}, 'team-new/shop');
    assert.deepEqual(
      (await feed()).monitors.map(({ workspace }) => workspace),
      ['team-new'],
    );
  });

  it('refuses a cron that the API server let pass, names the field, and keeps the old spec', async () => {
    await put();
    const bad = { ...testSpec(), schedule: { ...testSpec().schedule, cron: '61 * * * *' } };
    delete (bad.schedule as { interval?: string }).interval;
    const result = await put({ generation: 2, spec: bad });
    assert.equal(result.outcome, 'refused');
    assert.deepEqual(
      result.problems.map(({ path }) => path),
      ['spec.schedule.cron'],
    );
    assert.equal((await feed()).monitors[0]?.generation, 1);
  });

  it('refuses what an operator sends that lost its lease', async () => {
    await put({ term: 4 });
    await assert.rejects(put({ term: 3, generation: 2 }), failsWith(409));
    assert.equal((await feed()).monitors[0]?.generation, 1);
  });

  it('tells what became of a check, and tells it once', async () => {
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await put({ runRequest: 'now' });
    await world.check();
    const first = await feed();
    const [monitor] = first.monitors;
    assert.equal(monitor?.lastCheck?.outcome, 'Unchanged');
    assert.equal(monitor.lastHandledRunRequest, 'now');
    assert.equal(monitor.uid, UID);
    assert.deepEqual((await feed(first.after)).monitors, []);
  });

  it('retires a monitor whose object is gone, but not its successor', async () => {
    await put({ uid: OTHER });
    const retire = (uid: string) =>
      as('operator').post(
        `${PROJECTED_MONITORS_PATH}/team/shop/retire`,
        { term: 1, uid },
        z.unknown(),
      );
    await retire(UID);
    assert.equal((await feed()).monitors.length, 1);
    await retire(OTHER);
    assert.equal((await feed()).monitors.length, 0);
  });

  it('retires what the complete set does not name and asks for what it lacks', async () => {
    await put();
    await put({}, 'team/second');
    const request = {
      term: 1,
      monitors: [
        ['team', 'shop', UID],
        ['team', 'third', OTHER],
      ],
      channels: [],
    };
    const result = await as('operator').put(INVENTORY_PATH, request, inventoryResult);
    assert.deepEqual(result.retired.monitors, [{ workspace: 'team', name: 'second' }]);
    assert.deepEqual(result.missing.monitors, [{ workspace: 'team', name: 'third' }]);
    assert.deepEqual(
      (await feed()).monitors.map(({ name }) => name),
      ['shop'],
    );
  });

  it('takes and retires channels', async () => {
    const spec = { type: 'Webhook', webhook: { url: 'https://hook.example/' } };
    const { runRequest: _none, ...rest } = job({ spec });
    const channel = { ...rest, namespace: 'team' };
    const at = `${PROJECTED_CHANNELS_PATH}/team/hook`;
    const sent = await as('operator').put(at, channel, projectionResult);
    assert.equal(sent.outcome, 'created');
    assert.equal(wakes, 1);
    const { channels, after } = await as('operator').get(CHANNEL_STATES_PATH, channelStates);
    assert.deepEqual(
      channels.map(({ name, uid, lastDelivery, failed24h }) => [
        name,
        uid,
        lastDelivery,
        failed24h,
      ]),
      [['hook', UID, null, 0]],
    );
    assert.equal(after, null);
    await as('operator').post(`${at}/retire`, { term: 1, uid: UID }, z.unknown());
    assert.equal((await world.rows('channels')).length, 0);
  });

  it('reports what it does not know yet as unknown, and its slots as they are', async () => {
    const report = await as('operator').get(CAPACITY_PATH, capacityReport);
    assert.deepEqual(report, {
      p95Ms: { http: null, browser: null },
      judgeP95Ms: null,
      judgedShare: null,
      running: 1,
      slots: 8,
      queueAgeMs: 0,
      waiting: [],
    });
  });

  it('reports how long fetches took and how many checks came to a model', async () => {
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await put();
    for (let run = 0; run < 20; run += 1) {
      await put({ runRequest: `r${run}` });
      await world.check();
    }
    const report = await as('operator').get(CAPACITY_PATH, capacityReport);
    assert.ok(report.p95Ms.http !== null && report.p95Ms.browser === null);
    assert.equal(report.judgedShare, 0);
  });

  it('B4 hands the table of loaded keys to the operator alone', async () => {
    assert.deepEqual(await as('operator').get(KEY_TABLE_PATH, keyTable), { readers: null });
    await assert.rejects(as('api').get(KEY_TABLE_PATH, keyTable), failsWith(404));
  });

  it('hands the operator when new keys were asked for', async () => {
    await askRotation(world.db.pool('mon_api'), 'urgent');
    const { asked } = await as('operator').get(KEY_TABLE_PATH, keyTable);
    assert.ok(asked?.urgent !== undefined && asked.graceful === undefined);
    assert.ok(Math.abs(Date.parse(asked.urgent) - Date.now()) < 60_000);
  });

  it('freezes and lifts the freeze', async () => {
    const set = (frozen: boolean) => as('operator').put(FREEZE_PATH, { frozen }, freezeState);
    assert.deepEqual(await set(true), { frozen: true });
    assert.deepEqual(await set(false), { frozen: false });
  });

  it('H5 has each freeze and its end in the audit of the installation, and nothing of what stays', async () => {
    const set = (frozen: boolean) => as('operator').put(FREEZE_PATH, { frozen }, freezeState);
    for (const frozen of [false, true, true, false, false]) await set(frozen);
    const { rows } = await world.db
      .pool('postgres')
      .query<{ actor: string; action: string }>('SELECT actor, action FROM audit ORDER BY seq');
    assert.deepEqual(
      rows.map(({ actor, action }) => [actor, action]),
      [
        ['operator', 'freeze'],
        ['operator', 'resume'],
      ],
    );
  });

  it('H5 names in the audit who froze, who resumed and who asked for new keys, each act once, and says where that is not known', async () => {
    const set = (frozen: boolean, askedBy?: string) =>
      as('operator').put(FREEZE_PATH, { frozen, askedBy }, freezeState);
    const ask = (act: string, askedAt: string, askedBy?: string) =>
      as('operator').put(ROTATION_PATH, { act, askedAt, askedBy }, z.unknown());
    const [one, two] = ['2026-11-26T12:00:00Z', '2026-11-26T13:00:00Z'];
    await set(true, 'anna');
    await set(true, 'ben');
    await set(false, 'ben');
    for (const at of [one, one, two]) await ask('rotate', at, 'anna');
    await ask('rotate-data-key', one, 'carl');
    await ask('rotate-now', one);
    await set(true);
    const { rows } = await world.db
      .pool('postgres')
      .query<{ action: string; asked: string | null; at: string | null }>(
        `SELECT action, detail ->> 'askedBy' AS asked, detail ->> 'askedAt' AS at
         FROM audit ORDER BY seq`,
      );
    assert.deepEqual(
      rows.map(({ action, asked, at }) => [action, asked, at]),
      [
        ['freeze', 'anna', null],
        ['resume', 'ben', null],
        ['rotate', 'anna', one],
        ['rotate', 'anna', two],
        ['rotate-data-key', 'carl', one],
        ['rotate-now', null, one],
        ['freeze', 'unknown: spec.suspend was written without a name', null],
      ],
    );
  });

  it('B1 B9 opens none of its routes to the key of the api', async () => {
    const api = as('api');
    const calls = [
      api.put(`${PROJECTED_MONITORS_PATH}/team/shop`, job(), z.unknown()),
      api.post(`${PROJECTED_MONITORS_PATH}/team/shop/retire`, { term: 1, uid: UID }, z.unknown()),
      api.put(`${PROJECTED_CHANNELS_PATH}/team/hook`, job(), z.unknown()),
      api.post(`${PROJECTED_CHANNELS_PATH}/team/hook/retire`, { term: 1, uid: UID }, z.unknown()),
      api.put(INVENTORY_PATH, { term: 1, monitors: [], channels: [] }, z.unknown()),
      api.get(STATUS_FEED_PATH, z.unknown()),
      api.get(CHANNEL_STATES_PATH, z.unknown()),
      api.get(CAPACITY_PATH, z.unknown()),
      api.put(FREEZE_PATH, { frozen: true }, z.unknown()),
      api.put(ROTATION_PATH, {}, z.unknown()),
    ];
    for (const call of calls) await assert.rejects(call, failsWith(404));
  });
});
