import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Request } from 'express';
import { HttpError } from '../core/errors.ts';
import { openRedis, type RedisConnection } from '../core/redis/connection.ts';
import { startRedis, untilReady, type RedisServer } from '../core/redis/testing/server.ts';
import { startRelay } from '../core/testing/relay.ts';
import { openLimits, type Limits } from './limits.ts';
import type { Principal } from './principal.ts';

const CONFIG = { RATE_LIMIT: 30, SIGN_IN_RATE_LIMIT: 6, COSTLY_RATE_LIMIT: 9 };

const from = (ip: string): Request => ({ ip }) as Request;
const person = (userId: string): Principal => ({ userId }) as Principal;

/** How many of so many requests are let in; the others must say when to come again. */
async function letIn(times: number, ask: (nth: number) => Promise<void>): Promise<number> {
  let count = 0;
  for (let nth = 0; nth < times; nth += 1)
    try {
      await ask(nth);
      count += 1;
    } catch (error) {
      assert.ok(error instanceof HttpError && error.code === 'too_many_requests', String(error));
      assert.ok((error.retryAfterSeconds ?? 0) >= 1 && (error.retryAfterSeconds ?? 0) <= 60);
    }
  return count;
}
const everything = async (limits: Limits, ip: string): Promise<void> => {
  await limits.everything(from(ip), {} as never, () => {});
};

describe('limits of one process', () => {
  let limits: Limits;
  beforeEach(() => (limits = openLimits(CONFIG, undefined)));

  it('E11 hold for each address by itself', async () => {
    assert.equal(await letIn(40, () => everything(limits, '192.0.2.1')), 30);
    assert.equal(await letIn(5, () => everything(limits, '192.0.2.2')), 5);
  });

  it('E11 hold for a network of IPv6 as for one address', async () => {
    const ask = (nth: number) => everything(limits, `2001:db8:1:${nth.toString(16)}::1`);
    assert.equal(await letIn(40, ask), 30);
  });

  it('E11 let one address sign in a few times, and a thousand addresses not without end', async () => {
    const signIn = (ip: string) => limits.check('signIn', from(ip), undefined);
    assert.equal(await letIn(10, () => signIn('192.0.2.1')), 6);
    const many = await letIn(1_000, (nth) => signIn(`198.51.${nth >> 8}.${nth & 255}`));
    assert.equal(many, 6 * 20 - 6);
  });

  it('E11 count what costs by person, from wherever it is asked', async () => {
    const ask = (user: string) => (nth: number) =>
      limits.check('costly', from(`192.0.2.${nth}`), person(user));
    assert.equal(await letIn(20, ask('anna')), 9);
    assert.equal(await letIn(5, ask('ben')), 5);
  });
});

describe('limits of three replicas with Redis', () => {
  let server: RedisServer;
  let connections: RedisConnection[];
  let replicas: Limits[];

  beforeEach(async () => {
    server = await startRedis();
    const log = { warn: () => {}, info: () => {} } as never;
    connections = [0, 1, 2].map(() => openRedis(server.url, log));
    await Promise.all(connections.map(untilReady));
    replicas = connections.map((connection) => openLimits(CONFIG, connection));
  });

  afterEach(async () => {
    connections.forEach((connection) => connection.close());
    await server.stop();
  });

  const spread = (times: number, ip = '192.0.2.1'): Promise<number> =>
    letIn(times, (nth) => {
      const replica = replicas[nth % replicas.length];
      assert.ok(replica);
      return everything(replica, ip);
    });

  it('E11 are counted together', async () => {
    assert.equal(await spread(90), 30);
  });

  it('E11 get no wider when Redis goes, and hold again when it is back', async () => {
    await server.kill();
    await Promise.all(
      connections.map(async ({ client }) => {
        while (client.isReady) await once(client, 'error');
      }),
    );
    assert.equal(await spread(120), 30);
    await server.start();
    await Promise.all(connections.map(untilReady));
    assert.equal(await spread(90, '192.0.2.9'), 30);
  });

  it('E11 are answered soon, and more strictly, while Redis says nothing', async () => {
    const relay = await startRelay(server.port);
    const log = { warn: () => {} } as never;
    const connection = openRedis(`redis://127.0.0.1:${relay.port}`, log);
    try {
      await untilReady(connection);
      const limits = openLimits({ ...CONFIG, COSTLY_RATE_LIMIT: 6 }, connection);
      relay.cut();
      const askedAt = performance.now();
      const ask = () => limits.check('costly', from('192.0.2.1'), person('anna'));
      assert.equal(await letIn(4, ask), 2);
      assert.ok(performance.now() - askedAt < 4_000);
    } finally {
      connection.close();
      await relay.close();
    }
  });

  it('E11 count each request once, also when Redis fails only after its time was over', async () => {
    const relay = await startRelay(server.port);
    const connection = openRedis(
      `redis://127.0.0.1:${relay.port}`,
      { warn: () => {} } as never,
      600,
    );
    try {
      await untilReady(connection);
      const limits = openLimits({ ...CONFIG, COSTLY_RATE_LIMIT: 6 }, connection);
      const ask = () => limits.check('costly', from('192.0.2.1'), person('anna'));
      const failed = once(connection.client, 'error');
      relay.cut();
      assert.equal(await letIn(1, ask), 1);
      await failed;
      // what was under way fails with the connection
      await setImmediate();
      assert.equal(await letIn(3, ask), 1);
    } finally {
      connection.close();
      await relay.close();
    }
  });

  it('F11 lose nothing but counts by FLUSHALL', async () => {
    assert.equal(await spread(40), 30);
    await connections[0]?.client.flushAll();
    assert.equal(await spread(9, '192.0.2.2'), 9);
  });
});
