import assert from 'node:assert/strict';
import {
  createInternalClient,
  InternalCallError,
  type InternalClient,
} from '../core/internal/client.ts';
import { systemClock } from '../core/clock.ts';
import { SetupError } from '../core/errors.ts';
import { freePort } from '../core/http/testing/freePort.ts';
import { newKeyEntry } from '../core/keyring.ts';
import { createLog } from '../core/log.ts';
import type { Running } from '../core/lifecycle.ts';
import { deriveServiceKeys } from '../core/serviceKeys.ts';
import { BACKTEST_PATH } from '../core/contracts/backtest.ts';
import { KEYS_PATH, loadedKeys } from '../core/contracts/keys.ts';
import {
  CHANNEL_TEST_PATH,
  PREVIEW_PATH,
  REJUDGE_PATH,
  SECRETS_PATH,
  TELL_PATH,
  WAKE_PATH,
  channelTestResult,
  previewResult,
} from '../core/contracts/scheduler.ts';
import { z } from 'zod';
import { testSpec } from '../store/testing/monitors.ts';
import { defaultSpending } from '../store/quotas.ts';
import { readConfig, type SchedulerConfig } from './config.ts';
import { startScheduler } from './start.ts';
import { configFor } from './testing/config.ts';
import { failure, priceAnswer } from './testing/neighbours.ts';
import { alerting } from './testing/specs.ts';
import { until } from './testing/until.ts';
import { SHOP, createWorld, type World } from './testing/world.ts';

const root = { keys: [newKeyEntry(new Date())] };

