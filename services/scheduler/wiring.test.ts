import assert from 'node:assert/strict';
import pg from 'pg';
import { z } from 'zod';
import { systemClock } from '../core/clock.ts';
import { DELIVER_PATH } from '../core/contracts/notification.ts';
import type { InternalClient } from '../core/internal/client.ts';
import { replay, startReplicas, type Replicas } from '../core/internal/testing/replicas.ts';
import { createLog } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import { testKeys } from '../core/testing/keys.ts';
import { readConfig } from './config.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { wireDeps } from './wiring.ts';

describe("the scheduler's calls to the notification service", () => {
  const keys = testKeys();
  let services: Replicas;
  let clients: readonly Pick<InternalClient, 'close'>[];
  beforeEach(async () => {
    clients = [];
    services = await startReplicas('notification', keys);
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await services.stop();
  });
  const call = async (host: string, times = 1): Promise<void> => {
    const config = readConfig({
      KEYS_FILE: 'unused',
      DATA_KEY_FILE: 'unused',
      DATABASE_URL: 'postgresql://unused',
      NOTIFICATION_URL: `http://${host}:${services.port}`,
    });
    const made = {
      log: createLog('test', 'silent'),
      keys: keys.of('scheduler'),
      dataKeys: () => keys.root,
      clock: systemClock,
      // never connects
      pool: new pg.Pool(),
      resolve: async (name: string) => {
        assert.equal(name, 'notification.test');
        return services.all.map(({ address }) => address);
      },
    };
    const wired = wireDeps(config, made, createSchedulerMetrics(createMetrics('scheduler')));
    clients = wired.clients;
    for (let at = 0; at < times; at += 1)
      await wired.deps.notification.post(DELIVER_PATH, {}, z.unknown());
  };

  it('go to each replica behind the name of its Service, signed for its address', async () => {
    await call('notification.test', 2);
    assert.deepEqual(services.counts(), [1, 1]);
  });

  it('go to another replica when one is gone', async () => {
    await services.all[0]?.stop();
    await call('notification.test', 2);
    assert.deepEqual(services.counts(), [0, 2]);
  });

  it('go to the one address that the URL has', async () => {
    await call('127.0.0.3', 2);
    assert.deepEqual(services.counts(), [0, 2]);
  });

  it('B6 hold at no other replica than the one that they were signed for', async () => {
    await call('notification.test');
    const [one, two] = services.all;
    assert.ok(one?.requests[0] && two);
    assert.equal(await replay(one.requests[0], two), 401);
    assert.deepEqual(services.counts(), [1, 0]);
  });
});
