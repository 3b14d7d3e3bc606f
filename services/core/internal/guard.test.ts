import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { createApp } from '../http/app.ts';
import { serve, type Listening } from '../http/serve.ts';
import { newKeyEntry, type KeyEntry } from '../keyring.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { fakeClock, type FakeClock } from '../testing/clock.ts';
import { keysOf, testKeys, type TestKeys } from '../testing/keys.ts';
import { captureLog, type CapturedLog } from '../testing/log.ts';
import { UNAUTHORIZED_BODY, requireInternal } from './guard.ts';
import { createNonceMemory } from './nonces.ts';
import {
  KEY_HEADER,
  KIDS_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
  signParts,
  signingKey,
} from './signature.ts';

interface Sending {
  method: string;
  path: string;
  body: string;
  headers: Record<string, string | string[]>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

describe('core: internal guard', () => {
  let keys: TestKeys;
  let clock: FakeClock;
  let captured: CapturedLog;
  let metrics: Metrics;
  let listening: Listening;
  let reached: number;
  let rawKey: string | undefined;

  const start = async (): Promise<Listening> => {
    const { log } = captured;
    const app = createApp({ log, metrics, bodyLimit: 100_000, readiness: () => ({}) });
    app.express.use(
      '/internal/v1',
      requireInternal({
        service: 'browser',
        keys: () => keys.of('browser')(),
        clock,
        log,
        metrics,
        addresses: () => [`127.0.0.1:${listening.port}`],
        rawKey: () => rawKey,
      }),
    );
    app.express.use('/internal/v1', (_request, response) => {
      reached += 1;
      response.json({ ok: true });
    });
    return serve(app.finish(), { host: '127.0.0.1', port: 0 });
  };
  const send = ({ method, path, body, headers }: Sending): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: listening.port,
      method,
      path,
      headers,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      text(incoming).then(
        (received) =>
          resolve({ status: incoming.statusCode ?? 0, body: received, headers: incoming.headers }),
        reject,
      );
    });
    outgoing.end(body);
    return promise;
  };
  let nonces = 0;
  /** A request that holds; each part can be said otherwise before it is signed. */
  const signed = (parts: Record<string, string> = {}): Sending => {
    const { method = 'POST', path = '/internal/v1/fetch?a=1', body = '{"url":"x"}' } = parts;
    const timestamp = parts['timestamp'] ?? String(clock.now().getTime());
    const nonce = parts['nonce'] ?? `nonce-of-a-test-${(nonces += 1)}`;
    const audience = parts['audience'] ?? `browser@127.0.0.1:${listening.port}`;
    const [key] = keys.of('scheduler')().calls['browser'] ?? [];
    assert.ok(key);
    const value = signingKey(parts['key'] ?? key.value);
    const signature = signParts(value, {
      method,
      path,
      body: Buffer.from(body),
      timestamp,
      nonce,
      audience,
    });
    return {
      method,
      path,
      body,
      headers: {
        'content-type': 'application/json',
        [KEY_HEADER]: `${parts['kid'] ?? key.kid}.${signature}`,
        [TIME_HEADER]: timestamp,
        [NONCE_HEADER]: nonce,
      },
    };
  };
  const reasons = (): unknown[] =>
    captured
      .lines()
      .filter((line) => line['event'] === 'auth.invalid_internal_key')
      .map((line) => line['reason']);
  const assertRefused = async (sending: Sending, reason: string): Promise<void> => {
    const before = reached;
    const { status, body } = await send(sending);
    assert.deepEqual([status, JSON.parse(body), reached], [401, UNAUTHORIZED_BODY, before]);
    assert.equal(reasons().at(-1), reason);
  };

  beforeEach(async () => {
    keys = testKeys();
    clock = fakeClock();
    captured = captureLog();
    metrics = createMetrics('browser');
    reached = 0;
    rawKey = undefined;
    listening = await start();
  });
  afterEach(() => listening.stop(0));

  it('lets a signed request pass', async () => {
    assert.equal((await send(signed())).status, 200);
    assert.equal(reached, 1);
  });

  it('lets a signed request without a body pass', async () => {
    assert.equal((await send(signed({ method: 'GET', body: '' }))).status, 200);
  });

  it('signs as the design says, over version, method, path, body, time, nonce and audience', () => {
    const key = Buffer.alloc(32, 7);
    const body = Buffer.from('{}');
    const parts = {
      method: 'POST',
      path: '/p?q',
      body,
      timestamp: '1',
      nonce: 'n',
      audience: 'browser@h:1',
    };
    const hash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    const expected = createHmac('sha256', key)
      .update(`v1\nPOST\n/p?q\n${hash}\n1\nn\nbrowser@h:1`)
      .digest('base64url');
    assert.equal(signParts(signingKey(key.toString('base64')), parts), expected);
  });

  describe('B1 without the right key', () => {
    it('refuses a request without any', () =>
      assertRefused({ ...signed(), headers: {} }, 'missing'));

    it('refuses a wrong key under a known name', () =>
      assertRefused(signed({ key: Buffer.alloc(32, 9).toString('base64') }), 'bad_signature'));

    it('refuses the key of another installation', () => {
      const [foreign] = testKeys().of('scheduler')().calls['browser'] ?? [];
      return assertRefused(
        signed({ kid: foreign?.kid ?? '', key: foreign?.value ?? '' }),
        'unknown_kid',
      );
    });

    it('refuses the key by which the same caller calls another service', () => {
      const [forLlm] = keys.of('scheduler')().calls['llm'] ?? [];
      return assertRefused(signed({ key: forLlm?.value ?? '' }), 'bad_signature');
    });

    it('refuses the key of a caller that has no business here', () => {
      const [ofApi] = keys.of('api')().calls['scheduler'] ?? [];
      return assertRefused(
        signed({ kid: ofApi?.kid ?? '', key: ofApi?.value ?? '' }),
        'unknown_kid',
      );
    });

    it('refuses the root key itself', () => {
      const [root] = keys.root.keys;
      return assertRefused(
        { ...signed(), headers: { [KEY_HEADER]: root?.value ?? '' } },
        'unknown_kid',
      );
    });

    it('answers every refusal with the same bytes', async () => {
      const bodies = await Promise.all(
        [
          { ...signed(), headers: {} },
          signed({ kid: 'none' }),
          signed({ audience: 'x' }),
          signed({ timestamp: '0' }),
        ].map(async (sending) => (await send(sending)).body),
      );
      assert.equal(new Set(bodies).size, 1);
    });

    it('H1 counts refusals by reason and names the fault for people', async () => {
      await send({ ...signed(), headers: {} });
      assert.match(
        await metrics.registry.metrics(),
        /mon_auth_failures_total\{reason="missing",service="browser"\} 1/,
      );
      const line = captured.lines().find((one) => one['event'] === 'auth.invalid_internal_key');
      assert.match(String(line?.['msg']), /check INTERNAL_API_KEY/);
      assert.deepEqual([line?.['ip'], line?.['level']], ['127.0.0.1', 'warn']);
    });

    it('H1 names who asked where the signature says so for sure, and nobody else', async () => {
      const sending = signed();
      await send(sending);
      for (const each of [sending, signed({ timestamp: '0' }), signed({ audience: 'x' })])
        await send(each);
      const refusals = captured
        .lines()
        .filter((one) => one['event'] === 'auth.invalid_internal_key');
      assert.deepEqual(
        refusals.map(({ reason, actor }) => [reason, actor]),
        [
          ['replayed', 'service:scheduler'],
          ['stale', 'service:scheduler'],
          ['bad_signature', 'anonymous'],
        ],
      );
    });
  });

  describe('B6 replay and splice', () => {
    it('refuses the same request again', async () => {
      const sending = signed();
      assert.equal((await send(sending)).status, 200);
      await assertRefused(sending, 'replayed');
    });

    it('refuses it after 31 seconds', async () => {
      const sending = signed();
      clock.advance(31_000);
      await assertRefused(sending, 'stale');
    });

    it('refuses one from 31 seconds ahead', () =>
      assertRefused(signed({ timestamp: String(clock.now().getTime() + 31_000) }), 'stale'));

    it('takes one that is 30 seconds old', async () => {
      const sending = signed();
      clock.advance(30_000);
      assert.equal((await send(sending)).status, 200);
    });

    it('refuses it on another path', () =>
      assertRefused({ ...signed(), path: '/internal/v1/other?a=1' }, 'bad_signature'));

    it('refuses it with another query', () =>
      assertRefused({ ...signed(), path: '/internal/v1/fetch?a=2' }, 'bad_signature'));

    it('refuses it by another method', () =>
      assertRefused({ ...signed(), method: 'PUT' }, 'bad_signature'));

    it('refuses it with another body', () =>
      assertRefused({ ...signed(), body: '{"url":"y"}' }, 'bad_signature'));

    it('refuses it with a body where there was none', () => {
      const sending = signed({ method: 'GET', body: '' });
      const headers = { ...sending.headers, 'content-length': '11' };
      return assertRefused({ ...sending, headers, body: '{"url":"y"}' }, 'bad_signature');
    });

    it('refuses a body that the app does not parse and the signature does not cover', () => {
      const sending = signed({ body: '' });
      const headers = { ...sending.headers, 'content-type': 'text/plain' };
      return assertRefused({ ...sending, headers, body: 'x=1' }, 'bad_signature');
    });

    it('refuses it with another time or nonce', async () => {
      const sending = signed();
      await assertRefused(
        {
          ...sending,
          headers: { ...sending.headers, [TIME_HEADER]: String(clock.now().getTime() + 1) },
        },
        'bad_signature',
      );
      await assertRefused(
        { ...sending, headers: { ...sending.headers, [NONCE_HEADER]: 'another-nonce-000' } },
        'bad_signature',
      );
    });

    it('refuses one that was made for another service or another replica', async () => {
      await assertRefused(signed({ audience: `llm@127.0.0.1:${listening.port}` }), 'bad_signature');
      await assertRefused(signed({ audience: 'browser@127.0.0.1:1' }), 'bad_signature');
    });

    it('refuses a nonce that is too short or too long to be one', async () => {
      await assertRefused(signed({ nonce: 'short' }), 'bad_nonce');
      await assertRefused(signed({ nonce: 'n'.repeat(65) }), 'bad_nonce');
    });

    it('does not burn a nonce for a request that does not hold', async () => {
      const sending = signed();
      await assertRefused({ ...sending, body: '{}' }, 'bad_signature');
      assert.equal((await send(sending)).status, 200);
    });

    it('B12 refuses two keys in one request', () => {
      const sending = signed();
      const key = String(sending.headers[KEY_HEADER]);
      return assertRefused(
        { ...sending, headers: { ...sending.headers, [KEY_HEADER]: [key, key] } },
        'bad_signature',
      );
    });

    it('B12 refuses a request whose Connection header names the key away', async () => {
      const sending = signed();
      const headers = { ...sending.headers, connection: `close, ${KEY_HEADER}`, [KEY_HEADER]: '' };
      await assertRefused({ ...sending, headers }, 'missing');
    });
  });

  describe('B3 rotation', () => {
    const old = newKeyEntry(new Date());
    const next = newKeyEntry(new Date(), 'next');
    const signedBy = (entry: KeyEntry): Sending => {
      const [key] = keysOf({ keys: [entry] }).of('scheduler')().calls['browser'] ?? [];
      return signed({ kid: key?.kid ?? '', key: key?.value ?? '' });
    };

    it('takes next, current and previous keys and refuses a dropped one, without a restart', async () => {
      keys = keysOf({ keys: [old, next] });
      assert.equal((await send(signedBy(next))).status, 200);
      keys = keysOf({
        keys: [
          { ...old, state: 'previous' },
          { ...next, state: 'current' },
        ],
      });
      assert.equal((await send(signedBy(old))).status, 200);
      keys = keysOf({ keys: [{ ...next, state: 'current' }] });
      await assertRefused(signedBy(old), 'unknown_kid');
    });

    it('B4 names the keys that it holds in every answer', async () => {
      keys = keysOf({ keys: [old, next] });
      for (const sending of [signedBy(old), { ...signed(), headers: {} }])
        assert.equal(
          (await send(sending)).headers[KIDS_HEADER],
          `${old.kid}-scheduler,${next.kid}-scheduler`,
        );
    });
  });

  describe('the raw key of local mode', () => {
    const raw = (value: string): Sending => ({ ...signed(), headers: { [KEY_HEADER]: value } });

    it('passes when it is given and right', async () => {
      rawKey = 'a-local-key';
      assert.equal((await send(raw('a-local-key'))).status, 200);
    });

    it('is refused when wrong, when none is given, and when it is empty', async () => {
      rawKey = 'a-local-key';
      await assertRefused(raw('a-local-kez'), 'unknown_kid');
      rawKey = undefined;
      await assertRefused(raw('a-local-key'), 'unknown_kid');
      rawKey = '';
      await assertRefused(raw(''), 'missing');
    });
  });

  it('B2 survives headers of 0 to 4 KiB', async () => {
    for (const length of [0, 1, 63, 64, 65, 255, 1024, 4096])
      for (const value of ['a'.repeat(length), '.'.repeat(length), `x.${'b'.repeat(length)}`]) {
        const { status } = await send({
          ...signed(),
          headers: { [KEY_HEADER]: value, [TIME_HEADER]: value, [NONCE_HEADER]: value },
        });
        assert.equal(status, 401);
      }
  });

  it('B2 does the same signatures for an unknown key name as for a known one', async () => {
    let asked = 0;
    const addresses = (): readonly string[] => ((asked += 1), ['a:1', 'b:2']);
    const guard = requireInternal({
      service: 'browser',
      keys: keys.of('browser'),
      clock,
      log: captured.log,
      metrics,
      addresses,
    });
    const responses: unknown[] = [];
    for (const header of [
      undefined,
      'unknown.signature',
      `${keys.of('scheduler')().calls['browser']?.[0]?.kid}.signature`,
    ]) {
      const request = {
        method: 'GET',
        originalUrl: '/',
        path: '/',
        socket: {},
        headers: {},
        get: (name: string) => (name === KEY_HEADER ? header : undefined),
      };
      const response = {
        setHeader: () => undefined,
        status: (code: number) => ({ json: (body: unknown) => responses.push([code, body]) }),
      };
      await guard(request as never, response as never, () => assert.fail('passed'));
    }
    assert.equal(asked, 3);
    assert.deepEqual(
      responses,
      Array.from({ length: 3 }, () => [401, UNAUTHORIZED_BODY]),
    );
  });

  it('B5 writes neither key nor signature to the log', async () => {
    const sending = signed({ audience: 'elsewhere' });
    await send(sending);
    const [, signature = ''] = String(sending.headers[KEY_HEADER]).split('.');
    assert.ok(!captured.text().includes(signature));
    for (const { value } of keys.of('browser')().callers['scheduler'] ?? [])
      assert.ok(!captured.text().includes(value));
  });
});

describe('core: nonce memory', () => {
  it('knows a nonce for at least the minute in which it could be replayed', () => {
    const clock = fakeClock();
    const isNew = createNonceMemory(clock);
    isNew('before');
    clock.advance(59_999);
    assert.equal(isNew('a'), true);
    clock.advance(60_000);
    assert.equal(isNew('a'), false);
  });

  it('forgets after two minutes, so that it does not grow', () => {
    const clock = fakeClock();
    const isNew = createNonceMemory(clock);
    isNew('a');
    clock.advance(60_000);
    isNew('b');
    clock.advance(60_000);
    isNew('c');
    assert.equal(isNew('a'), true);
  });
});
