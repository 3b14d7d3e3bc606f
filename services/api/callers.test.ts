import assert from 'node:assert/strict';
import { newId } from '../core/ids.ts';
import { setMembership, signInUser, type MemberRole } from '../store/identity.ts';
import { createSession } from '../store/sessions.ts';
import { createApiToken } from '../store/tokens.ts';
import { withTransaction, withWorkspace } from '../store/workspace.ts';
import { csrfToken, hashSecret, newSecret } from './cookie.ts';
import { startTestApi, WORKSPACE, type TestApi } from './testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from './testing/signingKeys.ts';

/** `own` is for persons alone: what a token may not do for its owner; `token` for API tokens alone. */
type Needs = 'nothing' | 'own' | 'token' | 'read' | 'write' | 'admin' | 'platform';

/** Every route and what it asks for; one that is not here fails the test. */
const ROUTES: Readonly<Record<Needs, readonly string[]>> = {
  nothing: [
    'GET /auth/callback',
    'GET /auth/start',
    'GET /jwks.json',
    'GET /openapi.json',
    'GET /sign-in',
    'POST /acknowledge',
    'POST /confirm-recipient',
    'POST /sign-in',
    'POST /token',
    'POST /unsubscribe',
    'POST /webhooks/sendgrid',
  ],
  own: [
    'DELETE /second-factors/passkeys/{id}',
    'DELETE /second-factors/totp',
    'DELETE /sessions/{id}',
    'DELETE /tokens/{id}',
    'GET /second-factors',
    'GET /sessions',
    'GET /tokens',
    'POST /second-factors/passkeys',
    'POST /second-factors/passkeys/options',
    'POST /second-factors/recovery-codes',
    'POST /second-factors/totp',
    'POST /second-factors/totp/confirm',
    'POST /sign-out-everywhere',
    'POST /step-up/passkey',
    'POST /step-up/passkey/options',
    'POST /step-up/recovery',
    'POST /step-up/totp',
    'POST /tokens',
  ],
  token: ['POST /access-tokens'],
  read: [
    'GET /alerts',
    'GET /channels',
    'GET /channels/{name}',
    'GET /checks',
    'GET /checks/{id}',
    'GET /deliveries',
    'GET /events',
    'GET /findings',
    'GET /findings/{id}',
    'GET /managers',
    'GET /me',
    'GET /monitors',
    'GET /monitors/{name}',
    'GET /monitors/{name}/funnel',
    'GET /secrets',
    'GET /snapshots',
    'GET /snapshots/{id}/screenshot',
    'GET /snapshots/{id}/text',
    'GET /verdicts',
    'GET /verdicts/{id}',
    'GET /workspaces',
    'POST /sign-out',
  ],
  write: [
    'DELETE /channels/{name}',
    'DELETE /configmaps/{name}',
    'DELETE /monitors/{name}',
    'DELETE /secrets/{name}',
    'POST /apply',
    'POST /channels/{name}/recipients/resend',
    'POST /channels/{name}/test',
    'POST /deliveries/{id}/resend',
    'POST /findings/{id}/acknowledge',
    'POST /findings/{id}/reopen',
    'POST /findings/{id}/resolve',
    'POST /findings/{id}/snooze',
    'POST /monitors',
    'POST /monitors/{name}/duplicate',
    'POST /monitors/{name}/pause',
    'POST /monitors/{name}/resume',
    'POST /monitors/{name}/run',
    'POST /preview',
    'PUT /monitors/{name}',
  ],
  admin: [],
  platform: [
    'DELETE /admin/users/{id}/second-factors',
    'GET /admin/audit/export',
    'GET /admin/audit/verify',
    'GET /admin/users',
    'POST /admin/freeze',
    'POST /admin/resume',
    'POST /admin/revoke-all',
    'POST /admin/rotate',
    'POST /admin/users/{id}/disable',
    'POST /admin/users/{id}/enable',
  ],
};
const routes = Object.entries(ROUTES).flatMap(([needs, paths]) =>
  paths.map((route): [string, Needs] => [route, needs as Needs]),
);

