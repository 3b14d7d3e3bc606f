import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createMetrics } from '../metrics.ts';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { createApp } from './app.ts';
import { createProxy, forwardedHeaders } from './proxy.ts';
import { serve } from './serve.ts';

describe('core: proxy to a service of ours', () => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  let captured: CapturedLog;
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  const startService = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    cleanups.push(() => (server.closeAllConnections(), void server.close()));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const startProxy = async (baseUrl: string): Promise<string> => {
    captured = captureLog();
    const { log } = captured;
    const proxy = createProxy(baseUrl, log);
    const app = createApp({
      log,
      metrics: createMetrics('x'),
      bodyLimit: 10,
      readiness: () => ({}),
    });
    app.express.use('/api', proxy.handle);
    const listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
    cleanups.push(
      () => listening.stop(0),
      () => proxy.close(),
    );
    return listening.url;
  };

  it('passes method, path, query and status on, and answers with what it got', async () => {
    const url = await startProxy(
      await startService((request, response) => {
        response.writeHead(418, { 'x-page': 'a' }).end(`${request.method} ${request.url}`);
      }),
    );
    const answer = await fetch(`${url}/api/v1/x?a=%2F`, { method: 'DELETE' });
    assert.deepEqual(
      [answer.status, answer.headers.get('x-page'), await answer.text()],
      [418, 'a', 'DELETE /api/v1/x?a=%2F'],
    );
  });

  it('tells the service where the request came from, whatever it claimed', async () => {
    let seen: Record<string, unknown> = {};
    const url = await startProxy(
      await startService((request, response) => {
        seen = request.headers;
        response.end();
      }),
    );
    await fetch(`${url}/api`, {
      headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'evil.test' },
    });
    assert.deepEqual(
      [seen['x-forwarded-for'], seen['x-forwarded-host']],
      ['127.0.0.1', new URL(url).host],
    );
  });

  it('B12 strips internal headers, hop-by-hop headers and those that Connection names', () => {
    const passed = forwardedHeaders({
      host: 'a',
      connection: 'close, X-Hop',
      'x-hop': '1',
      'x-internal-api-key': 'k',
      'x-internal-nonce': 'n',
      te: 'trailers',
      upgrade: 'websocket',
      'proxy-authorization': 'x',
      accept: 'text/html',
    });
    assert.deepEqual(passed, { accept: 'text/html' });
  });

  it('streams an answer as it comes', async () => {
    const url = await startProxy(
      await startService((_request, response) => void response.write('first')),
    );
    const answer = await fetch(`${url}/api/events`);
    const chunk = await answer.body?.getReader().read();
    assert.equal(Buffer.from(chunk?.value ?? []).toString(), 'first');
  });

  it('answers 503 with Retry-After when the service is down, and says so in the log', async () => {
    const gone = await startService(() => undefined);
    await cleanups.pop()?.();
    const answer = await fetch(`${await startProxy(gone)}/api`);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2']);
    assert.match(captured.text(), /Service not responding/);
  });

  it('cuts an answer that the service broke off', async () => {
    const url = await startProxy(
      await startService(
        (_request, response) => void response.write('half', () => response.destroy()),
      ),
    );
    await assert.rejects(fetch(`${url}/api`).then((answer) => answer.text()));
  });

  it('ends the request to the service when the client has gone', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const url = await startProxy(
      await startService((_request, response) => {
        response.once('close', () => resolve());
        response.write('begun');
      }),
    );
    const client = new AbortController();
    await fetch(`${url}/api`, { signal: client.signal });
    client.abort();
    await gone;
  });

  for (const target of [
    'http://evil.test/api',
    '//evil.test/api',
    '/api@evil.test/',
    '/api/../../x',
  ])
    it(`A18 sends the request target ${target} nowhere else`, async () => {
      const reached: (string | undefined)[] = [];
      const url = new URL(
        await startProxy(
          await startService((request, response) => {
            reached.push(request.headers.host);
            response.end();
          }),
        ),
      );
      const outgoing = httpRequest({ host: url.hostname, port: url.port, path: target });
      const { promise, resolve } = Promise.withResolvers<void>();
      outgoing.on('response', (incoming) => void text(incoming).then(() => resolve()));
      outgoing.on('error', () => resolve());
      outgoing.end();
      await promise;
      assert.ok(reached.every((host) => host?.startsWith('127.0.0.1:')));
      assert.doesNotMatch(captured.text(), /ENOTFOUND/);
    });
});
