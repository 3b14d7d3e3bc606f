import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fakeClock } from '../core/testing/clock.ts';
import { startHarness, type Harness, type HarnessOptions } from './testing/harness.ts';
import { connectText, exchange, rawClient, type RawClient } from './testing/raw.ts';

describe('egress: tunnels', () => {
  let target: Server;
  let port: number;
  let harness: Harness;
  let answer: (socket: Socket) => void;
  const clients: RawClient[] = [];

  before(async () => {
    target = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      answer(socket);
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    port = (target.address() as AddressInfo).port;
  });
  after(() => void target.close());
  beforeEach(() => {
    answer = (socket) => void socket.pipe(socket);
  });
  afterEach(async () => {
    clients.splice(0).forEach((client) => client.socket.destroy());
    await harness.stop();
  });

  const start = async (options: HarnessOptions = {}): Promise<void> => {
    harness = await startHarness({
      ...options,
      env: { DUCKMON_EGRESS_ALLOW: `127.0.0.1:${port}`, ...options.env },
    });
  };
  const open = async (authorization = harness.authorization(), early = ''): Promise<RawClient> => {
    const client = rawClient(harness.port);
    clients.push(client);
    client.send(connectText(`127.0.0.1:${port}`, authorization) + early);
    await client.until('\r\n\r\n');
    return client;
  };
  const closedLine = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const [line] = harness.events('egress.closed');
      if (line) return line;
      await new Promise(setImmediate);
    }
  };

  it('carries bytes both ways', async () => {
    await start();
    const client = await open();
    client.send('over the wall');
    assert.match(await client.until('wall'), /\r\n\r\nover the wall$/);
  });

  it('passes on what the client sent together with its request', async () => {
    await start();
    const client = await open(harness.authorization(), 'early bird');
    assert.match(await client.until('bird'), /\r\n\r\nearly bird$/);
  });

  it('lets a peer that has said all still listen', async () => {
    answer = (socket) => {
      let heard = '';
      socket.on('data', (chunk) => (heard += String(chunk)));
      socket.on('end', () => socket.end(`you said ${heard}`));
    };
    await start();
    const client = await open();
    client.socket.end('hello');
    assert.match(await client.ended(), /you said hello$/);
  });

  it('passes a reset on in both directions', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    answer = (socket) => void socket.resume().once('error', () => resolve());
    await start();
    const client = await open();
    client.socket.resetAndDestroy();
    await closed;
    answer = (socket) => void socket.on('data', () => socket.resetAndDestroy());
    const second = await open();
    second.send('x');
    await second.ended();
  });

  it('holds the sender back when the receiver does not read', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<Socket>();
    answer = (socket) => (socket.pause(), resolve(socket));
    await start();
    const client = await open(harness.authorization({ maxBytes: 1e9 }));
    const chunk = Buffer.alloc(1024 * 1024);
    let written = 0;
    while (written < 512 && client.socket.write(chunk)) written += 1;
    const lazy = await arrived;
    await new Promise(setImmediate);
    const moved = lazy.bytesRead;
    assert.ok(written < 64, `the client could write ${written} MiB without being held back`);
    assert.ok(moved < 64 * 1024 * 1024);
    lazy.resume();
    await once(client.socket, 'drain');
    lazy.destroy();
  });

  it('cuts the tunnel when the credential has used up its bytes, and says why', async () => {
    await start();
    const client = await open(harness.authorization({ maxBytes: 1000 }));
    client.send('a'.repeat(2000));
    await client.ended();
    const line = await closedLine();
    assert.deepEqual([line['cut'], line['level']], ['credential_bytes', 'warn']);
  });

  it('counts the bytes of both directions', async () => {
    answer = (socket) => void socket.end('b'.repeat(20));
    await start();
    const client = await open(harness.authorization(), 'a'.repeat(10));
    client.socket.end();
    await client.ended();
    const { sent, received, cut } = await closedLine();
    assert.deepEqual({ sent, received, cut }, { sent: 10, received: 20, cut: undefined });
    const text = await harness.metrics();
    assert.match(text, /mon_egress_bytes_total\{direction="sent",service="egress"\} 10\n/);
    assert.match(text, /mon_egress_bytes_total\{direction="received",service="egress"\} 20\n/);
  });

  it('cuts the tunnel when its time is over', async () => {
    const clock = fakeClock(new Date());
    await start({ deps: { clock } });
    const client = await open(harness.authorization({ maxMs: 5000 }));
    client.send('still here');
    await client.until('still here');
    clock.advance(4999);
    client.send('and now');
    await client.until('and now');
    clock.advance(1);
    await client.ended();
    assert.equal((await closedLine())['cut'], 'time');
  });

  it('forgets its timer when the tunnel has ended', async () => {
    const clock = fakeClock(new Date());
    await start({ deps: { clock } });
    const client = await open();
    assert.equal(clock.sleepers(), 1);
    client.socket.destroy();
    await closedLine();
    assert.equal(clock.sleepers(), 0);
  });

  it('cuts a tunnel in which nothing moves', async () => {
    answer = () => undefined;
    await start({ deps: { idleMs: 50 } });
    const client = await open();
    await client.ended();
    assert.equal((await closedLine())['cut'], 'idle');
  });

  it('C16 answers 503 when the replica is full and 429 when the credential or the host is', async () => {
    await start({ config: { maxConnections: 3, maxPerHost: 2 } });
    const one = harness.authorization({ maxConnections: 1 });
    const heads = [
      (await open(one)).text(),
      (await open(one)).text(),
      (await open()).text(),
      (await open()).text(),
    ];
    assert.deepEqual(
      heads.map((head) => Number(head.split(' ')[1])),
      [200, 429, 200, 429],
    );
    assert.match(heads[1] ?? '', /x-duckmon-egress-error: limited/);
    const full = await startHarness({
      env: { DUCKMON_EGRESS_ALLOW: `127.0.0.1:${port}` },
      config: { maxConnections: 1 },
    });
    const held = rawClient(full.port);
    held.send(connectText(`127.0.0.1:${port}`, full.authorization()));
    await held.until('200');
    const refused = await exchange(
      full.port,
      connectText(`127.0.0.1:${port}`, full.authorization()),
    );
    assert.match(refused, /^HTTP\/1\.1 503 /);
    held.socket.destroy();
    await full.stop();
  });

  it('gives the place back when a tunnel ends', async () => {
    await start({ config: { maxConnections: 1 } });
    const first = await open();
    first.socket.end();
    await first.ended();
    await closedLine();
    assert.match((await open()).text(), /^HTTP\/1\.1 200 /);
  });

  it('C16 gives the place back of each of 500 refused connections', async () => {
    await start({ config: { maxConnections: 2 } });
    for (let round = 0; round < 50; round += 1)
      await Promise.all(
        Array.from({ length: 10 }, () =>
          exchange(harness.port, connectText('10.0.0.7:443', harness.authorization())),
        ),
      );
    assert.match((await open()).text(), /^HTTP\/1\.1 200 /);
  });

  for (const [what, reason, status, code, dial] of [
    ['refuses the connection', 'connect_refused', 502, 'connectionRefused', 'ECONNREFUSED'],
    ['is reset', 'connection_reset', 502, 'connectionReset', 'ECONNRESET'],
    ['does not answer', 'connect_timeout', 504, 'timeout', 'ETIMEDOUT'],
    ['has no route', 'connect_failed', 502, 'unreachable', 'EHOSTUNREACH'],
  ] as const)
    it(`tells by status and header when the target ${what}`, async () => {
      const failing = async (): Promise<never> => {
        throw Object.assign(new Error(dial), { code: dial });
      };
      await start({ deps: { dial: failing } });
      const client = await open();
      assert.match(
        client.text(),
        new RegExp(`^HTTP/1.1 ${status} [^]*x-duckmon-egress-error: ${code}\r\n`),
      );
      assert.equal(harness.events('egress.failed')[0]?.['reason'], reason);
    });

  it('tells by status and header when the name does not exist', async () => {
    await start();
    const text = await exchange(
      harness.port,
      connectText('gone.test:443', harness.authorization()),
    );
    assert.match(text, /^HTTP\/1\.1 502 [^]*x-duckmon-egress-error: nameNotFound\r\n/);
  });

  it('gives up on a connection that takes too long', async () => {
    const hanging = (): Promise<never> => Promise.withResolvers<never>().promise;
    await start({
      names: {},
      deps: { connectTimeoutMs: 30, resolve: hanging },
    });
    const text = await exchange(
      harness.port,
      connectText('slow.test:443', harness.authorization()),
    );
    assert.match(text, /^HTTP\/1\.1 504 /);
  });

  it('stops dialling when the client has been cut meanwhile', async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
    const { promise: gone, resolve: onGone } = Promise.withResolvers<void>();
    await start({
      deps: {
        dial: (_address, _port, signal) => {
          onAsked();
          const { promise, reject } = Promise.withResolvers<never>();
          signal.addEventListener('abort', () => (onGone(), reject(new Error('aborted'))));
          return promise;
        },
      },
    });
    const client = rawClient(harness.port);
    client.send(connectText(`127.0.0.1:${port}`, harness.authorization()));
    await asked;
    await harness.stop();
    await gone;
    await client.ended();
    await start();
  });

  it('cuts tunnels when the grace of a stop is over', async () => {
    await start();
    const client = await open();
    await harness.stop();
    await client.ended();
    assert.ok(client.socket.destroyed);
    await start();
  });
});