const CREDENTIAL = {
  id: 'x',
  rawId: 'x',
  type: 'public-key',
  response: {},
  clientExtensionResults: {},
};

/**
 * What is sent to routes that read the body before they look at who asks, and to one that would end all
 * callers; `{}` to all others.
 */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /admin/revoke-all': { reason: '' },
  'POST /second-factors/passkeys': { name: 'of the test', response: CREDENTIAL },
  'POST /second-factors/totp/confirm': { code: '123456' },
  'POST /step-up/passkey': { response: CREDENTIAL },
  'POST /step-up/recovery': { code: 'none' },
  'POST /step-up/totp': { code: '123456' },
  'POST /tokens': { name: 'of the test', scope: 'read' },
};

type Refusal = 401 | 403;
type Headers_ = Readonly<Record<string, string>>;

/** Who asks: with which headers, and what each need is answered with; absent: let in. */
interface Caller {
  readonly headers: () => Promise<Headers_>;
  readonly refused: Readonly<Partial<Record<Needs, Refusal>>>;
}

const NOBODY = { own: 401, token: 401, read: 401, write: 401, admin: 401, platform: 401 } as const;

describe('every route and every kind of caller', function () {
  this.timeout(60_000);
  let api: TestApi;
  let keys: TestSigningKeys;
  /** Users of the workspace, by role; `gone` is a disabled owner. */
  let users: Record<MemberRole | 'gone' | 'administrator', string>;

  before(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile });
    users = {
      viewer: await makeUser('viewer', 'viewer'),
      editor: await makeUser('editor', 'editor'),
      owner: await makeUser('owner', 'owner'),
      gone: await makeUser('gone', 'owner'),
      administrator: await makeUser('administrator', 'viewer', 'local'),
    };
    const token = {
      id: newId(),
      userId: users.gone,
      name: 'of the disabled',
      scope: 'admin' as const,
      tokenHash: hashSecret(GONE_TOKEN),
      createdAt: api.time.now,
      expiresAt: null,
    };
    const pool = api.db.pool('duckmon_owner');
    await withWorkspace(pool, WORKSPACE, (tx) => createApiToken(tx, WORKSPACE, token));
    await pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [users.gone]);
  });

  after(async () => {
    await api.stop();
    keys.remove();
  });

  const GONE_TOKEN = 'token-of-somebody-who-is-disabled';

  async function makeUser(subject: string, role: MemberRole, issuer = 'test'): Promise<string> {
    const pool = api.db.pool('duckmon_owner');
    const identity = { issuer, subject, email: null, displayName: subject };
    const { id } = await withTransaction(pool, (tx) =>
      signInUser(tx, identity, { now: api.time.now, newId }),
    );
    await withWorkspace(pool, WORKSPACE, (tx) =>
      setMembership(tx, WORKSPACE, id, role, api.time.now),
    );
    return id;
  }

  /** A new session each time: some routes end it. */
  async function session(userId: string, ageMs = 0): Promise<Headers_> {
    const id = newSecret();
    const createdAt = new Date(api.time.now.getTime() - ageMs);
    const made = {
      idHash: hashSecret(id),
      userId,
      csrfHash: hashSecret(csrfToken(id)),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + 12 * 3_600_000),
      userAgent: null,
    };
    await withTransaction(api.db.pool('mon_api'), async (tx) => {
      await createSession(tx, made, 0);
      await tx.query('UPDATE sessions SET stepped_up_at = $2 WHERE id_hash = $1', [
        made.idHash,
        api.time.now,
      ]);
    });
    return { cookie: `mon_sid=${id}`, 'x-csrf-token': csrfToken(id) };
  }
  const bearer = async (token: string): Promise<Headers_> => ({ authorization: `Bearer ${token}` });

  const CALLERS: Readonly<Record<string, Caller>> = {
    'nobody at all': { headers: async () => ({}), refused: NOBODY },
    'a token that nobody issued': { headers: () => bearer('x'.repeat(43)), refused: NOBODY },
    'the internal header alone': {
      headers: async () => ({
        'x-internal-api-key': 'kid.c2lnbmF0dXJl',
        'x-internal-timestamp': String(api.time.now.getTime()),
        'x-internal-nonce': 'nonce',
      }),
      refused: NOBODY,
    },
    'a session that is too old': {
      headers: () => session(users.owner, 12 * 3_600_000),
      refused: NOBODY,
    },
    'the session of somebody disabled': { headers: () => session(users.gone), refused: NOBODY },
    'the token of somebody disabled': { headers: () => bearer(GONE_TOKEN), refused: NOBODY },
    'a viewer': {
      headers: () => session(users.viewer),
      refused: { token: 403, write: 403, admin: 403, platform: 403 },
    },
    'an editor': {
      headers: () => session(users.editor),
      refused: { token: 403, admin: 403, platform: 403 },
    },
    'an owner': { headers: () => session(users.owner), refused: { token: 403, platform: 403 } },
    'an administrator of the installation who only views the workspace': {
      headers: () => session(users.administrator),
      refused: { token: 403, write: 403, admin: 403 },
    },
    'a token to read': {
      headers: () => bearer(api.tokens.read),
      refused: { own: 403, write: 403, admin: 403, platform: 403 },
    },
    'a token to write': {
      headers: () => bearer(api.tokens.write),
      refused: { own: 403, admin: 403, platform: 403 },
    },
    'a token to administer': {
      headers: () => bearer(api.tokens.admin),
      refused: { own: 403, platform: 403 },
    },
    'an access token to administer': {
      headers: async () => {
        const made = await api.call('POST', '/api/v1/access-tokens', { token: api.tokens.admin });
        return bearer((JSON.parse(made.text) as { accessToken: string }).accessToken);
      },
      refused: { own: 403, token: 403, platform: 403 },
    },
    'the owner of another workspace': {
      headers: () => bearer(api.tokens.other),
      refused: { own: 403, platform: 403 },
    },
  };

  const statusOf = async (route: string, headers: Headers_): Promise<number> => {
    const [method = '', path = ''] = route.split(' ');
    const place = path.replace('{name}', 'nothing').replace('{id}', idFor(path));
    const hasBody = method === 'POST' || method === 'PUT';
    const response = await fetch(`${api.url}/api/v1${place}`, {
      method,
      headers: { ...headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
      ...(hasBody ? { body: JSON.stringify(BODIES[route] ?? {}) } : {}),
    });
    await response.body?.cancel();
    return response.status;
  };
  const idFor = (path: string): string =>
    path.startsWith('/sessions') ? '0'.repeat(32) : '019aa000-0000-7000-8000-000000000000';

  it('E1 has an answer here for each route that there is, and for no other', async () => {
    const { json } = await api.call('GET', '/api/v1/openapi.json');
    const there = Object.entries(json.paths as unknown as Record<string, object>).flatMap(
      ([path, methods]) =>
        Object.keys(methods).map(
          (method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
        ),
    );
    assert.deepEqual(there.toSorted(), routes.map(([route]) => route).toSorted());
  });

  for (const [who, { headers, refused }] of Object.entries(CALLERS))
    it(`E1 answers ${who} as each route says`, async () => {
      const wrong: string[] = [];
      for (const [route, needs] of routes) {
        const status = await statusOf(route, await headers());
        const expected = refused[needs];
        const isRight =
          expected === undefined ? status !== 401 && status !== 403 : status === expected;
        if (!isRight) wrong.push(`${route}: ${status}, not ${expected ?? 'let in'}`);
      }
      assert.deepEqual(wrong, []);
    });
});
