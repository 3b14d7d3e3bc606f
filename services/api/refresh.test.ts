import assert from 'node:assert/strict';
import type { Running } from '../core/lifecycle.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from './testing/signingKeys.ts';

/** The catalogue asks for a thousand; each takes a fifth of a second. */
const ROUNDS = Number(process.env['DUCKMON_REFRESH_ROUNDS'] ?? 12);
const PARALLEL = 50;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: string;
}

describe('refresh tokens', () => {
  let api: TestApi;
  let keys: TestSigningKeys;

  beforeEach(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile });
  });

  afterEach(async () => {
    await api.stop();
    keys.remove();
  });

  const run = (statement: string): Promise<{ rows: unknown[] }> =>
    api.db.pool('postgres').query(statement);
  const later = (ms: number): void => {
    api.time.now = new Date(api.time.now.getTime() + ms);
  };
  async function begin(token = api.tokens.write): Promise<Tokens> {
    const answer = await api.call('POST', '/api/v1/access-tokens', {
      token,
      body: { refresh: true },
    });
    assert.equal(answer.status, 201, answer.text);
    return JSON.parse(answer.text) as Tokens;
  }
  const offer = (refreshToken: string): Promise<Answer> =>
    api.call('POST', '/api/v1/token', { body: { grantType: 'refresh_token', refreshToken } });
  async function refresh({ refreshToken }: Pick<Tokens, 'refreshToken'>): Promise<Tokens> {
    const answer = await offer(refreshToken);
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text) as Tokens;
  }
  const uses = async (token: string): Promise<number> =>
    (await api.call('GET', '/api/v1/me', { token })).status;
  const audited = async (): Promise<unknown[]> =>
    (await run("SELECT action FROM audit WHERE action LIKE 'token.refresh%'")).rows;

  it('make an access token of the same API token and their own successor', async () => {
    const first = await begin();
    const second = await refresh(first);
    assert.notEqual(second.refreshToken, first.refreshToken);
    const me = await api.call('GET', '/api/v1/me', { token: second.accessToken });
    assert.deepEqual([me.status, me.json.workspace, me.json.scope], [200, 'team-a', 'write']);
    later(MINUTE);
    assert.equal((await offer((await refresh(second)).refreshToken)).status, 200);
  });

  it('are made only where they were asked for', async () => {
    const answer = await api.call('POST', '/api/v1/access-tokens', { token: api.tokens.write });
    assert.deepEqual(Object.keys(JSON.parse(answer.text) as object).toSorted(), [
      'accessToken',
      'expiresIn',
      'tokenType',
    ]);
  });

  it('A9 end their whole family when one is used again after the grace', async () => {
    const first = await begin();
    const second = await refresh(first);
    const third = await refresh(second);
    const other = await begin();
    later(10_000);
    assert.equal((await offer(first.refreshToken)).status, 401);
    const replica = await api.replica();
    try {
      for (const { accessToken, refreshToken } of [first, second, third]) {
        assert.equal(await uses(accessToken), 401);
        assert.equal((await offer(refreshToken)).status, 401);
      }
      const headers = { authorization: `Bearer ${third.accessToken}` };
      assert.equal((await fetch(`${replica.url}/api/v1/me`, { headers })).status, 401);
    } finally {
      await replica.stop();
    }
    assert.deepEqual([await uses(other.accessToken), await uses(api.tokens.write)], [200, 200]);
    assert.deepEqual(await audited(), [{ action: 'token.refresh-reused' }]);
  });

  it('A9 tell their owner in the list of tokens that somebody had a copy', async () => {
    const first = await begin();
    const cookie = await signIn();
    const list = async (): Promise<[string, string | null][]> => {
      const { text } = await api.call('GET', '/api/v1/tokens', { headers: { cookie } });
      const { items } = JSON.parse(text) as {
        items: { name: string; refreshReusedAt: string | null }[];
      };
      return items.map(({ name, refreshReusedAt }) => [name, refreshReusedAt]);
    };
    assert.ok((await list()).every(([, at]) => at === null));
    await refresh(first);
    later(10_000);
    await offer(first.refreshToken);
    const told = (await list()).filter(([, at]) => at !== null);
    assert.deepEqual(told, [['write', api.time.now.toISOString()]]);
  });

  async function signIn(): Promise<string> {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
    });
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  it('A10 give the same successor again to a client that lost the answer', async () => {
    const first = await begin();
    const second = await refresh(first);
    later(9_999);
    const again = await refresh(first);
    assert.equal(again.refreshToken, second.refreshToken);
    assert.equal((await offer(second.refreshToken)).status, 200);
  });

  it(`A10 have one successor when ${PARALLEL} use one at the same time, and no family ends by that`, async function () {
    this.timeout(20_000 + ROUNDS * 2_000);
    const replicas: Running[] = [await api.replica(), await api.replica()];
    const urls = [api.url, ...replicas.map(({ url }) => url)];
    try {
      let current = await begin();
      for (let round = 0; round < ROUNDS; round += 1) {
        const body = JSON.stringify({
          grantType: 'refresh_token',
          refreshToken: current.refreshToken,
        });
        const answers = await Promise.all(
          Array.from({ length: PARALLEL }, async (_value, nth) => {
            const response = await fetch(`${urls[nth % urls.length]}/api/v1/token`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body,
            });
            assert.equal(response.status, 200, `round ${round}`);
            return (await response.json()) as Tokens;
          }),
        );
        const successors = new Set(answers.map(({ refreshToken }) => refreshToken));
        assert.equal(successors.size, 1, `round ${round}`);
        current = answers[0] ?? current;
        later(11_000);
      }
      assert.deepEqual(await audited(), []);
      const { rows } = await run('SELECT count(*)::int AS n FROM refresh_tokens');
      assert.deepEqual(rows, [{ n: ROUNDS + 1 }]);
    } finally {
      for (const replica of replicas) await replica.stop();
    }
  });

  it('end with the oldest family of their API token when it begins more than twenty', async () => {
    const first = await begin();
    later(1_000);
    const second = await begin();
    later(1_000);
    await Promise.all(Array.from({ length: 19 }, () => begin()));
    const { rows } = await run('SELECT count(*)::int AS n FROM refresh_families');
    assert.deepEqual(rows, [{ n: 20 }]);
    assert.deepEqual([await uses(first.accessToken), await uses(second.accessToken)], [401, 200]);
    assert.equal((await offer(first.refreshToken)).status, 401);
    assert.equal((await offer(second.refreshToken)).status, 200);
    assert.deepEqual(await audited(), [], 'nobody had a copy');
  });

  it('A9 name the API token in the event of a second use', async () => {
    const first = await begin();
    await refresh(first);
    later(10_000);
    await offer(first.refreshToken);
    const event = api.lines.find((line) => line.includes('refresh_token_reused')) ?? '{}';
    assert.match(String((JSON.parse(event) as { actor?: string }).actor), /^token:[-0-9a-f]{36}$/);
  });

  it('end after twelve hours without use, to the second', async () => {
    const { refreshToken, refreshExpiresAt } = await begin();
    assert.equal(refreshExpiresAt, new Date(api.time.now.getTime() + 12 * HOUR).toISOString());
    later(12 * HOUR);
    assert.equal((await offer(refreshToken)).status, 401);
    assert.deepEqual(await audited(), []);
  });

  it('end after thirty days, however often they are used', async () => {
    let current = await begin();
    for (let hours = 0; hours + 10 < 30 * 24; hours += 10) {
      later(10 * HOUR);
      current = await refresh(current);
    }
    later(10 * HOUR);
    assert.equal((await offer(current.refreshToken)).status, 401);
    const { rows } = await run('SELECT 1 FROM refresh_tokens');
    assert.ok(rows.length < 5, 'what is past its time is forgotten');
    await begin();
    assert.equal((await run('SELECT 1 FROM refresh_families')).rows.length, 1);
  });

  it('never outlive the API token that they came from', async () => {
    await run("UPDATE api_tokens SET expires_at = '2026-03-01T13:00:00Z' WHERE name = 'write'");
    const tokens = await begin();
    assert.equal(tokens.refreshExpiresAt, '2026-03-01T13:00:00.000Z');
    later(HOUR);
    assert.equal((await offer(tokens.refreshToken)).status, 401);
  });

  for (const [what, statement] of [
    ['their API token is revoked', "UPDATE api_tokens SET revoked_at = now() WHERE name = 'write'"],
    ['their user is disabled', 'UPDATE users SET disabled_at = now()'],
    ["their user's epoch is raised", 'UPDATE users SET token_epoch = token_epoch + 1'],
    ['everything is revoked', 'INSERT INTO global_epochs (epoch, raised_at) VALUES (1, now())'],
  ] as const)
    it(`A11 end at once when ${what}`, async () => {
      const { refreshToken, accessToken } = await begin();
      assert.equal(await uses(accessToken), 200);
      await run(statement);
      assert.equal((await offer(refreshToken)).status, 401);
      assert.equal(await uses(accessToken), 401);
    });

  it('A15 are no bearer token, nor is any other credential a refresh token', async () => {
    const { refreshToken, accessToken } = await begin();
    assert.equal(await uses(refreshToken), 401);
    const link = await api.oneTimeToken('sign-in', null);
    for (const other of [api.tokens.admin, link, accessToken]) {
      const { status } = await offer(other);
      assert.ok(status === 401 || status === 400, String(status));
    }
    const signedIn = await api.call('POST', '/api/v1/sign-in', { body: { token: refreshToken } });
    assert.equal(signedIn.status, 401);
    assert.equal((await offer(refreshToken)).status, 200, 'nothing of that has used it up');
  });

  it('are kept as hashes alone, and stand in no log', async () => {
    const first = await begin();
    const second = await refresh(first);
    const { rows } = await run(
      "SELECT encode(token_hash, 'hex') || COALESCE(encode(salt, 'base64'), '') AS kept FROM refresh_tokens",
    );
    const kept = JSON.stringify(rows) + api.lines.join('\n');
    for (const { refreshToken } of [first, second]) {
      assert.ok(!kept.includes(refreshToken));
      assert.ok(!kept.includes(Buffer.from(refreshToken, 'base64url').toString('hex')));
    }
  });

  it('are neither begun nor used up while there is no key to sign with', async () => {
    const first = await begin();
    const bare = await api.replica({ KEYS_FILE: '/unused/api.json' });
    try {
      const response = await fetch(`${bare.url}/api/v1/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grantType: 'refresh_token', refreshToken: first.refreshToken }),
      });
      assert.equal(response.status, 503);
      const begun = await fetch(`${bare.url}/api/v1/access-tokens`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${api.tokens.write}`,
        },
        body: JSON.stringify({ refresh: true }),
      });
      assert.equal(begun.status, 503);
    } finally {
      await bare.stop();
    }
    assert.equal((await run('SELECT 1 FROM refresh_families')).rows.length, 1);
    later(MINUTE);
    await refresh(first);
  });
});