describe('the scheduler as a service', () => {
  let world: World;
  let running: Running | undefined;
  beforeEach(async () => {
    world = await createWorld();
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await world.channel('hook', {});
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await world.close();
  });

  const begin = (patch: Partial<SchedulerConfig> = {}): Promise<Running> => {
    const keys = deriveServiceKeys(root, 'scheduler');
    return startScheduler(configFor(world, patch), {
      log: createLog('scheduler', 'silent'),
      keys: () => keys,
      dataKeys: () => root,
      nameWaitMs: 50,
    });
  };
  const start = async (patch: Partial<SchedulerConfig> = {}): Promise<InternalClient> => {
    running = await begin(patch);
    const apiKeys = deriveServiceKeys(root, 'api');
    return createInternalClient({
      caller: 'api',
      callee: 'scheduler',
      baseUrl: running.url,
      keys: () => apiKeys,
      clock: systemClock,
    });
  };

  const countOf = async (table: string): Promise<number> => (await world.rows(table)).length;
  const wake = (client: InternalClient): Promise<unknown> =>
    client.post(WAKE_PATH, { workspace: 'team' }, z.unknown());

  it("makes today's partitions, claims what is due, checks and plans the next time", async () => {
    await world.monitor('shop');
    const client = await start();
    await until('a check', async () => (await countOf('checks')) === 1);
    await client.close();
  });

  it('says what every workspace may spend, so that what is shown is what is enforced', async () => {
    const caps = { microUsd: 10_500_000n, tokens: 1000 };
    const client = await start({ workspaceCaps: caps });
    assert.deepEqual(await defaultSpending(world.db.pool('mon_api')), caps);
    await client.close();
  });

  it('drains a backlog of one workspace that is larger than its slots', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `shop-${at}`);
    for (const name of names) await world.monitor(name);
    const client = await start();
    const checked = async (): Promise<number> =>
      new Set((await world.rows('checks')).map((check) => check['monitor'])).size;
    await until('a check of each', async () => (await checked()) === names.length);
    await client.close();
  });

  it('delivers what a check found, with nobody asking', async () => {
    await world.monitor('shop', alerting());
    const client = await start();
    await until('a baseline', async () => (await countOf('baselines')) === 1);
    world.llm.answer(priceAnswer('40 €', '35 €'));
    world.browser.show(SHOP, 'Shop\nPrice: 35 €');
    await world.pool.query(
      `UPDATE monitors SET run_request_id = 'r1', run_requested_at = now(), next_due_at = now()`,
    );
    await wake(client);
    await until('a delivery', async () => world.notification.sent.length === 1);
    assert.equal((await world.rows('monitors'))[0]?.['last_handled_run_request'], 'r1');
    await client.close();
  });

  it('G14 has its metrics on their own port only, when there is one', async () => {
    const port = await freePort();
    await start({ metricsPort: port });
    assert.equal((await fetch(`${running?.url}/metrics`)).status, 404);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.match(await answer.text(), /mon_http_request_seconds/);
  });

  it('B1 refuses each internal route without the signed header', async () => {
    await start();
    for (const [method, route] of [
      ['POST', WAKE_PATH],
      ['PUT', SECRETS_PATH],
      ['POST', PREVIEW_PATH],
      ['POST', BACKTEST_PATH],
      ['POST', REJUDGE_PATH],
      ['POST', TELL_PATH],
      ['POST', CHANNEL_TEST_PATH],
      ['GET', KEYS_PATH],
    ] as const) {
      const client = createInternalClient({
        caller: 'api',
        callee: 'scheduler',
        baseUrl: running?.url ?? '',
        keys: () => deriveServiceKeys({ keys: [newKeyEntry(new Date())] }, 'api'),
        clock: systemClock,
      });
      const calls = {
        GET: () => client.get(route, z.unknown()),
        PUT: () => client.put(route, {}, z.unknown()),
        POST: () => client.post(route, {}, z.unknown()),
      };
      await assert.rejects(
        calls[method](),
        (error: unknown) =>
          error instanceof InternalCallError &&
          error.problem.kind === 'refused' &&
          error.problem.status === 401,
      );
      await client.close();
    }
  });

  it('names the keys that it has loaded, for the calls that it takes and makes', async () => {
    const client = await start();
    const { kids } = await client.get(KEYS_PATH, loadedKeys);
    const [kid] = root.keys.map((key) => key.kid);
    assert.ok(kids.includes(`${kid}-api`) && kids.includes(`${kid}-scheduler`), kids.join(', '));
    await client.close();
  });

  it('stores a secret that is never answered back', async () => {
    const client = await start();
    const answer = await client.put(
      SECRETS_PATH,
      { workspace: 'team', kind: 'Secret', name: 'mail', data: { k: 'v' }, managedBy: null },
      z.unknown(),
    );
    assert.deepEqual(answer, {});
    assert.equal(await countOf('secrets'), 1);
    await client.close();
  });

  it('sends a test message through a channel and says what came of it', async () => {
    const client = await start();
    const result = await client.post(
      CHANNEL_TEST_PATH,
      { workspace: 'team', channel: 'hook' },
      channelTestResult,
    );
    assert.deepEqual(result, { kind: 'accepted', reason: null });
    assert.equal(world.notification.sent[0]?.message.kind, 'test');
    await client.close();
  });

  it('a test of a channel that is not there is not found', async () => {
    const client = await start();
    await assert.rejects(
      client.post(CHANNEL_TEST_PATH, { workspace: 'team', channel: 'none' }, channelTestResult),
      /404/,
    );
    await client.close();
  });

  it('previews a job and saves nothing', async () => {
    const client = await start();
    const result = await client.post(
      PREVIEW_PATH,
      { workspace: 'team', name: 'new', spec: testSpec(), judge: false },
      previewResult,
    );
    assert.deepEqual(
      [result.sources[0]?.outcome, result.sources[0]?.text],
      ['page', 'Shop\nPrice: 40 €'],
    );
    assert.deepEqual(
      [await countOf('snapshots'), await countOf('monitors'), await countOf('checks')],
      [0, 0, 0],
    );
    await client.close();
  });

  it('previews an existing job against what it saw last, with a verdict and its cost', async () => {
    await world.monitor('shop');
    await world.check();
    world.browser.show(SHOP, 'Shop\nPrice: 35 €');
    world.llm.answer(priceAnswer('40 €', '35 €'));
    await world.pool.query('UPDATE monitors SET next_due_at = NULL');
    const client = await start();
    const result = await client.post(
      PREVIEW_PATH,
      { workspace: 'team', name: 'shop', spec: testSpec(), judge: true },
      previewResult,
    );
    assert.equal(result.verdict?.['verdict'], 'match');
    assert.deepEqual(
      [result.sources[0]?.hunks.length, result.tokensIn, result.costUsd],
      [1, 1000, '0.001000'],
    );
    assert.equal(await countOf('alerts'), 0);
    await client.close();
  });

  it('previews a page that cannot be read with its reason', async () => {
    world.browser.show(SHOP, failure('addressForbidden'));
    const client = await start();
    const result = await client.post(
      PREVIEW_PATH,
      { workspace: 'team', name: 'new', spec: testSpec(), judge: true },
      previewResult,
    );
    assert.deepEqual(
      [result.sources[0]?.outcome, result.sources[0]?.problem],
      ['failed', 'It failed (addressForbidden)'],
    );
    await client.close();
  });

  it('F21 stops without losing a check: what runs is ended, and no lease is left behind', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    world.browser.show(SHOP, async () => {
      begun.resolve();
      await promise;
      return 'Shop';
    });
    await world.monitor('shop');
    const client = await start();
    await begun.promise;
    const stopped = running?.stop();
    running = undefined;
    resolve();
    await stopped;
    assert.equal(await countOf('checks'), 1);
    assert.equal((await world.rows('monitors'))[0]?.['lease_until'], null);
    await client.close();
  });

  it('refuses to start under the name of another scheduler of the database, and takes nothing from it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    world.browser.show(SHOP, async () => {
      begun.resolve();
      await promise;
      return 'Shop';
    });
    await world.monitor('shop');
    const client = await start();
    await begun.promise;
    await assert.rejects(
      begin(),
      (error: unknown) =>
        error instanceof SetupError && /named test .* its own SCHEDULER_ID/.test(error.message),
    );
    const [monitor] = await world.rows('monitors');
    assert.ok(Number(monitor?.['lease_until']) > systemClock.now().getTime() + 30_000);
    resolve();
    await until('its check', async () => (await countOf('checks')) === 1);
    await client.close();
  });

  it('lets another scheduler in under a name of its own, and a next one after it has stopped', async () => {
    const client = await start();
    const other = await begin({ owner: 'other' });
    await other.stop();
    const next = await begin({ owner: 'other' });
    await next.stop();
    await client.close();
  });

  it('keeps its name when its connection breaks', async () => {
    const client = await start();
    const holder = async (): Promise<number | undefined> => {
      const { rows } = await world.db.pool('postgres').query<{ pid: number }>(
        `SELECT pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()`,
      );
      return rows[0]?.pid;
    };
    const first = await holder();
    assert.ok(first);
    await world.db.pool('postgres').query('SELECT pg_terminate_backend($1)', [first]);
    await until('the name held by another connection', async () => {
      const now = await holder();
      return now !== undefined && now !== first;
    });
    await client.close();
  });

  it('F19 holds no more checks than it has slots', async () => {
    let active = 0;
    let most = 0;
    for (let index = 0; index < 12; index += 1) {
      world.browser.show(`https://h${index}.example/`, async () => {
        most = Math.max(most, (active += 1));
        await systemClock.sleep(30);
        active -= 1;
        return 'Page';
      });
      const [source] = testSpec().sources;
      assert.ok(source);
      await world.monitor(`m${index}`, {
        sources: [{ ...source, url: `https://h${index}.example/` }],
      });
    }
    const client = await start({ slots: 3 });
    await until('all checks', async () => (await countOf('checks')) === 12);
    assert.ok(most <= 3, `${most} at a time`);
    await client.close();
  });

  it('C36 puts off monitors of one host that would only hold slots while they wait', async () => {
    for (let index = 0; index < 6; index += 1) await world.monitor(`m${index}`);
    const client = await start({ hostIntervalMs: 60_000, hostConcurrency: 1 });
    await until('one check', async () => (await countOf('checks')) === 1);
    const due = (await world.rows('monitors')).filter(
      (row) => row['lease_until'] === null && row['last_check_id'] === null,
    );
    assert.equal(due.length, 5);
    const times = due
      .map((row) => (row['next_due_at'] as Date).getTime())
      .toSorted((a, b) => a - b);
    assert.ok(times.every((at, index) => index === 0 || at - (times[index - 1] ?? 0) >= 60_000));
    await client.close();
  });
});

