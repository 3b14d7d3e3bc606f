/** Both credentials of a call between services: the signature and the token, over HTTP. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { KEYS_PATH } from '../contracts/keys.ts';
import { createApp } from '../http/app.ts';
import { serve, type Listening } from '../http/serve.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { fakeClock, type FakeClock } from '../testing/clock.ts';
import { testKeys, type TestKeys } from '../testing/keys.ts';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { createTokenCheck } from '../workloadIdentity/check.ts';
import { fakeCluster, type FakeCluster } from '../workloadIdentity/testing/cluster.ts';
import type { TokenSource } from '../workloadIdentity/tokens.ts';
import { createInternalClient, InternalCallError, type InternalClient } from './client.ts';
import { requireInternal, UNAUTHORIZED_BODY } from './guard.ts';
import { KEY_HEADER } from './signature.ts';

interface Seen {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('core: signature and token of a call', () => {
  let keys: TestKeys;
  let clock: FakeClock;
  let cluster: FakeCluster;
  let captured: CapturedLog;
  let metrics: Metrics;
  let listening: Listening;
  let seen: Seen[];
  let reached: number;
  const clients: InternalClient[] = [];

  beforeEach(async () => {
    keys = testKeys();
    clock = fakeClock();
    cluster = fakeCluster(clock);
    captured = captureLog();
    metrics = createMetrics('browser');
    seen = [];
    reached = 0;
    const { log } = captured;
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
    app.express.use((request, _response, next) => {
      const headers = Object.entries(request.headers).filter(
        ([name]) => name.startsWith('x-internal-') || name === 'authorization',
      );
      seen.push({ path: request.originalUrl, headers: Object.fromEntries(headers) as never });
      next();
    });
    app.express.use(
      '/internal/v1',
      requireInternal({
        service: 'browser',
        keys: keys.of('browser'),
        clock,
        log,
        metrics,
        addresses: () => [`127.0.0.1:${listening.port}`],
        checkToken: createTokenCheck({ service: 'browser', cluster: () => cluster.keys, clock }),
        rawKey: () => 'a-raw-key',
      }),
      (_request, response) => {
        reached += 1;
        response.json({ ok: true });
      },
    );
    listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await listening.stop(0);
  });

  const own: TokenSource = (callee) => cluster.token('scheduler', callee);
  const clientWith = (tokens: TokenSource | undefined): InternalClient => {
    const to = { caller: 'scheduler', callee: 'browser', baseUrl: listening.url } as const;
    const client = createInternalClient({ ...to, keys: keys.of('scheduler'), tokens, clock });
    clients.push(client);
    return client;
  };
  const call = (tokens?: TokenSource): Promise<unknown> =>
    clientWith(tokens).get('/internal/v1/x', z.unknown());
  const send = async (path: string, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`${listening.url}${path}`, { headers });
    if (answer.status === 401) assert.deepEqual(await answer.json(), UNAUTHORIZED_BODY);
    return answer.status;
  };
  const is401 = (error: unknown): boolean =>
    error instanceof InternalCallError &&
    error.problem.kind === 'refused' &&
    error.problem.status === 401;
  const reasons = (): unknown[] =>
    captured
      .lines()
      .filter(({ event }) => String(event).startsWith('auth.'))
      .map(({ event, reason }) => `${String(event)} ${String(reason)}`);
  /** A request that was refused for its token and would hold otherwise. */
  const stolenHeaders = async (): Promise<Record<string, string>> => {
    await assert.rejects(
      call(() => cluster.token('operator', 'browser')),
      is401,
    );
    const { authorization: _other, ...signed } = seen.at(-1)?.headers ?? {};
    return signed;
  };

  it('are let in together', async () => {
    assert.deepEqual(await call(own), { ok: true });
  });

  it('B9 are refused each without the other: a stolen header, and a stolen token', async () => {
    const signed = await stolenHeaders();
    const token = { authorization: `Bearer ${own('browser')}` };
    assert.equal(await send('/internal/v1/x', signed), 401);
    assert.equal(await send('/internal/v1/x', token), 401);
    assert.deepEqual(reasons().slice(1), [
      'auth.invalid_workload_token token_missing',
      'auth.invalid_internal_key missing',
    ]);
    assert.equal(reached, 0);
    assert.equal(await send('/internal/v1/x', { ...signed, ...token }), 200);
  });

  it('B9 are refused with the token of another namespace, as a thief there has it', async () => {
    const signed = await stolenHeaders();
    const thief = cluster.token('scheduler', 'browser', { namespace: 'team-a' });
    const headers = { ...signed, authorization: `Bearer ${thief}` };
    assert.equal(await send('/internal/v1/x', headers), 401);
    assert.equal(reasons().at(-1), 'auth.invalid_workload_token token_wrong_account');
  });

  it('B9 are both needed for the keys as well, and the raw key opens nothing', async () => {
    await assert.rejects(clientWith(undefined).get(KEYS_PATH, z.unknown()), is401);
    await clientWith(own).get(KEYS_PATH, z.unknown());
    assert.equal(await send('/internal/v1/x', { [KEY_HEADER]: 'a-raw-key' }), 401);
  });

  it('B6 are refused when they are sent again, also twice at once', async () => {
    const headers = { ...(await stolenHeaders()), authorization: `Bearer ${own('browser')}` };
    const statuses = await Promise.all([1, 2, 3].map(() => send('/internal/v1/x', headers)));
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 401, 401],
    );
  });

  it('B7 are refused when the token is for another service, or has expired', async () => {
    await assert.rejects(
      call(() => cluster.token('scheduler', 'llm')),
      is401,
    );
    const old = own('browser');
    clock.advance(600_000);
    await assert.rejects(
      call(() => old),
      is401,
    );
    assert.deepEqual(reasons(), [
      'auth.invalid_workload_token token_wrong_audience',
      'auth.invalid_workload_token token_expired',
    ]);
  });

  it('H1 are counted by what was wrong with them, and the log says what to look at', async () => {
    await assert.rejects(call(undefined), is401);
    assert.match(await metrics.registry.metrics(), /reason="token_missing"[^}]*\} 1/);
    assert.match(captured.text(), /check WORKLOAD_TOKENS of the caller/);
  });

  it('B5 leave no token in the log', async () => {
    const token = cluster.token('scheduler', 'llm');
    await assert.rejects(
      call(() => token),
      is401,
    );
    assert.ok(!captured.text().includes(token.slice(0, 40)));
  });

  it('are not sent while the caller has no token, which it says', async () => {
    await assert.rejects(
      call(() => undefined),
      /scheduler has no token of its account to call browser/,
    );
    assert.equal(seen.length, 0);
  });

  it('are sent without a token where none is configured', async () => {
    await assert.rejects(call(undefined), is401);
    assert.equal(seen[0]?.headers['authorization'], undefined);
  });
});
