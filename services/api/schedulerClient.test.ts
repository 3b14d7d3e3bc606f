import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import type { InternalClient } from '../core/internal/client.ts';
import { replay, startReplicas, type Replicas } from '../core/internal/testing/replicas.ts';
import { createLog } from '../core/log.ts';
import { testKeys } from '../core/testing/keys.ts';
import { createSchedulerClient } from './schedulerClient.ts';

describe("the api's calls to the scheduler", () => {
  const keys = testKeys();
  let folder: string;
  let schedulers: Replicas;
  let client: InternalClient | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-api-'));
    writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(keys.of('api')()));
    schedulers = await startReplicas('scheduler', keys);
  });
  afterEach(async () => {
    await client?.close();
    await schedulers.stop();
    rmSync(folder, { recursive: true });
  });
  const call = async (host: string, times = 1): Promise<void> => {
    const config = {
      KEYS_FILE: path.join(folder, 'keys.json'),
      SCHEDULER_URL: `http://${host}:${schedulers.port}`,
    };
    client = createSchedulerClient(config, {
      clock: systemClock,
      log: createLog('test', 'silent'),
      resolve: async (name) => {
        assert.equal(name, 'scheduler.test');
        return schedulers.all.map(({ address }) => address);
      },
    });
    for (let at = 0; at < times; at += 1) await client.post('/internal/v1/wake', {}, z.unknown());
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
