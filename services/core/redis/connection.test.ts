import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startRelay } from '../testing/relay.ts';
import { openRedis, type RedisConnection } from './connection.ts';
import { startRedis, untilReady, type RedisServer } from './testing/server.ts';

describe('the connection to Redis', () => {
  let server: RedisServer;
  let connection: RedisConnection | undefined;
  let told: string[];

  before(async () => (server = await startRedis()));
  beforeEach(() => (told = []));
  afterEach(() => {
    connection?.close();
    connection = undefined;
  });
  after(() => server.stop());

  const tell = (_fields: unknown, text?: string): void => void told.push(text ?? '');
  const log = { warn: tell, info: tell } as never;
  const openReady = async (url = server.url, silenceMs?: number): Promise<RedisConnection> => {
    connection = openRedis(url, log, silenceMs);
    await untilReady(connection);
    return connection;
  };

  it('carries commands out', async () => {
    const { client } = await openReady();
    assert.equal(await client.set('a', '1', { EX: 10 }), 'OK');
    assert.equal(await client.get('a'), '1');
  });

  it('F11 goes on after the server has crashed and come back, and says so once', async () => {
    const opened = await openReady();
    const { client } = opened;
    await client.set('a', '1');
    await server.kill();
    await assert.rejects(async () => {
      for (;;) await client.get('a');
    });
    await assert.rejects(client.get('a'), 'a command waits for nothing');
    assert.equal(client.isReady, false);
    await server.start();
    await untilReady(opened);
    assert.equal(await client.get('a'), null);
    assert.equal(told.filter((text) => text.startsWith('Redis cannot be reached')).length, 1);
    assert.equal(told.at(-1), 'Redis is there again');
  });

  it('gives a command up when the server says nothing', async () => {
    const relay = await startRelay(server.port);
    try {
      const { client } = await openReady(`redis://127.0.0.1:${relay.port}`, 300);
      relay.cut();
      await assert.rejects(client.get('a'));
      assert.equal(client.isReady, false);
      relay.mend();
    } finally {
      connection?.close();
      await relay.close();
    }
  });

  it('needs no server to begin with', async () => {
    const nowhere = await startRelay(1);
    await nowhere.close();
    connection = openRedis(`redis://127.0.0.1:${nowhere.port}`, log);
    await once(connection.client, 'error');
    assert.equal(connection.client.isReady, false);
    await assert.rejects(connection.client.get('a'));
  });
});
