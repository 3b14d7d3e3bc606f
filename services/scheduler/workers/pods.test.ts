import assert from 'node:assert/strict';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { FETCH_PATH, fetchResult, type FetchResult } from '../../core/contracts/browser.ts';
import { InternalCallError } from '../../core/internal/client.ts';
import { testKeys } from '../../core/testing/keys.ts';
import { fetchRequestOf } from '../testing/fetchRequest.ts';
import {
  BREAK,
  BUSY,
  startPods,
  withTenant,
  type TestPod,
  type TestPods,
} from '../testing/pods.ts';
import { until } from '../testing/until.ts';
import { createPods, type Pods, type PodsOptions } from './pods.ts';

const ONE = '127.0.0.2';
const TWO = '127.0.0.3';

describe('the pods of a pool', () => {
  const [own, tenant] = [testKeys(), testKeys()];
  let team: TestPods;
  let pods: Pods;
  let now: number;
  let here: readonly string[];
  beforeEach(async () => {
    [now, here] = [0, [ONE, TWO]];
    team = await startPods(here, tenant);
    pods = podsOf({});
  });
  afterEach(async () => {
    await pods.close();
    await team.stop();
  });
  const podsOf = (patch: Partial<PodsOptions>): Pods =>
    createPods({
      callee: 'browser',
      url: team.pool.url,
      pool: team.pool,
      keys: withTenant(own, tenant),
      clock: { ...systemClock, monotonic: () => now },
      resolve: async () => here,
      ...patch,
    });
  const pod = (address: string): TestPod =>
    team.pods.find((each) => each.address === address) ?? assert.fail(address);
  const fetchBy = (group = pods): Promise<FetchResult> =>
    group.call((client) => client.post(FETCH_PATH, fetchRequestOf(), fetchResult));
  const served = (): number[] => team.pods.map(({ requests }) => requests.length);
  const problemOf = async (call: Promise<unknown>) => {
    const error: unknown = await call.then(
      () => assert.fail('answered'),
      (reason) => reason,
    );
    return error instanceof InternalCallError ? error.problem : assert.fail(String(error));
  };

  it('are called each by its own address, signed with the keys for that tenant', async () => {
    await fetchBy();
    await fetchBy();
    assert.deepEqual(served(), [1, 1]);
  });

  it('B1 of a tenant refuse the keys for the browsers of the platform', async () => {
    const wrong = podsOf({ pool: { ...team.pool, keyring: 'browser' } });
    const problem = await problemOf(fetchBy(wrong));
    assert.equal(problem.kind === 'refused' && problem.status, 401);
    await wrong.close();
  });

  it('are none while the key for them has not come', async () => {
    const early = podsOf({ keys: own.of('scheduler') });
    assert.deepEqual(await early.addresses(), []);
    await early.close();
  });

  it('are called the least busy first', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    team.pods.forEach(({ reply }) => reply(() => promise));
    const calls = [fetchBy(), fetchBy(), fetchBy(), fetchBy()];
    await until('two calls of each', () => team.pods.every((each) => each.calls() === 2));
    assert.equal(pods.running(), 4);
    resolve('Shop');
    await Promise.all(calls);
    assert.deepEqual(served(), [2, 2]);
    assert.equal(pods.running(), 0);
  });

  it('are asked in turn when one is busy, and the busy one last for the time that it asks for', async () => {
    pod(ONE).reply(() => BUSY);
    for (let call = 0; call < 4; call += 1) await fetchBy();
    assert.deepEqual(served(), [0, 4]);
    assert.equal(pod(ONE).calls(), 1);
    now = 1_001;
    await fetchBy();
    assert.equal(pod(ONE).calls(), 2);
  });

  it('are all asked before the caller waits', async () => {
    team.pods.forEach(({ reply }) => reply(() => BUSY));
    const problem = await problemOf(fetchBy());
    assert.deepEqual(
      [problem.kind, problem.kind === 'busy' && problem.retryAfterSeconds],
      ['busy', 1],
    );
    assert.deepEqual(
      team.pods.map((each) => each.calls()),
      [1, 1],
    );
  });

  it('give a call on that surely was not taken', async () => {
    await pod(ONE).stop();
    for (let call = 0; call < 3; call += 1) await fetchBy();
    assert.deepEqual(served(), [0, 3]);
  });

  it('do not get a call twice that one may have taken', async () => {
    team.pods.forEach(({ reply }) => reply(() => BREAK));
    const problem = await problemOf(fetchBy());
    assert.equal(problem.kind === 'unreachable' && problem.maybeProcessed, true);
    assert.equal(pod(ONE).calls() + pod(TWO).calls(), 1);
  });

  it('are not connected to once they are gone', async () => {
    await Promise.all([fetchBy(), fetchBy()]);
    assert.ok((await pod(ONE).connections()) > 0);
    here = [TWO];
    now = 10_000;
    await fetchBy();
    await until('hung up', async () => (await pod(ONE).connections()) === 0);
    assert.ok((await pod(TWO).connections()) > 0);
  });

  it('end the call that runs when they are gone', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    pod(ONE).reply(() => promise);
    const call = fetchBy();
    await until('a call', () => pod(ONE).calls() === 1);
    here = [TWO];
    now = 10_000;
    await fetchBy();
    resolve('Late');
    assert.equal((await call).kind, 'page');
  });

  it('are unreachable when nothing is behind their name, and nothing was processed', async () => {
    here = [];
    const problem = await problemOf(fetchBy());
    assert.deepEqual(
      [problem.kind, problem.kind === 'unreachable' && problem.maybeProcessed],
      ['unreachable', false],
    );
    assert.match(problem.message, /nothing is behind pool\.test/);
  });

  it('are one where the own service has an address, which no name server is asked for', async () => {
    const { url } = team.pool;
    const single = podsOf({
      url: url.replace('pool.test', TWO),
      pool: undefined,
      keys: tenant.of('scheduler'),
      resolve: () => assert.fail('asked'),
    });
    await single.call((client) => client.post(FETCH_PATH, fetchRequestOf(), z.unknown()));
    assert.deepEqual(served(), [0, 1]);
    await single.close();
  });
});
