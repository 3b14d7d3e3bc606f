import assert from 'node:assert/strict';
import { hashSecret } from './cookie.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';

const DAY = 86_400_000;

interface Made {
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: string;
}

describe('API tokens', () => {
  let api: TestApi;
  let headers: Record<string, string>;

  beforeEach(async () => {
    api = await startTestApi();
    headers = await signIn();
  });

  afterEach(() => api.stop());

  async function signIn(): Promise<Record<string, string>> {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
    });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
    return { cookie, 'x-csrf-token': me.json.csrfToken };
  }
  const create = (body: Record<string, unknown> = {}): Promise<Answer> =>
    api.call('POST', '/api/v1/tokens', { headers, body: { name: 'ci', scope: 'read', ...body } });
  const make = async (body: Record<string, unknown> = {}): Promise<Made> => {
    const answer = await create(body);
    assert.equal(answer.status, 201, answer.text);
    return JSON.parse(answer.text) as Made;
  };
  const list = (): Promise<Answer> => api.call('GET', '/api/v1/tokens', { headers });
  const use = async ({ secret: token }: Made): Promise<number> =>
    (await api.call('GET', '/api/v1/me', { token })).status;

  it('work with the scope that was asked for and no more', async () => {
    const { secret: token } = await make();
    const me = await api.call('GET', '/api/v1/me', { token });
    assert.deepEqual([me.status, me.json.scope], [200, 'read']);
    const write = await api.call('POST', '/api/v1/monitors', { token, body: {} });
    assert.equal(write.status, 403);
  });

  it('are shown once, and only their hash is kept', async () => {
    const made = await make();
    const shown = await list();
    assert.match(shown.text, new RegExp(made.id));
    assert.ok(!shown.text.includes(made.secret));
    const { rows } = await api.db
      .pool('mon_backup')
      .query("SELECT encode(token_hash, 'hex') AS hash FROM api_tokens WHERE id = $1", [made.id]);
    assert.deepEqual(rows, [{ hash: hashSecret(made.secret).toString('hex') }]);
    assert.ok(!api.lines.join('\n').includes(made.secret));
  });

  it('end when they were said to, to the second', async () => {
    const made = await make({ expiresInDays: 7 });
    const end = api.time.now.getTime() + 7 * DAY;
    assert.equal(made.expiresAt, new Date(end).toISOString());
    api.time.now = new Date(end - 1_000);
    assert.equal(await use(made), 200);
    api.time.now = new Date(end);
    assert.equal(await use(made), 401);
  });

  it('always end: after ninety days unless another time is asked for', async () => {
    const { expiresAt } = await make();
    assert.equal(expiresAt, new Date(api.time.now.getTime() + 90 * DAY).toISOString());
    for (const expiresInDays of [0, 366, null]) {
      const { status, text } = await create({ expiresInDays });
      assert.ok(status === 400 || status === 422, text);
      assert.match(text, /expiresInDays/);
    }
  });

  it('A11 end at once, on all replicas, when their owner ends them', async () => {
    const made = await make();
    const replica = await api.replica();
    try {
      const ended = await api.call('DELETE', `/api/v1/tokens/${made.id}`, { headers });
      assert.equal(ended.status, 204);
      const authorization = `Bearer ${made.secret}`;
      const there = await fetch(`${replica.url}/api/v1/me`, { headers: { authorization } });
      assert.deepEqual([await use(made), there.status], [401, 401]);
      assert.ok(!(await list()).text.includes(made.id));
      const again = await api.call('DELETE', `/api/v1/tokens/${made.id}`, { headers });
      assert.equal(again.status, 404);
    } finally {
      await replica.stop();
    }
  });

  it('A17 make no token, whatever their scope', async () => {
    const { secret: token } = await make({ scope: 'admin' });
    const answer = await api.call('POST', '/api/v1/tokens', {
      token,
      body: { name: 'successor', scope: 'read' },
    });
    assert.equal(answer.status, 403);
    assert.ok(!(await list()).text.includes('successor'));
  });

  it('E1 have no more scope than the role of their owner', async () => {
    await api.db
      .pool('postgres')
      .query("UPDATE memberships SET role = 'viewer' WHERE workspace_id = 'team-a'");
    assert.equal((await create({ scope: 'write' })).status, 403);
    assert.equal((await create({ scope: 'read' })).status, 201);
  });

  it('E1 are seen and ended by nobody else', async () => {
    const made = await make();
    const other = "(SELECT id FROM users WHERE subject = 'owner of team-b')";
    const admin = api.db.pool('postgres');
    await admin.query(
      `INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ('team-a', ${other}, 'owner', now())`,
    );
    await admin.query(`UPDATE api_tokens SET user_id = ${other} WHERE id = $1`, [made.id]);
    assert.ok(!(await list()).text.includes(made.id));
    const ended = await api.call('DELETE', `/api/v1/tokens/${made.id}`, { headers });
    assert.equal(ended.status, 404);
    assert.equal(await use(made), 200);
  });

  it('leave rows in the audit of the workspace', async () => {
    const made = await make();
    await api.call('DELETE', `/api/v1/tokens/${made.id}`, { headers });
    const { rows } = await api.db
      .pool('mon_backup')
      .query("SELECT action, subject FROM audit WHERE action LIKE 'token%' ORDER BY seq");
    const subject = `token/${made.id}`;
    assert.deepEqual(rows, [
      { action: 'token.create', subject },
      { action: 'token.revoke', subject },
    ]);
  });
});