describe("the scheduler's configuration", () => {
  const env = { KEYS_FILE: '/k', DATA_KEY_FILE: '/d', DATABASE_URL: 'postgresql://x' };

  it('has defaults for all but keys and database', () => {
    const config = readConfig(env);
    assert.deepEqual(
      [config.port, config.slots, config.hostIntervalMs, config.publicUrl],
      [8004, 32, 500, 'http://127.0.0.1:3000'],
    );
  });

  it('names every variable that is wrong at once', () => {
    assert.throws(
      () => readConfig({ SCHEDULER_SLOTS: '0', HOST_CONCURRENCY: 'x' }),
      (error: unknown) =>
        error instanceof SetupError &&
        ['KEYS_FILE', 'DATA_KEY_FILE', 'DATABASE_URL', 'SCHEDULER_SLOTS', 'HOST_CONCURRENCY'].every(
          (name) => error.message.includes(name),
        ),
    );
  });

  it('refuses a database that is no Postgres, without its value', () => {
    assert.throws(
      () => readConfig({ ...env, DATABASE_URL: 'mysql://secret' }),
      (error: unknown) =>
        error instanceof SetupError &&
        /DATABASE_URL/.test(error.message) &&
        !error.message.includes('secret'),
    );
  });

  it('reads the caps of a workspace and of the platform, and has none without', () => {
    const config = readConfig({
      ...env,
      WORKSPACE_USD_PER_MONTH: '10.50',
      WORKSPACE_TOKENS_PER_MONTH: '1000',
      PLATFORM_USD_PER_MONTH: '200',
    });
    assert.deepEqual(config.workspaceCaps, { microUsd: 10_500_000n, tokens: 1000 });
    assert.deepEqual(config.platformCaps, { microUsd: 200_000_000n, tokens: null });
    assert.deepEqual(readConfig({ ...env, PLATFORM_TOKENS_PER_MONTH: '0' }).platformCaps, {
      microUsd: null,
      tokens: 0,
    });
    assert.throws(
      () => readConfig({ ...env, PLATFORM_USD_PER_MONTH: 'ten' }),
      /PLATFORM_USD_PER_MONTH.*must be an amount/,
    );
  });
});
