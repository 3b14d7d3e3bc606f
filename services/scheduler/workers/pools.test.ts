import assert from 'node:assert/strict';
import { systemClock } from '../../core/clock.ts';
import { FETCH_PATH, fetchResult } from '../../core/contracts/browser.ts';
import { testKeys } from '../../core/testing/keys.ts';
import { fetchRequestOf } from '../testing/fetchRequest.ts';
import { startPods, withTenant, type TestPods } from '../testing/pods.ts';
import { until } from '../testing/until.ts';
import { createPools, type Pools } from './pools.ts';

describe('the pools that checks were sent to', () => {
  const [own, tenant] = [testKeys(), testKeys()];
  let team: TestPods;
  let pools: Pools;
  let now: number;
  beforeEach(async () => {
    now = 0;
    team = await startPods(['127.0.0.2'], tenant);
    pools = createPools({
      urls: { browser: 'http://127.0.0.1:9', llm: 'http://127.0.0.1:10' },
      keys: withTenant(own, tenant),
      clock: { ...systemClock, monotonic: () => now },
      resolve: (host) => team.resolve(host),
    });
  });
  afterEach(async () => {
    await pools.close();
    await team.stop();
  });
  const fetchByPool = () =>
    pools
      .of('browser', team.pool)
      .pods.call((client) => client.post(FETCH_PATH, fetchRequestOf(), fetchResult));

  it('are the same for all who have the same pool, and apart from the own services', () => {
    const pool = pools.of('browser', team.pool);
    assert.equal(pools.of('browser', structuredClone(team.pool)), pool);
    assert.notEqual(pools.of('llm', team.pool), pool);
    assert.notEqual(pools.of('browser', null), pool);
    assert.notEqual(pools.of('browser', { ...team.pool, keyring: 'browser/other' }), pool);
  });

  it('are hung up on when nobody has asked for them for five minutes', async () => {
    await fetchByPool();
    now = 299_999;
    pools.prune();
    assert.ok(((await team.pods[0]?.connections()) ?? 0) > 0);
    now = 300_000;
    pools.prune();
    await until('hung up', async () => (await team.pods[0]?.connections()) === 0);
    assert.equal((await fetchByPool()).kind, 'page');
  });

  it('are kept while a call runs', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    team.pods[0]?.reply(() => promise);
    const call = fetchByPool();
    const pool = pools.of('browser', team.pool);
    await until('a call', () => team.pods[0]?.calls() === 1);
    now = 400_000;
    pools.prune();
    assert.equal(pools.of('browser', team.pool), pool);
    resolve('Shop');
    await call;
  });
});
