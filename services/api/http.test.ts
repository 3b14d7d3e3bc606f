import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { notifyEvent } from '../store/events.ts';
import { withWorkspace } from '../store/workspace.ts';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('the http surface of the api', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
  });

  after(() => api.stop());

  it('answers errors in one shape with a correlation id', async () => {
    const { status, json, headers } = await api.call('GET', '/api/v1/nothing', {
      token: api.tokens.read,
    });
    assert.equal(status, 404);
    assert.deepEqual(Object.keys(json.error).toSorted(), ['code', 'correlationId', 'message']);
    assert.equal(json.error.correlationId, headers.get('x-correlation-id'));
  });

  it('says which JSON it could not read, in one sentence', async () => {
    const { status, json } = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.write,
      body: '{"a":',
    });
    assert.deepEqual([status, json.error.code], [400, 'invalid']);
  });

  it('A20 forbids documents, frames and sniffing', async () => {
    const { headers } = await api.call('GET', '/api/v1/openapi.json');
    assert.equal(
      headers.get('content-security-policy'),
      "default-src 'none';frame-ancestors 'none'",
    );
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-powered-by'), null);
  });

  it('is alive, and ready while the database answers', async () => {
    assert.equal((await api.call('GET', '/healthz')).status, 200);
    assert.deepEqual((await api.call('GET', '/readyz')).json, { status: 'ready', problems: {} });
  });

  it('counts its requests by route, never by what is in the path', async () => {
    await api.call('GET', '/api/v1/monitors/some-private-name', { token: api.tokens.read });
    const { text } = await api.call('GET', '/metrics');
    assert.match(text, /mon_http_request_seconds_count\{[^}]*route="\/api\/v1\/monitors\/:name"/);
    assert.ok(!text.includes('some-private-name'));
  });

  it('describes every route in an OpenAPI 3.1 document', async () => {
    const { json } = await api.call('GET', '/api/v1/openapi.json');
    assert.equal(json.openapi, '3.1.0');
    const run = json.paths['/api/v1/monitors/{name}/run'].post;
    assert.deepEqual(run.parameters, [
      {
        name: 'name',
        in: 'path',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 63 },
      },
      { $ref: '#/components/parameters/Workspace' },
    ]);
    assert.deepEqual(Object.keys(run.responses).toSorted(), ['202', 'default']);
    const ids = Object.values(
      json.paths as Record<string, Record<string, { operationId: string }>>,
    ).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('has the version of the package in its document', async () => {
    const { json } = await api.call('GET', '/api/v1/openapi.json');
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    assert.equal(json.info.version, version);
  });

  it('streams the events of the own workspace alone', async () => {
    const response = await fetch(`${api.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${api.tokens.read}` },
    });
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const pool = api.db.pool('duckmon_owner');
    await withWorkspace(pool, 'team-b', (tx) =>
      notifyEvent(tx, { workspace: 'team-b', kind: 'check', id: 'foreign' }),
    );
    await withWorkspace(pool, 'team-a', (tx) =>
      notifyEvent(tx, { workspace: 'team-a', kind: 'check', id: 'own' }),
    );
    let text = '';
    while (!text.includes('own'))
      text += Buffer.from((await reader.read()).value ?? []).toString('utf8');
    await reader.cancel();
    assert.ok(!text.includes('foreign') && !text.includes('team-'));
    assert.match(text, /data: \{"kind":"check","id":"own"\}\n\n/);
  });
});

describe('the limit of requests', () => {
  it('E11 answers 429 with Retry-After', async () => {
    const api = await startTestApi({ RATE_LIMIT: '3' });
    try {
      const ask = () => api.call('GET', '/api/v1/me', { token: api.tokens.read });
      const statuses = [(await ask()).status, (await ask()).status, (await ask()).status];
      const limited = await ask();
      assert.deepEqual([...statuses, limited.status], [200, 200, 200, 429]);
      assert.equal(limited.json.error.code, 'too_many_requests');
      assert.ok(Number(limited.headers.get('retry-after')) > 0);
    } finally {
      await api.stop();
    }
  });

  it('E11 takes fewer sign-ins, and fewer of what costs, than requests in general', async () => {
    const api = await startTestApi({ SIGN_IN_RATE_LIMIT: '2', COSTLY_RATE_LIMIT: '2' });
    try {
      const statuses = async (ask: () => Promise<Answer>): Promise<number[]> => {
        const answers = [await ask(), await ask(), await ask()];
        const last = answers.at(-1);
        assert.ok(Number(last?.headers.get('retry-after')) > 0);
        return answers.map(({ status }) => status);
      };
      const post = (path: string, body: unknown, token?: string) => () =>
        api.call('POST', `/api/v1/${path}`, { body, ...(token === undefined ? {} : { token }) });
      const guess = post('sign-in', { token: 'x'.repeat(43) });
      assert.deepEqual(await statuses(guess), [401, 401, 429]);
      const test = post('channels/nothing/test', {}, api.tokens.write);
      assert.deepEqual(await statuses(test), [404, 404, 429]);
      const preview = post('preview', {}, api.tokens.admin);
      assert.equal(
        (await preview()).status,
        429,
        'of one person, whatever it is and by which token',
      );
      assert.equal((await post('preview', {}, api.tokens.other)()).status, 400);
      assert.equal((await api.call('GET', '/api/v1/me', { token: api.tokens.read })).status, 200);
    } finally {
      await api.stop();
    }
  });

  it('A21 is not escaped by a forwarded address that nobody vouches for', async () => {
    const api = await startTestApi({ RATE_LIMIT: '1' });
    try {
      const ask = (address: string) =>
        api.call('GET', '/api/v1/me', {
          token: api.tokens.read,
          headers: { 'x-forwarded-for': address },
        });
      assert.equal((await ask('203.0.113.1')).status, 200);
      assert.equal((await ask('203.0.113.2')).status, 429);
    } finally {
      await api.stop();
    }
  });
});

describe('the database going away', () => {
  it('F14 makes the api not ready and answers 503 with Retry-After, without detail', async () => {
    const api = await startTestApi();
    try {
      await api.call('POST', '/api/v1/monitors', { token: api.tokens.write, body: job('before') });
      await api.db.pool('duckmon_owner').query('ALTER ROLE mon_api NOLOGIN');
      await api.db
        .pool('postgres')
        .query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mon_api' AND datname = current_database()",
        );
      const answer = await api.call('GET', '/api/v1/monitors', { token: api.tokens.read });
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      assert.doesNotMatch(answer.json.error.message, /postgres|role|mon_api/i);
      assert.equal((await api.call('GET', '/readyz')).status, 503);
      assert.equal((await api.call('GET', '/healthz')).status, 200);
    } finally {
      await api.db.pool('duckmon_owner').query('ALTER ROLE mon_api LOGIN');
      await api.stop();
    }
  });
});
