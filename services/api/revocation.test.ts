import assert from 'node:assert/strict';
import { newId } from '../core/ids.ts';
import type { Running } from '../core/lifecycle.ts';
import { startRedis, type RedisServer } from '../core/redis/testing/server.ts';
import { startRelay, type Relay } from '../core/testing/relay.ts';
import { createSession } from '../store/sessions.ts';
import { withTransaction } from '../store/workspace.ts';
import { csrfToken, hashSecret, newSecret } from './cookie.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from './testing/signingKeys.ts';

const CLIENTS = 200;
const SESSION_MS = 12 * 3_600_000;

type Headers_ = Readonly<Record<string, string>>;
interface Client {
  readonly headers: Headers_;
  readonly url: string;
}

/** Half of the numbers are not above the first; one in a hundred is above the second. */
const percentiles = (values: readonly number[]): [p50: number, p99: number] => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return [at(0.5), at(0.99)];
};

describe('revocation on three replicas', function () {
  this.timeout(60_000);
  let api: TestApi;
  let keys: TestSigningKeys;
  let redis: RedisServer;
  let replicas: Running[];
  let userId: string;

  beforeEach(async () => {
    keys = makeSigningKeys();
    redis = await startRedis();
    api = await startTestApi({ KEYS_FILE: keys.keysFile, REDIS_URL: redis.url });
    replicas = [await api.replica(), await api.replica()];
    const { rows } = await run<{ id: string }>(
      "UPDATE users SET platform_admin = true WHERE subject = 'owner of team-a' RETURNING id",
    );
    userId = rows[0]?.id ?? '';
  });

  afterEach(async () => {
    for (const replica of replicas) await replica.stop();
    await api.stop();
    await redis.stop();
    keys.remove();
  });

  const run = <T extends object>(statement: string) => api.db.pool('postgres').query<T>(statement);
  const bearer = (token: string): Headers_ => ({ authorization: `Bearer ${token}` });

  async function session(): Promise<Headers_> {
    const id = newSecret();
    const createdAt = api.time.now;
    const made = {
      idHash: hashSecret(id),
      userId,
      csrfHash: hashSecret(csrfToken(id)),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + SESSION_MS),
      userAgent: null,
    };
    await withTransaction(api.db.pool('mon_api'), (tx) => createSession(tx, made, 0));
    return { cookie: `mon_sid=${id}`, 'x-csrf-token': csrfToken(id) };
  }
  async function accessToken(): Promise<Headers_> {
    const made = await api.call('POST', '/api/v1/access-tokens', { token: api.tokens.write });
    return bearer((JSON.parse(made.text) as { accessToken: string }).accessToken);
  }
  const CREDENTIALS = [session, async () => bearer(api.tokens.read), accessToken];

  /** Clients of these credentials in turn, spread over the replicas. */
  const clients = (makers: readonly (() => Promise<Headers_>)[]): Promise<Client[]> => {
    const urls = [api.url, ...replicas.map(({ url }) => url)];
    return Promise.all(
      Array.from({ length: CLIENTS }, async (_value, nth) => {
        const make = makers[nth % makers.length] ?? session;
        return { headers: await make(), url: urls[nth % urls.length] ?? api.url };
      }),
    );
  };
  const ask = async ({ headers, url }: Client): Promise<number> => {
    const response = await fetch(`${url}/api/v1/me`, { headers });
    await response.body?.cancel();
    return response.status;
  };

  /** Asks without a pause until `end` has ended all; @returns ms from the end to each last 200. */
  async function lastAccepted(
    asking: readonly Client[],
    end: () => Promise<number>,
  ): Promise<number[]> {
    let endedAt = Infinity;
    const first = asking.map(ask);
    assert.deepEqual([...new Set(await Promise.all(first))], [200]);
    const untilRefused = async (client: Client): Promise<number> => {
      let last = performance.now();
      for (;;) {
        const status = await ask(client);
        if (status !== 200) {
          assert.equal(status, 401);
          return Math.max(0, last - endedAt);
        }
        last = performance.now();
        assert.ok(last - endedAt < 5_000, 'still accepted after five seconds');
      }
    };
    const all = asking.map(untilRefused);
    assert.ok((await end()) < 300);
    endedAt = performance.now();
    return Promise.all(all);
  }

  const administer = async (path: string): Promise<number> => {
    const headers = { ...(await session()), 'content-type': 'application/json' };
    await run(`UPDATE sessions SET stepped_up_at = '${api.time.now.toISOString()}'`);
    const response = await fetch(`${api.url}/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    await response.body?.cancel();
    return response.status;
  };

  /** As an administrator who is not the one with the credentials. */
  async function byAnother(path: (target: string) => string): Promise<number> {
    const target = userId;
    userId = newId();
    await run(
      `INSERT INTO users (id, issuer, subject, display_name, created_at, platform_admin)
       VALUES ('${userId}', 'test', 'another', 'Another', now(), true);
       INSERT INTO memberships (workspace_id, user_id, role, created_at)
       VALUES ('team-a', '${userId}', 'viewer', now())`,
    );
    return administer(path(target));
  }

  for (const [title, makers, end] of [
    [
      'A11 signing out everywhere ends every session',
      [session],
      () => administer('sign-out-everywhere'),
    ],
    [
      'A11 disabling a user ends every credential',
      CREDENTIALS,
      () => byAnother((target) => `admin/users/${target}/disable`),
    ],
    ['A12 revoking all ends every credential', CREDENTIALS, () => administer('admin/revoke-all')],
    [
      'A12 revoking all, while Redis goes, ends every credential',
      CREDENTIALS,
      async () => {
        await redis.kill();
        return administer('admin/revoke-all');
      },
    ],
  ] as const)
    it(`${title} of 200 clients within five seconds`, async () => {
      const [p50, p99] = percentiles(await lastAccepted(await clients(makers), end));
      assert.ok(
        p99 <= 5_000,
        `the last were accepted ${p50} ms (p50), ${p99} ms (p99) after the end`,
      );
      if (process.env['DUCKMON_FIGURES'])
        console.log(
          `      last accepted after the end: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
        );
    });

  it('A11 a stream ends as well, on every replica', async () => {
    const urls = [api.url, ...replicas.map(({ url }) => url)];
    const headers = await session();
    const readers = await Promise.all(
      urls.map(async (url) => {
        const response = await fetch(`${url}/api/v1/events`, { headers });
        assert.equal(response.status, 200);
        return (response.body as ReadableStream<Uint8Array>).getReader();
      }),
    );
    await administer('admin/revoke-all');
    const endedAt = performance.now();
    const drain = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await Promise.all(readers.map((reader) => assert.rejects(drain(reader), /terminated/)));
    assert.ok(performance.now() - endedAt < 5_000);
  });

  it('A12 a replica that is cut off from Postgres accepts nobody, and everybody again afterwards', async () => {
    const database = new URL(api.db.url('mon_api'));
    const relay: Relay = await startRelay(Number(database.port));
    database.port = String(relay.port);
    const replica = await api.replica({ DATABASE_URL: database.href });
    replicas.push(replica);
    const client = { headers: await session(), url: replica.url };
    const others = { headers: client.headers, url: api.url };
    try {
      assert.equal(await ask(client), 200);
      relay.cut();
      const cutAt = performance.now();
      // more than there are connections
      const statuses = await Promise.all(Array.from({ length: 12 }, () => ask(client)));
      assert.deepEqual([...new Set(statuses)], [503]);
      assert.ok(performance.now() - cutAt < 30_000);
      assert.equal(await ask(others), 200);
      await administer('admin/revoke-all');
      relay.mend();
      assert.equal(await ask(client), 401);
    } finally {
      relay.mend();
    }
    await replicas.pop()?.stop();
    await relay.close();
  });
});
