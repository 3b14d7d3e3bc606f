import assert from 'node:assert/strict';
import type { Transport } from '../core/kube/transport.ts';
import { frozenBy } from '../store/freeze.ts';
import { askedRotations } from '../store/rotation.ts';
import { csrfToken } from './cookie.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';

interface User {
  readonly id: string;
  readonly displayName: string;
  readonly disabledAt: string | null;
  readonly lastUsedAt: string | null;
}

describe('administration of the installation', () => {
  let api: TestApi;
  /** Of the owner of team-a, who is made an administrator. */
  let headers: Record<string, string>;

  beforeEach(async () => {
    api = await startTestApi({ LOCAL_SIGN_IN: 'true' });
    await run("UPDATE users SET platform_admin = true WHERE subject = 'owner of team-a'");
    headers = await signIn();
  });

  afterEach(() => api.stop());

  const run = (statement: string): Promise<unknown> => api.db.pool('postgres').query(statement);
  /** As somebody who has just shown a second factor. */
  async function signIn(): Promise<Record<string, string>> {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
    });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
    await run(`UPDATE sessions SET stepped_up_at = '${api.time.now.toISOString()}'`);
    return { cookie, 'x-csrf-token': me.json.csrfToken };
  }
  const post = (path: string, body: unknown = {}, as: object = { headers }): Promise<Answer> =>
    api.call('POST', `/api/v1/admin/${path}`, { ...as, body });
  const get = (path: string): Promise<Answer> =>
    api.call('GET', `/api/v1/admin/${path}`, { headers });
  const users = async (): Promise<User[]> =>
    (JSON.parse((await get('users')).text) as { items: User[] }).items;
  const userNamed = async (name: string): Promise<User> => {
    const found = (await users()).find(({ displayName }) => displayName === name);
    assert.ok(found);
    return found;
  };
  const userNamedInDatabase = async (subject: string): Promise<{ id: string }> => {
    const { rows } = await api.db
      .pool('postgres')
      .query<{ id: string }>('SELECT id FROM users WHERE subject = $1', [subject]);
    return rows[0] ?? assert.fail('no such user');
  };
  const uses = async (token: string): Promise<number> =>
    (await api.call('GET', '/api/v1/me', { token })).status;
  const audited = async (): Promise<unknown[]> => {
    const { rows } = await api.db
      .pool('mon_backup')
      .query(
        "SELECT action, subject, detail FROM audit WHERE workspace_id = '_platform' AND action <> 'sign-in' ORDER BY seq",
      );
    return rows;
  };

  it('A12 ends everything of everybody with one call, and the next sign-in works', async () => {
    const answer = await post('revoke-all', { reason: 'a laptop was stolen' });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get('set-cookie') ?? '', /^mon_sid=; .*Max-Age=0/);
    const statuses = await Promise.all(Object.values(api.tokens).map(uses));
    assert.deepEqual([...new Set(statuses)], [401]);
    assert.equal((await api.call('GET', '/api/v1/me', { headers })).status, 401);
    assert.deepEqual(await audited(), [
      {
        action: 'revoke-all',
        subject: 'installation',
        detail: { reason: 'a laptop was stolen' },
      },
    ]);
    headers = await signIn();
    assert.equal((await get('users')).status, 200);
  });

  it('A12 ends links to sign in by as well', async () => {
    const link = await api.oneTimeToken('sign-in', null);
    await post('revoke-all');
    const answer = await api.call('POST', '/api/v1/sign-in', { body: { token: link } });
    assert.equal(answer.status, 401);
  });

  it('A11 shuts one user out, who gets in again with new credentials alone', async () => {
    const { id } = await userNamed('team-b');
    assert.equal((await post(`users/${id}/disable`, { reason: 'left' })).status, 204);
    assert.deepEqual([await uses(api.tokens.other), await uses(api.tokens.read)], [401, 200]);
    assert.equal((await userNamed('team-b')).disabledAt, api.time.now.toISOString());
    assert.equal((await post(`users/${id}/enable`)).status, 204);
    assert.equal((await userNamed('team-b')).disabledAt, null);
    assert.equal(await uses(api.tokens.other), 401);
    const subject = `user/${id}`;
    assert.deepEqual(await audited(), [
      { action: 'user.disable', subject, detail: { reason: 'left' } },
      { action: 'user.enable', subject, detail: {} },
    ]);
  });

  it('lets nobody shut themselves out, and says when there is no such user', async () => {
    const own = await userNamed('team-a');
    assert.equal((await post(`users/${own.id}/disable`)).status, 422);
    const nobody = '019aa000-0000-7000-8000-000000000000';
    for (const verb of ['disable', 'enable'])
      assert.equal((await post(`users/${nobody}/${verb}`)).status, 404);
    assert.deepEqual(await audited(), []);
    assert.equal((await api.call('GET', '/api/v1/me', { headers })).status, 200);
  });

  it('lists everybody, with the last use of a session', async () => {
    const lines = (await users()).map(({ displayName, lastUsedAt }) => [displayName, lastUsedAt]);
    assert.deepEqual(lines, [
      ['team-b', null],
      ['team-a', api.time.now.toISOString()],
    ]);
    const first = JSON.parse((await get('users?limit=1')).text) as { nextCursor: string };
    const rest = JSON.parse((await get(`users?cursor=${first.nextCursor}`)).text) as {
      items: User[];
      nextCursor: null;
    };
    assert.deepEqual(
      [rest.items.map(({ displayName }) => displayName), rest.nextCursor],
      [['team-a'], null],
    );
  });

  it('freezes and resumes its own side', async () => {
    const frozen = async (): Promise<string[]> => frozenBy(api.db.pool('mon_api'));
    const answer = await post('freeze', { reason: 'evidence' });
    assert.deepEqual(JSON.parse(answer.text), { frozenBy: ['api'] });
    assert.deepEqual(await frozen(), ['api']);
    await run("INSERT INTO meta (key, value) VALUES ('frozen:operator', 'true')");
    assert.deepEqual(JSON.parse((await post('resume')).text), { frozenBy: ['operator'] });
    assert.deepEqual(await frozen(), ['operator']);
  });

  it('A17 does nothing and shows nothing to a session that has not just shown a second factor', async () => {
    await run('UPDATE sessions SET stepped_up_at = NULL');
    const { id } = await userNamedInDatabase('owner of team-b');
    for (const path of ['revoke-all', 'freeze', 'resume', 'rotate', `users/${id}/disable`]) {
      const answer = await post(path);
      assert.equal(answer.json.error.code, 'step_up_required', path);
    }
    for (const path of ['users', 'audit/verify', 'audit/export'])
      assert.equal((await get(path)).json.error.code, 'step_up_required', path);
    assert.deepEqual([await audited(), await uses(api.tokens.other)], [[], 200]);
  });

  it('says how keys are rotated where no operator does it', async () => {
    const answer = await post('rotate', { now: true });
    assert.equal(answer.status, 422);
    assert.match(answer.json.error.message, /npx duckmon generate-keys/);
    assert.deepEqual(await audited(), []);
  });

  it('asks the operator for new keys in a cluster', async () => {
    const kube = { close: () => {} } as Transport;
    const cluster = await startTestApi({ OBJECTS: 'cluster' }, { kube });
    try {
      const pool = cluster.db.pool('postgres');
      await pool.query('UPDATE users SET platform_admin = true');
      const link = { token: await cluster.oneTimeToken('sign-in', null) };
      const signedIn = await cluster.call('POST', '/api/v1/sign-in', { body: link });
      const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const as = { cookie, 'x-csrf-token': csrfToken(cookie.slice('mon_sid='.length)) };
      await pool.query(`UPDATE sessions SET stepped_up_at = '${cluster.time.now.toISOString()}'`);
      const body = { now: true, reason: 'leaked' };
      const answer = await cluster.call('POST', '/api/v1/admin/rotate', { headers: as, body });
      assert.equal(answer.status, 204, answer.text);
      const asked = await askedRotations(pool);
      assert.deepEqual(Object.keys(asked ?? {}), ['urgent']);
    } finally {
      await cluster.stop();
    }
  });

  it('E14 verifies a chain and finds what was changed', async () => {
    await post('freeze');
    const whole = JSON.parse((await get('audit/verify')).text) as Record<string, unknown>;
    // the sign-in, and the freeze
    assert.deepEqual([whole['chain'], whole['intact'], whole['rows']], ['_platform', true, 2]);
    await run("UPDATE audit SET actor = 'user:nobody' WHERE action = 'freeze'");
    assert.deepEqual(JSON.parse((await get('audit/verify')).text), {
      chain: '_platform',
      intact: false,
      rows: 1,
      head: null,
      problem: 'altered',
    });
  });

  it('exports a chain page by page, and that is in the audit as well', async () => {
    await run('TRUNCATE audit, audit_heads');
    for (let nth = 0; nth < 3; nth += 1) await post('freeze', { reason: `=cmd ${nth}, "x"` });
    const exported = await fetch(`${api.url}/api/v1/admin/audit/export`, { headers });
    const json = (await exported.text()).trim().split('\n');
    const rows = json.map((line) => JSON.parse(line) as { action: string; seq: number });
    assert.deepEqual(
      rows.map(({ action, seq }) => [seq, action]),
      [
        [4, 'audit.export'],
        [3, 'freeze'],
        [2, 'freeze'],
        [1, 'freeze'],
      ],
    );
    const csv = await get('audit/export?format=csv');
    assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
    const [head, , , third] = csv.text.split('\r\n');
    assert.equal(head, 'seq,at,actor,action,subject,detail,prevHash,hash');
    assert.ok(third?.includes(String.raw`,"{""reason"":""=cmd 2, \""x\""""}",`), third);
  });

  it('says when there is no such chain', async () => {
    for (const path of ['audit/verify?chain=nothing', 'audit/export?chain=nothing'])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('audit/verify?chain=team-a')).status, 200);
    assert.equal((await get('audit/verify?chain=Team%20A')).status, 422);
  });

  it('takes the token of the data folder where the link signs in, and no token elsewhere', async () => {
    const as = { token: api.tokens.admin };
    assert.equal((await post('freeze', {}, as)).status, 200);
    assert.equal((await post('freeze', {}, { token: api.tokens.write })).status, 403);
    const elsewhere = await startTestApi({ LOCAL_SIGN_IN: 'false' });
    try {
      await elsewhere.db.pool('postgres').query('UPDATE users SET platform_admin = true');
      const answer = await elsewhere.call('POST', '/api/v1/admin/freeze', {
        token: elsewhere.tokens.admin,
        body: {},
      });
      assert.equal(answer.status, 403);
    } finally {
      await elsewhere.stop();
    }
  });
});
