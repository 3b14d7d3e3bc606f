import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import {
  PUBLIC,
  startHarness,
  startOrigin,
  type Harness,
  type HarnessOptions,
  type Origin,
} from './testing/harness.ts';
import { exchange, getText, rawClient } from './testing/raw.ts';

const CLOSE = 'Connection: close\r\n';
const OTHER = '93.184.215.15';

describe('egress: connections that are kept', () => {
  let origin: Origin;
  let harness: Harness;
  const start = async (options: HarnessOptions = {}): Promise<void> => {
    harness = await startHarness({
      names: { 'shop.test': [PUBLIC], 'other.test': [PUBLIC] },
      originPort: origin.port,
      ...options,
    });
  };
  /** Asks over a connection of its own; the answer is over when it resolves. */
  const get = (url: string, grant: Parameters<Harness['authorization']>[0] = {}) =>
    exchange(harness.port, getText(url, harness.authorization(grant), CLOSE));
  const gauge = async (): Promise<number> =>
    Number(/open_connections\{[^}]*\} (\d+)/.exec(await harness.metrics())?.[1]);

  beforeEach(async () => {
    origin = await startOrigin();
  });
  afterEach(async () => {
    await harness.stop();
    origin.stop();
  });

  it('uses one connection to the target for the requests of one credential', async () => {
    await start();
    const client = rawClient(harness.port);
    const authorization = harness.authorization();
    client.send(getText('http://shop.test/one', authorization));
    await client.until('hello');
    client.send(getText('http://shop.test/two', authorization, CLOSE));
    await client.ended();
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`]);
    assert.deepEqual(origin.requests, ['GET /one', 'GET /two']);
  });

  it('asks again over a new connection when a kept one turned out dead', async () => {
    let connections = 0;
    await start();
    origin.server.on('connection', (socket) => {
      connections += 1;
      const first = connections === 1;
      let requests = 0;
      socket.prependListener('data', () => {
        requests += 1;
        if (first && requests === 2) socket.resetAndDestroy();
      });
    });
    const client = rawClient(harness.port);
    const authorization = harness.authorization();
    client.send(getText('http://shop.test/', authorization));
    await client.until('hello');
    client.send(getText('http://shop.test/', authorization, CLOSE));
    const text = await client.ended();
    assert.equal(text.split('hello').length - 1, 2);
    assert.equal(connections, 2);
  });

  it('H1 serves the next check of the workspace over the connection of the last', async () => {
    await start();
    for (const id of ['one', 'two', 'three'])
      assert.match(await get('http://shop.test/', { id }), /hello/);
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`]);
    assert.equal(await gauge(), 1);
  });

  it('C17 uses no connection of another workspace, another caller or another name', async () => {
    await start();
    await get('http://shop.test/');
    await get('http://shop.test/', { workspace: 'away' });
    await get('http://shop.test/', { issuer: 'api' });
    await get('http://other.test/');
    assert.equal(harness.dialled.length, 4);
  });

  it('C17 lets no credential use a kept connection after its end', async () => {
    await start();
    await get('http://shop.test/');
    assert.match(await get('http://shop.test/', { expires: Date.now() - 1 }), / 407 /);
    assert.equal(origin.requests.length, 1);
  });

  it('C6 resolves the name again for each credential, and goes where it is now', async () => {
    let address = PUBLIC;
    await start({ names: { 'shop.test': () => [address] } });
    await get('http://shop.test/');
    address = OTHER;
    await get('http://shop.test/');
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`, `${OTHER}:80`]);
    assert.equal(harness.resolved.length, 2);
  });

  it('C3 C6 refuses a name that became private although a connection to it is kept', async () => {
    let addresses = [PUBLIC];
    await start({ names: { 'shop.test': () => addresses } });
    await get('http://shop.test/');
    addresses = [PUBLIC, '169.254.169.254'];
    assert.match(await get('http://shop.test/'), / 403 /);
    assert.equal(origin.requests.length, 1);
  });

  it('writes a line for each credential that uses a connection, also a kept one', async () => {
    await start();
    for (const id of ['one', 'two']) await get('http://shop.test/', { id });
    assert.deepEqual(
      harness.events('egress.opened').map(({ id, address }) => [id, address]),
      [
        ['one', PUBLIC],
        ['two', PUBLIC],
      ],
    );
    assert.equal(harness.events('egress.closed').length, 2);
  });

  it('C16 counts a kept connection among those of the credential that uses it', async () => {
    await start();
    await get('http://shop.test/');
    const grant = { id: 'small', maxConnections: 1 };
    assert.match(await get('http://shop.test/', grant), / 200 /);
    assert.match(await get('http://other.test/', grant), / 429 /);
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`]);
  });

  it('C16 counts the bytes on a kept connection for the credential that uses it', async () => {
    await start();
    await get('http://shop.test/');
    await get('http://shop.test/', { id: 'small', maxBytes: 4 });
    const [, second] = harness.events('egress.closed');
    assert.deepEqual([second?.['id'], second?.['cut']], ['small', 'credential_bytes']);
  });

  it('C16 gives up a kept connection before it refuses one for want of room', async () => {
    for (const config of [{ maxConnections: 1 }, { maxPerHost: 1 }]) {
      await start({ config });
      await get('http://shop.test/');
      assert.match(await get('http://shop.test/', { workspace: 'away' }), / 200 /);
      assert.equal(harness.dialled.length, 2);
      assert.equal(await gauge(), 1);
      await harness.stop();
    }
    await start();
  });

  it('C16 gives up none that is in use', async () => {
    await start({ config: { maxConnections: 1 } });
    origin.server.removeAllListeners('request');
    origin.server.on('request', (_request, response) => void response.write('begun'));
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization()));
    await client.until('begun');
    assert.match(await get('http://other.test/'), / 503 /);
    client.socket.destroy();
  });

  it('counts a kept connection as open, and closes it when nobody needs it', async () => {
    await start({ deps: { keepMs: 30 } });
    const closed = new Promise((resolve) =>
      origin.server.once('connection', (socket) => socket.once('close', resolve)),
    );
    await get('http://shop.test/');
    assert.equal(await gauge(), 1);
    await closed;
    while ((await gauge()) !== 0) await new Promise(setImmediate);
    await get('http://shop.test/');
    assert.equal(harness.dialled.length, 2);
  });

  it('closes a kept connection that the target has ended', async () => {
    await start({ deps: { keepMs: 60_000 } });
    origin.server.keepAliveTimeout = 0;
    const connection = once(origin.server, 'connection') as Promise<[Socket]>;
    await get('http://shop.test/');
    assert.equal(await gauge(), 1);
    const [socket] = await connection;
    socket.end();
    await once(socket, 'close');
    assert.match(await get('http://shop.test/'), /hello/);
    assert.equal(harness.dialled.length, 2);
  });

  it('sends what has effects over a new connection, because a kept one may be dead', async () => {
    await start();
    await get('http://shop.test/');
    const text = getText('http://shop.test/', harness.authorization(), CLOSE);
    assert.match(await exchange(harness.port, text.replace('GET', 'POST')), /hello/);
    assert.equal(harness.dialled.length, 2);
  });

  it('closes what is kept when it stops', async () => {
    await start({ deps: { keepMs: 60_000, stopGraceMs: 60_000 } });
    origin.server.keepAliveTimeout = 0;
    const closed = new Promise((resolve) =>
      origin.server.once('connection', (socket) => socket.once('close', resolve)),
    );
    await get('http://shop.test/');
    await harness.stop();
    await closed;
    await start();
  });
});
