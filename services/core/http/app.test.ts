import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Router, type Express } from 'express';
import { z } from 'zod';
import { errorBody } from '../contracts/common.ts';
import { HttpError } from '../errors.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { createApp, type AppOptions } from './app.ts';
import { serve, type Listening } from './serve.ts';

describe('core: app', () => {
  let listening: Listening;
  let captured: CapturedLog;
  let metrics: Metrics;
  const start = async (
    routes: (app: Express) => void = () => undefined,
    options: Partial<AppOptions> = {},
  ): Promise<void> => {
    captured = captureLog();
    metrics = createMetrics('test');
    const { log } = captured;
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}), ...options });
    routes(app.express);
    listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
  };
  const post = (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers = {},
  ): Promise<Response> =>
    fetch(`${listening.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const errorOf = async (response: Response) => errorBody.parse(await response.json()).error;

  afterEach(() => listening.stop(0));

  it('parses JSON and keeps the raw bytes', async () => {
    await start((app) => {
      app.post('/echo', (request, response) => {
        const raw = (request as { rawBody?: Buffer }).rawBody;
        response.json({ body: request.body as unknown, raw: raw?.toString() });
      });
    });
    const answer = await post('/echo', '{"a": 1}');
    assert.deepEqual(await answer.json(), { body: { a: 1 }, raw: '{"a": 1}' });
  });

  for (const [what, body, headers, status, code] of [
    ['a body over the limit', JSON.stringify({ a: 'x'.repeat(1000) }), {}, 413, 'too_large'],
    ['broken JSON', '{"a":', {}, 400, 'invalid'],
    ['a bare value', '"x"', {}, 400, 'invalid'],
    [
      'an unknown charset',
      '{}',
      { 'content-type': 'application/json; charset=x-y' },
      415,
      'unsupported_media_type',
    ],
    ['an unknown encoding', '{}', { 'content-encoding': 'x-y' }, 415, 'unsupported_media_type'],
    ['a false gzip', '{}', { 'content-encoding': 'gzip' }, 400, 'invalid'],
  ] as const)
    it(`answers ${what} with ${status} in the one error shape`, async () => {
      await start((app) => void app.post('/x', (_request, response) => void response.json({})));
      const answer = await post('/x', body, headers);
      assert.equal(answer.status, status);
      const error = await errorOf(answer);
      assert.equal(error.code, code);
      assert.equal(error.correlationId, answer.headers.get('x-correlation-id'));
    });

  it('C27 stops inflating a body at the limit', async () => {
    await start((app) => void app.post('/x', (_request, response) => void response.json({})));
    const { gzipSync } = await import('node:zlib');
    const bomb = new Uint8Array(gzipSync(Buffer.from(JSON.stringify({ a: 'x'.repeat(1e6) }))));
    const answer = await post('/x', bomb, { 'content-encoding': 'gzip' });
    assert.equal(answer.status, 413);
  });

  it('says what an HttpError says, with fields and Retry-After', async () => {
    await start(
      (app) =>
        void app.get('/busy', () => {
          throw new HttpError('too_many_requests', 'Slots are taken', {
            retryAfterSeconds: 1.2,
            fields: [{ path: 'a.b', message: 'is wrong' }],
          });
        }),
    );
    const answer = await fetch(`${listening.url}/busy`);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '2']);
    const { code, message, fields } = await errorOf(answer);
    assert.deepEqual(
      { code, message, fields },
      {
        code: 'too_many_requests',
        message: 'Slots are taken',
        fields: [{ path: 'a.b', message: 'is wrong' }],
      },
    );
  });

  it('names the wrong fields of a body', async () => {
    await start(
      (app) =>
        void app.post('/x', (request, response) => {
          response.json(z.strictObject({ a: z.object({ b: z.number() }) }).parse(request.body));
        }),
    );
    const answer = await post('/x', '{"a": {"b": "text"}}');
    const error = await errorOf(answer);
    assert.deepEqual([answer.status, error.fields?.map(({ path }) => path)], [400, ['a.b']]);
  });

  for (const [what, fail] of [
    [
      'thrown',
      () => {
        throw new Error('password hunter2 at /srv/secret.ts');
      },
    ],
    [
      'rejected',
      async () => {
        throw new Error('password hunter2');
      },
    ],
    [
      'a database error with a status',
      () => {
        throw Object.assign(new Error('hunter2'), { status: 503 });
      },
    ],
    [
      'a text',
      () => {
        throw 'hunter2';
      },
    ], // eslint-disable-line no-throw-literal
  ] as const)
    it(`H3 tells nothing of an unforeseen error (${what}) but the correlation id`, async () => {
      await start((app) => void app.get('/x', fail));
      const answer = await fetch(`${listening.url}/x`);
      const body = await answer.text();
      assert.equal(answer.status, 500);
      assert.doesNotMatch(body, /hunter2|secret|\.ts/);
      const error = errorBody.parse(JSON.parse(body)).error;
      assert.equal(error.code, 'internal');
      const [line] = captured.lines();
      assert.deepEqual([line?.['level'], line?.['correlationId']], ['error', error.correlationId]);
    });

  it('cuts an answer that fails half-way, and writes it to the log', async () => {
    await start(
      (app) =>
        void app.get('/half', (_request, response, next) => {
          response.write('begun');
          next(new Error('broken'));
        }),
    );
    await assert.rejects(fetch(`${listening.url}/half`).then((answer) => answer.text()));
    assert.equal(captured.lines()[0]?.['msg'], 'request failed');
  });

  it('answers an unknown path with 404 and a broken one with 400', async () => {
    await start((app) => void app.get('/a/:id', (_request, response) => void response.json({})));
    assert.equal((await errorOf(await fetch(`${listening.url}/none`))).code, 'not_found');
    assert.equal((await fetch(`${listening.url}/a/%E0%A4%A`)).status, 400);
  });

  it('gives each request a correlation id of its own and takes none from outside', async () => {
    await start();
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const answer = await fetch(`${listening.url}/healthz`, {
          headers: { 'x-correlation-id': 'mine' },
        });
        return answer.headers.get('x-correlation-id');
      }),
    );
    assert.notEqual(ids[0], ids[1]);
    assert.ok(!ids.includes('mine'));
  });

  it('does not say what it is made of', async () => {
    await start();
    const answer = await fetch(`${listening.url}/healthz`);
    assert.equal(answer.headers.get('x-powered-by'), null);
  });

  it('H6 stays alive and is not ready while something it needs is missing', async () => {
    await start(undefined, { readiness: async () => ({ postgres: 'cannot be reached' }) });
    assert.equal((await fetch(`${listening.url}/healthz`)).status, 200);
    const ready = await fetch(`${listening.url}/readyz`);
    assert.deepEqual(
      [ready.status, await ready.json()],
      [503, { status: 'not ready', problems: { postgres: 'cannot be reached' } }],
    );
  });

  it('H6 is not ready when the check itself fails, and tells nothing of why', async () => {
    await start(undefined, { readiness: () => Promise.reject(new Error('hunter2')) });
    const ready = await fetch(`${listening.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.doesNotMatch(await ready.text(), /hunter2/);
  });

  it('counts requests by the pattern of their route, also when they fail', async () => {
    await start((app) => {
      const router = Router();
      router.get('/monitors/:name', (request, response) => {
        if (request.params.name === 'bad') throw new HttpError('conflict', 'no');
        response.json({});
      });
      app.use('/api/v1', router);
    });
    for (const name of ['one', 'two', 'bad'])
      await fetch(`${listening.url}/api/v1/monitors/${name}`);
    await fetch(`${listening.url}/wp-login.php?x=${'a'.repeat(50)}`);
    const counted = (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('mon_http_request_seconds_count'))
      .map((line) => /route="([^"]*)",status="(\d+)".* (\d+)$/.exec(line)?.slice(1));
    assert.deepEqual(counted, [
      ['/api/v1/monitors/:name', '200', '2'],
      ['/api/v1/monitors/:name', '409', '1'],
      ['other', '404', '1'],
    ]);
  });

  it('serves the metrics of its service', async () => {
    await start();
    const answer = await fetch(`${listening.url}/metrics`);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(await answer.text(), /mon_auth_failures_total/);
  });

  it('B12 refuses a request whose body could be cut at two places', async () => {
    await start();
    const { port } = listening;
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/',
      headers: { 'content-length': '4', 'transfer-encoding': 'chunked' },
    });
    const answer = new Promise<string>((resolve, reject) => {
      outgoing.on('response', (incoming) => {
        text(incoming).then(() => resolve(String(incoming.statusCode)), reject);
      });
      outgoing.on('error', reject);
    });
    outgoing.end('abcd');
    assert.equal(await answer, '400');
  });

  for (const type of ['application/json', 'text/plain', undefined])
    it(`B12 acts on no request whose chunks turn out to be none (${type ?? 'of no type'})`, async () => {
      let acted = 0;
      const arrived = Promise.withResolvers<void>();
      await start(
        (app) => {
          app.post('/act', (_request, response) => {
            acted += 1;
            response.json({});
          });
        },
        {
          before: [
            (_request, _response, next) => {
              next();
              arrived.resolve();
            },
          ],
        },
      );
      const head = [
        'POST /act HTTP/1.1',
        'Host: 127.0.0.1',
        ...(type === undefined ? [] : [`Content-Type: ${type}`]),
        'Transfer-Encoding: chunked',
      ];
      const socket = connect(listening.port, '127.0.0.1');
      const answer = text(socket);
      socket.write(`${head.join('\r\n')}\r\n\r\n2\r\n{}\r\n`);
      await arrived.promise;
      socket.write('no size\r\n\r\n');
      assert.match(await answer, /^HTTP\/1\.1 400 /);
      assert.equal(acted, 0);
    });

  it('acts on a whole body of another type as on none', async () => {
    let body: unknown = 'none';
    await start((app) => {
      app.post('/act', (request, response) => {
        body = request.body;
        response.json({});
      });
    });
    const answer = await fetch(`${listening.url}/act`, { method: 'POST', body: 'words' });
    assert.deepEqual([answer.status, body], [200, undefined]);
  });
});
