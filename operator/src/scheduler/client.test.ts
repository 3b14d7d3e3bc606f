import assert from 'node:assert/strict';
import { systemClock } from '../../../services/core/clock.ts';
import {
  replay,
  startReplicas,
  type Replicas,
} from '../../../services/core/internal/testing/replicas.ts';
import { testKeys } from '../../../services/core/testing/keys.ts';
import { createSchedulerClient, type SchedulerClient } from './client.ts';

describe("the operator's calls to the scheduler", () => {
  const keys = testKeys();
  let schedulers: Replicas;
  let client: SchedulerClient | undefined;
  beforeEach(async () => {
    schedulers = await startReplicas('scheduler', keys);
    for (const each of schedulers.all)
      each.reply((_request, response) => response.json({ frozen: true }));
  });
  afterEach(async () => {
    await client?.close();
    await schedulers.stop();
  });
  const call = async (host: string, times = 1): Promise<void> => {
    client = createSchedulerClient({
      baseUrl: `http://${host}:${schedulers.port}`,
      keys: keys.of('operator'),
      clock: systemClock,
      term: () => 1,
      resolve: async (name) => {
        assert.equal(name, 'scheduler.test');
        return schedulers.all.map(({ address }) => address);
      },
    });
    for (let at = 0; at < times; at += 1) assert.equal(await client.freeze(true), true);
  };

  it('go to each replica behind the name of its Service, signed for its address', async () => {
    await call('scheduler.test', 2);
    assert.deepEqual(schedulers.counts(), [1, 1]);
  });

  it('go to another replica when one is gone', async () => {
    await schedulers.all[0]?.stop();
    await call('scheduler.test', 2);
    assert.deepEqual(schedulers.counts(), [0, 2]);
  });

  it('go to the one address that the URL has', async () => {
    await call('127.0.0.3', 2);
    assert.deepEqual(schedulers.counts(), [0, 2]);
  });

  it('B6 hold at no other replica than the one that they were signed for', async () => {
    await call('scheduler.test');
    const [one, two] = schedulers.all;
    assert.ok(one?.requests[0] && two);
    assert.equal(await replay(one.requests[0], two), 401);
    assert.deepEqual(schedulers.counts(), [1, 0]);
  });
});
