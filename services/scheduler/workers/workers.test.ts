import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import type { MonitorWorkers, PoolAddress } from '../../core/contracts/projection.ts';
import { releaseClaims } from '../../store/lease.ts';
import { testSource, testSpec } from '../../store/testing/monitors.ts';
import { previewJob } from '../check/preview.ts';
import type { RunResult } from '../check/commit.ts';
import { missClaim, runClaim } from '../check/run.ts';
import { alerting } from '../testing/specs.ts';
import { priceAnswer, startFakeLlm } from '../testing/neighbours.ts';
import { notFound } from '../testing/pods.ts';
import { HOUR, MINUTE, SHOP, createWorld, type Row, type World } from '../testing/world.ts';
import type { Admitted } from './door.ts';

const never = new AbortController().signal;

describe('a monitor with a pool', () => {
  let world: World;
  let resolve: () => Promise<readonly string[]>;
  beforeEach(async () => {
    resolve = notFound;
    world = await createWorld({ resolve: () => resolve() });
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
  });
  afterEach(() => world.close());

  const poolAt = (url: string, patch: Partial<PoolAddress> = {}): PoolAddress => ({
    namespace: 'team',
    name: 'own',
    url: `http://pool.test:${new URL(url).port}`,
    keyring: 'browser',
    perCheck: false,
    ...patch,
  });
  const bind = (workers: MonitorWorkers) =>
    world.pool.query('UPDATE monitors SET workers = $1', [JSON.stringify(workers)]);
  const bound = async (name: string, patch = {}, spec = {}): Promise<void> => {
    await world.monitor(name, spec);
    await bind({ browser: poolAt(world.browser.url, patch), llm: null });
  };
  const comes = (...addresses: readonly string[]): void => {
    resolve = () => Promise.resolve(addresses);
    world.clock.advance(10_000);
  };
  /** As the loop does it. */
  const turn = async (): Promise<{ admitted: Admitted; results: RunResult[] }> => {
    const admitted = await world.deps.workers.admit(await world.claim());
    await releaseClaims(world.pool, admitted.waiting);
    const results: RunResult[] = [];
    for (const claim of admitted.ready) results.push(await runClaim(claim, world.deps, never));
    for (const { claim, plan } of admitted.missed)
      results.push(await missClaim(claim, plan, world.deps));
    return { admitted, results };
  };
  const minutes = async (count: number): Promise<void> => {
    for (let minute = 0; minute < count; minute += 1) {
      world.clock.advance(MINUTE);
      await turn();
    }
  };
  const monitor = async (): Promise<Row> => (await world.rows('monitors'))[0] ?? {};
  const lastCheck = async (): Promise<Row> => (await world.rows('checks', 'at, id')).at(-1) ?? {};

  it('waits outside while its pool has no pod, for about five seconds, with its slot', async () => {
    await bound('shop');
    const due = world.clock.now();
    const { admitted, results } = await turn();
    assert.deepEqual([admitted.ready, results], [[], []]);
    const { next_due_at, slot_at, lease_until } = await monitor();
    assert.deepEqual(
      [next_due_at, slot_at, lease_until],
      [new Date(due.getTime() + 5_000), due, null],
    );
    assert.equal(world.browser.requests.length, 0);
    assert.equal((await world.rows('checks')).length, 0);
  });

  it('is told of while it waits, under one id, and no more when its check begins', async () => {
    await bound('shop');
    await turn();
    const [first] = world.deps.workers.waiting();
    assert.deepEqual([first?.namespace, first?.pool], ['team', 'own']);
    world.clock.advance(5_000);
    await turn();
    assert.deepEqual(world.deps.workers.waiting(), [first]);
    comes('127.0.0.1');
    const { results } = await turn();
    assert.deepEqual(results, ['committed']);
    assert.deepEqual(world.deps.workers.waiting(), []);
    assert.equal(world.browser.requests.length, 1);
  });

  it('comes back as soon as its pool has a pod, once', async () => {
    await bound('shop');
    await turn();
    assert.deepEqual(await world.deps.workers.comeBack(), []);
    comes('127.0.0.1');
    const back = await world.deps.workers.comeBack();
    assert.deepEqual(
      back.map(({ monitor: name }) => name),
      ['shop'],
    );
    assert.deepEqual(await world.deps.workers.comeBack(), []);
  });

  it('does not keep another from its check that has no pool', async () => {
    await bound('shop');
    await world.monitor('plain');
    const { admitted, results } = await turn();
    assert.deepEqual(
      admitted.ready.map((claim) => claim.monitor),
      ['plain'],
    );
    assert.deepEqual(results, ['committed']);
  });

  it('is missed when its slot has waited too long, says why, and is not healthy', async () => {
    await bound('shop', {}, { schedule: { ...testSpec().schedule, startingDeadline: '20m' } });
    comes('127.0.0.1');
    await turn();
    resolve = notFound;
    await minutes(20);
    assert.equal((await lastCheck())['outcome'], 'Unchanged');
    for (let more = 0; more < 8 && (await lastCheck())['outcome'] !== 'Missed'; more += 1)
      await minutes(1);
    const check = await lastCheck();
    assert.deepEqual(
      [check['outcome'], check['reason'], check['message']],
      ['Missed', 'deadline', 'no pod of the pool team/own took the check in time'],
    );
    const row = await monitor();
    const conditions = row['conditions'] as { type: string; status: string; message?: string }[];
    const healthy = conditions.find(({ type }) => type === 'Healthy');
    assert.deepEqual(
      [healthy?.status, healthy?.message, row['last_outcome'], row['last_message']],
      ['False', check['message'], 'Missed', check['message']],
    );
    assert.ok(Number(row['missed_slots']) >= 4);
    assert.ok((row['next_due_at'] as Date) > world.clock.now());
    assert.deepEqual(world.deps.workers.waiting(), []);
    comes('127.0.0.1');
    world.clock.advance(5 * MINUTE);
    await turn();
    assert.equal((await monitor())['last_outcome'], 'Unchanged');
  });

  it('is given back when its pods were there and none took the check, and has failed in nothing', async () => {
    // nobody listens on that address
    await bound('shop', { url: 'http://pool.test:9' });
    comes('127.0.0.1');
    const due = (await monitor())['next_due_at'];
    const { results } = await turn();
    assert.deepEqual(results, ['released']);
    assert.deepEqual([(await monitor())['slot_at'], (await monitor())['lease_until']], [due, null]);
    assert.equal((await world.rows('checks')).length, 0);
    assert.equal(world.deps.workers.waiting().length, 1);
    // that they are there is no news: it is tried again when its time comes
    assert.deepEqual(await world.deps.workers.comeBack(), []);
    await minutes(63);
    assert.equal((await lastCheck())['outcome'], 'Missed');
  });

  it('is fetched without a browser process of its own, which one without a pool gets', async () => {
    const isolated = { isolation: { level: 'Dedicated' as const } };
    await bound('shop', {}, isolated);
    comes('127.0.0.1');
    await turn();
    await world.monitor('laptop', isolated);
    await world.monitor('plain');
    await turn();
    const own = world.browser.requests.map((request) => [request.monitor, request.ownBrowser]);
    assert.deepEqual(Object.fromEntries(own), { shop: false, laptop: true, plain: false });
  });

  describe('whose pods take one check each', () => {
    it('begins as many checks as there are pods that none has', async () => {
      await world.monitor('a');
      await world.monitor('b');
      await bound('c', { perCheck: true });
      comes('127.0.0.1');
      const { admitted } = await turn();
      assert.deepEqual([admitted.ready.length, admitted.waiting.length], [1, 2]);
      assert.equal(world.deps.workers.waiting().length, 2);
      // the pod has served its check: until it is gone and another one came, nobody comes back
      assert.deepEqual(await world.deps.workers.comeBack(), []);
      comes('localhost');
      assert.equal((await world.deps.workers.comeBack()).length, 1);
    });

    it('keeps no place for a claim that turns out to need no pod', async () => {
      const daily = { ...testSpec().schedule, interval: '24h', startingDeadline: '10m' };
      await bound('shop', { perCheck: true }, { schedule: daily });
      comes('127.0.0.1');
      const [claim] = (await world.deps.workers.admit(await world.claim())).ready;
      assert.ok(claim);
      world.clock.advance(2 * HOUR);
      await runClaim(claim, world.deps, never);
      assert.equal((await lastCheck())['outcome'], 'Missed');
      await bound('other', { perCheck: true });
      assert.equal((await turn()).admitted.ready.length, 1);
    });

    it('has one name for all fetches of a check', async () => {
      const sources = ['one', 'two'].map((name) => testSource({ name }));
      await bound('shop', { perCheck: true }, { sources });
      comes('127.0.0.1');
      await turn();
      const ids = world.browser.requests.map(({ checkId }) => checkId);
      assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
    });
  });

  it('is judged by the models of its own pool', async () => {
    const own = await startFakeLlm();
    own.models = { ...own.models, chain: ['own-1'], small: null };
    own.answer(priceAnswer('40 €', '35 €'));
    await world.channel('hook', {});
    await world.monitor('shop', alerting());
    await bind({ browser: null, llm: poolAt(own.url, { name: 'llm', keyring: 'llm' }) });
    comes('127.0.0.1');
    await turn();
    world.browser.show(SHOP, 'Shop\nPrice: 35 €');
    world.clock.advance(5 * MINUTE);
    await turn();
    assert.deepEqual([own.requests.length, world.llm.requests.length], [1, 0]);
    assert.deepEqual(own.requests[0]?.models, ['own-1']);
    assert.equal((await lastCheck())['outcome'], 'Alerted');
    await own.stop();
  });

  it('is judged later while its models have no pod, and nothing is spent', async () => {
    await world.channel('hook', {});
    await world.monitor('shop', alerting());
    await bind({ browser: null, llm: poolAt(world.llm.url, { name: 'llm', keyring: 'llm' }) });
    await turn();
    world.browser.show(SHOP, 'Shop\nPrice: 35 €');
    world.clock.advance(5 * MINUTE);
    await turn();
    assert.equal((await world.rows('pending_judgements')).length, 1);
    assert.equal(world.llm.requests.length, 0);
  });

  describe('that is previewed', () => {
    const preview = (signal = never) => {
      const spec = { ...testSpec() } as Record<string, unknown>;
      return previewJob(
        { workspace: 'team', name: 'shop', spec, judge: false },
        world.deps,
        signal,
      );
    };

    it('waits for a pod, is told of meanwhile, and is fetched by it', async () => {
      await bound('shop', { perCheck: true });
      let asked = 0;
      let told: readonly { id: string }[] = [];
      resolve = async () => {
        if ((asked += 1) < 3) return [];
        told = world.deps.workers.waiting();
        return ['127.0.0.1'];
      };
      const result = await preview();
      assert.equal(result.sources[0]?.outcome, 'page');
      assert.match(told[0]?.id ?? '', /^preview-[0-9a-f-]{36}$/);
      assert.deepEqual(world.deps.workers.waiting(), []);
      assert.equal(world.browser.requests.length, 1);
    });

    it('says that no pod takes it, and to try again', async () => {
      await bound('shop', { url: 'http://pool.test:9' });
      comes('127.0.0.1');
      await assert.rejects(
        preview(),
        (error: unknown) =>
          error instanceof HttpError &&
          error.code === 'unavailable' &&
          /No pod of the pool team\/own takes the check; try again/.test(error.message),
      );
    });

    it('ends with its time when no pod comes', async () => {
      await bound('shop');
      const gone = new AbortController();
      resolve = () => (gone.abort(), notFound());
      const result = await preview(gone.signal);
      assert.equal(result.sources[0]?.outcome, 'failed');
      assert.equal(world.browser.requests.length, 0);
    });
  });
});
