import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { SetupError } from '../errors.ts';
import { serve, type Listening } from './serve.ts';

describe('core: serve', () => {
  const started: Listening[] = [];
  const start = async (
    listener: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
      void response.end('ok'),
    options = {},
  ): Promise<Listening> => {
    const listening = await serve(listener, { host: '127.0.0.1', port: 0, ...options });
    started.push(listening);
    return listening;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((listening) => listening.stop(0)));
  });

  it('chooses a free port when asked for 0 and says where it listens', async () => {
    const { port, url } = await start();
    assert.ok(port > 0);
    assert.equal(url, `http://127.0.0.1:${port}`);
    assert.equal(await (await fetch(url)).text(), 'ok');
  });

  it('writes an IPv6 address in brackets', async () => {
    const { url, port } = await start(undefined, { host: '::1' });
    assert.equal(url, `http://[::1]:${port}`);
  });

  it('says in a sentence that the port is in use, and what to do', async () => {
    const { port } = await start();
    await assert.rejects(
      start(undefined, { port }),
      (error) =>
        error instanceof SetupError &&
        error.message ===
          `Port ${port} on 127.0.0.1 is in use; stop what listens there, or choose another port.`,
    );
  });

  it('F21 lets a running request end and takes no new one', async () => {
    const { promise: arrived, resolve: onArrival } = Promise.withResolvers<ServerResponse>();
    const listening = await start((_request, response) => onArrival(response));
    const running = fetch(listening.url);
    const response = await arrived;
    const stopped = listening.stop(5000);
    await assert.rejects(fetch(listening.url));
    response.end('done');
    assert.equal(await (await running).text(), 'done');
    await stopped;
  });

  it('does not wait for a kept-alive connection on which nothing runs', async () => {
    const listening = await start();
    const agent = new Agent({ keepAlive: true });
    const [answer] = (await once(get(listening.url, { agent }), 'response')) as [IncomingMessage];
    assert.equal(await text(answer), 'ok');
    const before = performance.now();
    await listening.stop(5000);
    assert.ok(performance.now() - before < 2000);
    agent.destroy();
  });

  it('ends a kept-alive connection with the request that ran at the stop', async () => {
    const { promise: arrived, resolve: onArrival } = Promise.withResolvers<ServerResponse>();
    const listening = await start((_request, response) => onArrival(response));
    const agent = new Agent({ keepAlive: true });
    const running = once(get(listening.url, { agent }), 'response') as Promise<[IncomingMessage]>;
    const response = await arrived;
    const before = performance.now();
    const stopped = listening.stop(8000);
    response.end('done');
    const [answer] = await running;
    await text(answer);
    await stopped;
    assert.ok(performance.now() - before < 3000);
    agent.destroy();
  });

  it('cuts what does not end within the grace', async () => {
    const { promise: arrived, resolve: onArrival } = Promise.withResolvers<void>();
    const listening = await start(() => onArrival());
    const running = fetch(listening.url);
    const failed = assert.rejects(running);
    await arrived;
    await listening.stop(20);
    await failed;
  });

  it('F20 drops a client that sends its headers too slowly', async () => {
    const { port } = await start(undefined, { headersTimeoutMs: 40, checkTimeoutsEveryMs: 20 });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: ');
    assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  });

  it('refuses headers over the limit with 431', async () => {
    const { port } = await start(undefined, { maxHeaderBytes: 1000 });
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nX-A: ${'a'.repeat(2000)}\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 431 /);
  });
});
