import assert from 'node:assert/strict';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { createApp } from '../http/app.ts';
import { serve } from '../http/serve.ts';
import { createMetrics } from '../metrics.ts';
import { captureLog } from '../testing/log.ts';
import { testKeys } from '../testing/keys.ts';
import {
  InternalCallError,
  createInternalClient,
  type InternalClient,
  type InternalProblem,
} from './client.ts';
import { requireInternal } from './guard.ts';

const answerShape = z.strictObject({ ok: z.boolean() });

describe('core: internal client', () => {
  const keys = testKeys();
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  const clientOf = (baseUrl: string, source = keys.of('scheduler')): InternalClient => {
    const client = createInternalClient({
      caller: 'scheduler',
      callee: 'browser',
      baseUrl,
      keys: source,
      clock: systemClock,
    });
    cleanups.push(() => client.close());
    return client;
  };
  /** A server that answers as the test says, without a guard. */
  const startBare = async (
    listener: RequestListener,
  ): Promise<{ url: string; seen: IncomingMessage[] }> => {
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      listener(request, response);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    cleanups.push(() => (server.closeAllConnections(), void server.close()));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  };
  const startGuarded = async (): Promise<string> => {
    const { log } = captureLog();
    const metrics = createMetrics('browser');
    const app = createApp({ log, metrics, bodyLimit: 100_000, readiness: () => ({}) });
    let address = '';
    const guard = requireInternal({
      service: 'browser',
      keys: keys.of('browser'),
      clock: systemClock,
      log,
      metrics,
      addresses: () => [address],
    });
    app.express.use(
      '/internal/v1',
      guard,
      (_request, response) => void response.json({ ok: true }),
    );
    const listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
    address = new URL(listening.url).host;
    cleanups.push(() => listening.stop(0));
    return listening.url;
  };
  const problemOf = async (call: Promise<unknown>): Promise<InternalProblem> => {
    try {
      await call;
    } catch (error) {
      assert.ok(error instanceof InternalCallError, String(error));
      return error.problem;
    }
    return assert.fail('answered');
  };
  const answering =
    (status: number, body: string, headers = {}) =>
    (_request: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(status, headers).end(body);

  it('is let in by the guard of the service that it calls, with each method', async () => {
    const client = clientOf(await startGuarded());
    assert.deepEqual(await client.post('/internal/v1/x', { a: 1 }, answerShape), { ok: true });
    assert.deepEqual(await client.put('/internal/v1/x', { a: 1 }, answerShape), { ok: true });
    assert.deepEqual(await client.get('/internal/v1/x', answerShape), { ok: true });
  });

  it('signs the path as it is sent, also with spaces, umlauts and a query', async () => {
    const client = clientOf(await startGuarded());
    assert.deepEqual(await client.get('/internal/v1/a b/ü?q=ä b&x=%2F', answerShape), { ok: true });
  });

  it('keeps its connections', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await startBare((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{"ok":true}');
    });
    const client = clientOf(url);
    for (let call = 0; call < 5; call += 1) await client.post('/x', {}, answerShape);
    assert.ok(ports.size < 5, `${ports.size} connections for 5 calls`);
  });

  it('says which key to look at when it is refused', async () => {
    const other = testKeys();
    const problem = await problemOf(
      clientOf(await startGuarded(), other.of('scheduler')).get('/internal/v1/x', answerShape),
    );
    assert.equal(problem.kind, 'refused');
    assert.match(
      problem.message,
      /^browser refused with 401: Invalid internal API key; check INTERNAL_API_KEY/,
    );
  });

  it('sends nothing when it holds no key', async () => {
    const { url, seen } = await startBare(answering(200, '{"ok":true}'));
    const problem = await problemOf(clientOf(url, keys.of('dashboard')).get('/x', answerShape));
    assert.match(problem.message, /has no current key to call browser/);
    assert.equal(seen.length, 0);
  });

  it('signs with the keyring that it is given, and names it when it has no key', async () => {
    const tenant = testKeys();
    const { url, seen } = await startBare(answering(200, '{"ok":true}'));
    const own = keys.of('scheduler')();
    const calls = { ...own.calls, 'browser/team': tenant.of('scheduler')().calls['browser'] ?? [] };
    const common = { caller: 'scheduler', callee: 'browser', baseUrl: url } as const;
    const clientWith = (keyring: string): InternalClient => {
      const source = () => ({ ...own, calls });
      const client = createInternalClient({ ...common, keyring, keys: source, clock: systemClock });
      cleanups.push(() => client.close());
      return client;
    };
    await clientWith('browser/team').get('/x', answerShape);
    const kid = `${tenant.root.keys[0]?.kid}-scheduler`;
    assert.equal(String(seen[0]?.headers['x-internal-api-key']).split('.')[0], kid);
    assert.equal(seen[0]?.headers['x-internal-kids'], kid);
    const problem = await problemOf(clientWith('browser/other').get('/x', answerShape));
    assert.match(problem.message, /has no current key to call browser\/other/);
  });

  it('B13 never signs with a key that is not current', async () => {
    const { url, seen } = await startBare(answering(200, '{"ok":true}'));
    const rotating = testKeys(['next', 'current', 'previous']);
    await clientOf(url, rotating.of('scheduler')).get('/x', answerShape);
    const kid = String(seen[0]?.headers['x-internal-api-key']).split('.')[0];
    assert.equal(kid, `${rotating.root.keys[1]?.kid}-scheduler`);
  });

  it('tells how long a busy service asks to wait', async () => {
    for (const [header, seconds] of [
      ['7', 7],
      [undefined, 1],
      ['soon', 1],
      ['0', 1],
    ] as const) {
      const { url } = await startBare(
        answering(429, '{}', header === undefined ? {} : { 'retry-after': header }),
      );
      const problem = await problemOf(clientOf(url).post('/x', {}, answerShape));
      assert.deepEqual(problem, {
        kind: 'busy',
        message: 'browser is busy',
        retryAfterSeconds: seconds,
      });
    }
  });

  it('passes on the words of a refusal in the one error shape', async () => {
    const body = JSON.stringify({
      error: { code: 'invalid', message: 'no such slot', correlationId: 'c' },
    });
    const { url } = await startBare(answering(400, body));
    const problem = await problemOf(clientOf(url).post('/x', {}, answerShape));
    assert.deepEqual(problem, {
      kind: 'refused',
      status: 400,
      message: 'browser refused with 400: no such slot',
    });
  });

  it('does not follow a redirect, to which its signature would go', async () => {
    const { url, seen } = await startBare(answering(302, '', { location: '/elsewhere' }));
    const problem = await problemOf(clientOf(url).get('/x', answerShape));
    assert.equal(problem.kind, 'refused');
    assert.equal(seen.length, 1);
  });

  for (const [what, body, message] of [
    ['something that is not JSON', '<html>', /not JSON/],
    ['another shape', '{"ok":"yes","more":{}}', /wrong shape at ok, the top/],
    ['nothing', '', /wrong shape/],
  ] as const)
    it(`takes no answer that is ${what}, and does not ask again`, async () => {
      const { url, seen } = await startBare(answering(200, body));
      const problem = await problemOf(clientOf(url).get('/x', answerShape));
      assert.equal(problem.kind, 'invalidAnswer');
      assert.match(problem.message, message);
      assert.equal(seen.length, 1);
    });

  it('takes no answer of more than 32 MiB', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 32);
    const { url } = await startBare((_request, response) => {
      response.on('error', () => undefined);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more);
      };
      more();
    });
    const problem = await problemOf(clientOf(url).get('/x', answerShape));
    assert.deepEqual(
      [problem.kind, problem.message],
      ['invalidAnswer', 'browser answered with more than is allowed'],
    );
  });

  it('gives up when its time is over', async () => {
    const { url, seen } = await startBare(() => undefined);
    const problem = await problemOf(clientOf(url).get('/x', answerShape, { timeoutMs: 30 }));
    assert.deepEqual(problem, { kind: 'timeout', message: 'browser did not answer in time' });
    assert.equal(seen.length, 1);
  });

  it('gives up when an answer drips longer than its time', async () => {
    const { url } = await startBare((_request, response) => void response.write('{"ok":'));
    const problem = await problemOf(clientOf(url).post('/x', {}, answerShape, { timeoutMs: 30 }));
    assert.equal(problem.kind, 'timeout');
  });

  it('rejects with the reason of the caller who aborted', async () => {
    const stop = new AbortController();
    const { url } = await startBare(() => stop.abort(new Error('job deleted')));
    await assert.rejects(
      clientOf(url).get('/x', answerShape, { signal: stop.signal }),
      /job deleted/,
    );
  });

  describe('when the connection breaks', () => {
    const breaking = (times: number) => {
      let left = times;
      return (request: IncomingMessage, response: ServerResponse): void => {
        if (left-- > 0) request.socket.resetAndDestroy();
        else response.end('{"ok":true}');
      };
    };

    it('sends a POST once and says that it may have been processed', async () => {
      const { url, seen } = await startBare(breaking(1));
      const problem = await problemOf(clientOf(url).post('/x', {}, answerShape));
      assert.equal(seen.length, 1);
      assert.equal(problem.kind === 'unreachable' && problem.maybeProcessed, true);
      assert.match(problem.message, /^Service not responding: browser /);
    });

    it('sends a POST again that its caller calls repeatable', async () => {
      const { url, seen } = await startBare(breaking(1));
      assert.deepEqual(await clientOf(url).post('/x', {}, answerShape, { repeatable: true }), {
        ok: true,
      });
      assert.equal(seen.length, 2);
    });

    it('sends a GET and a PUT again, signed anew', async () => {
      for (const method of ['get', 'put'] as const) {
        const { url, seen } = await startBare(breaking(1));
        const client = clientOf(url);
        await (method === 'get'
          ? client.get('/x', answerShape)
          : client.put('/x', {}, answerShape));
        const nonces = seen.map(({ headers }) => headers['x-internal-nonce']);
        assert.equal(new Set(nonces).size, 2);
      }
    });

    it('says that nothing was processed when it was closed before', async () => {
      const { url } = await startBare(answering(200, '{"ok":true}'));
      const client = clientOf(url);
      await client.close();
      cleanups.pop();
      const problem = await problemOf(client.post('/x', {}, answerShape));
      assert.equal(problem.kind === 'unreachable' && problem.maybeProcessed, false);
    });

    it('does not send a third time', async () => {
      const { url, seen } = await startBare(breaking(9));
      await problemOf(clientOf(url).get('/x', answerShape));
      assert.equal(seen.length, 2);
    });

    it('says that nothing was processed when nobody listens', async () => {
      const { url } = await startBare(() => undefined);
      await cleanups.pop()?.();
      const problem = await problemOf(clientOf(url).post('/x', {}, answerShape));
      assert.deepEqual(
        [problem.kind, problem.kind === 'unreachable' && problem.maybeProcessed],
        ['unreachable', false],
      );
      assert.match(problem.message, /check that it runs and is reachable$/);
    });

    it('sends a POST again when no connection came about the first time', async () => {
      const server = createServer((_request, response) => void response.end('{"ok":true}'));
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', resolve);
      await promise;
      const { port } = server.address() as AddressInfo;
      const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
      server.close(() => onClosed());
      await closed;
      cleanups.push(() => (server.closeAllConnections(), void server.close()));
      let attempts = 0;
      const client = clientOf(`http://127.0.0.1:${port}`, () => {
        // The service comes up between the two attempts.
        if ((attempts += 1) === 2) server.listen(port, '127.0.0.1');
        return keys.of('scheduler')();
      });
      assert.deepEqual(await client.post('/x', {}, answerShape), { ok: true });
    });

    it('sends a POST over a new connection when the server closed the kept one', async () => {
      const { url, seen } = await startBare((request, response) => {
        response.end('{"ok":true}', () => setImmediate(() => request.socket.end()));
      });
      const client = clientOf(url);
      await client.post('/x', {}, answerShape);
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      seen[0]?.socket.once('close', () => resolve());
      await closed;
      assert.deepEqual(await client.post('/x', {}, answerShape), { ok: true });
    });
  });
});
