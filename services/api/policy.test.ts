import assert from 'node:assert/strict';
import { newId } from '../core/ids.ts';
import { job, startTestApi, type Answer, type TestApi } from './testing/api.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly policy: 'public' | 'read' | 'write' | 'admin' | 'platform';
}

describe('the policy of every route', () => {
  let api: TestApi;
  let operations: Operation[];

  before(async () => {
    api = await startTestApi();
    const { json } = await api.call('GET', '/api/v1/openapi.json');
    operations = Object.entries(
      json.paths as unknown as Record<string, Record<string, Record<string, never>>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replace('{name}', 'nothing').replace('{id}', newId()),
        policy: operation['x-policy'] as unknown as Operation['policy'],
      })),
    );
  });

  after(() => api.stop());

  const statuses = (chosen: readonly Operation[], token?: string): Promise<[string, number][]> =>
    Promise.all(
      chosen.map(async ({ method, path }): Promise<[string, number]> => {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
        const answer = await api.call(method, path, {
          ...body,
          ...(token === undefined ? {} : { token }),
        });
        return [`${method} ${path}`, answer.status];
      }),
    );
  const guarded = (): Operation[] => operations.filter(({ policy }) => policy !== 'public');

  it('stands in the document', () => {
    assert.ok(operations.length >= 38, `${operations.length} routes`);
    assert.ok(
      operations.every(({ policy }) =>
        ['public', 'read', 'write', 'admin', 'platform'].includes(policy),
      ),
    );
  });

  it('leaves exactly these routes open to anybody', () => {
    const open = operations
      .filter(({ policy }) => policy === 'public')
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(open.toSorted(), [
      'GET /api/v1/auth/callback',
      'GET /api/v1/auth/start',
      'GET /api/v1/feed.json',
      'GET /api/v1/feed.xml',
      'GET /api/v1/jwks.json',
      'GET /api/v1/openapi.json',
      'GET /api/v1/sign-in',
      'POST /api/v1/acknowledge',
      'POST /api/v1/confirm-recipient',
      'POST /api/v1/sign-in',
      'POST /api/v1/token',
      'POST /api/v1/unsubscribe',
      'POST /api/v1/webhooks/sendgrid',
    ]);
  });

  it('refuses every other route without a credential', async () => {
    const wrong = (await statuses(guarded())).filter(([, status]) => status !== 401);
    assert.deepEqual(wrong, []);
  });

  it('refuses every other route with a credential that nobody issued', async () => {
    const wrong = (await statuses(guarded(), 'x'.repeat(43))).filter(
      ([, status]) => status !== 401,
    );
    assert.deepEqual(wrong, []);
  });

  it('refuses every change with a token that may only read', async () => {
    const changes = operations.filter(({ policy }) => policy !== 'public' && policy !== 'read');
    const wrong = (await statuses(changes, api.tokens.read)).filter(([, status]) => status !== 403);
    assert.deepEqual(wrong, []);
    assert.ok(changes.length >= 15);
  });

  it('asks for the right to write wherever the method is no GET, but for the own account, sessions, tokens, feeds, factors and memberships', () => {
    const loose = operations.filter(
      ({ method, policy, path }) =>
        method !== 'GET' &&
        policy === 'read' &&
        !/\/(sign-out|sessions|tokens|feeds|access-tokens|second-factors|step-up|account$|workspaces$|leave$|invitations\/)/.test(
          path,
        ),
    );
    assert.deepEqual(loose, []);
  });

  it('refuses a token that was revoked, and one that has expired', async () => {
    const pool = api.db.pool('duckmon_owner');
    const set = (column: string): Promise<unknown> =>
      pool.query(
        `BEGIN; SET LOCAL mon.workspace = 'team-a'; UPDATE api_tokens SET ${column} = '2026-01-01' WHERE name = 'write'; COMMIT`,
      );
    const ask = async (): Promise<number> =>
      (await api.call('GET', '/api/v1/me', { token: api.tokens.write })).status;
    assert.equal(await ask(), 200);
    await set('expires_at');
    assert.equal(await ask(), 401);
    await pool.query(
      "BEGIN; SET LOCAL mon.workspace = 'team-a'; UPDATE api_tokens SET expires_at = NULL WHERE name = 'write'; COMMIT",
    );
    await set('revoked_at');
    assert.equal(await ask(), 401);
  });
});

describe('what one workspace sees of another', () => {
  let api: TestApi;

  before(async () => {
    api = await startTestApi();
    const made = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.admin,
      body: job('private'),
    });
    assert.equal(made.status, 201);
  });

  after(() => api.stop());

  const foreign = (method: string, path: string, body?: unknown): Promise<Answer> =>
    api.call(method, `/api/v1${path}`, {
      token: api.tokens.other,
      ...(body === undefined ? {} : { body }),
    });

  for (const [method, path, body] of [
    ['GET', '/monitors/private', undefined],
    ['PUT', '/monitors/private', job('private')],
    ['DELETE', '/monitors/private', undefined],
    ['POST', '/monitors/private/pause', {}],
    ['POST', '/monitors/private/resume', {}],
    ['POST', '/monitors/private/run', {}],
    ['POST', '/monitors/private/duplicate', { name: 'stolen' }],
    ['GET', '/monitors/private/funnel', undefined],
    ['GET', '/monitors/private/values', undefined],
  ] as const)
    it(`E1 ${method} ${path} is not found, as if it did not exist`, async () => {
      assert.equal((await foreign(method, path, body)).status, 404);
    });

  it('E1 lists nothing of the other', async () => {
    assert.deepEqual((await foreign('GET', '/monitors')).json.items, []);
    assert.deepEqual((await foreign('GET', '/checks?monitor=private')).json.items, []);
  });

  it('E6 lets both use the same name and page', async () => {
    assert.equal((await foreign('POST', '/monitors', job('private'))).status, 201);
    assert.equal((await foreign('DELETE', '/monitors/private')).status, 204);
    const own = await api.call('GET', '/api/v1/monitors/private', { token: api.tokens.admin });
    assert.equal(own.status, 200);
  });

  for (const [what, body] of [
    ['a workspace in the body', { ...job('x'), workspaceId: 'team-a' }],
    ['a namespace of another', { ...job('x'), metadata: { name: 'x', workspace: 'team-a' } }],
    ['an operator object for a name', { ...job('x'), metadata: { name: { not: '' } } }],
    ['a list as the body', [job('x')]],
  ] as const)
    it(`E5 ${what} is refused`, async () => {
      const { status } = await foreign('POST', '/monitors', body);
      assert.ok(status === 422 || status === 400, String(status));
    });

  it('E5 __proto__ in a body changes nothing', async () => {
    const body = '{"__proto__":{"admin":true},"kind":"MonitorJob"}';
    const { status } = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.write,
      body,
    });
    assert.ok(status === 422 || status === 400);
    assert.equal(({} as { admin?: boolean }).admin, undefined);
  });
});
