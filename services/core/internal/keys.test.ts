import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { KEYS_PATH, loadedKeys } from '../contracts/keys.ts';
import { createApp } from '../http/app.ts';
import { serve, type Listening } from '../http/serve.ts';
import { createMetrics } from '../metrics.ts';
import type { KeySource } from '../serviceKeys.ts';
import { testKeys, type TestKeys } from '../testing/keys.ts';
import { captureLog } from '../testing/log.ts';
import { createInternalClient, InternalCallError, type InternalClient } from './client.ts';
import { requireInternal } from './guard.ts';
import { loadedKeysOf } from './keys.ts';
import { KIDS_HEADER } from './signature.ts';

describe('core: the keys that a service has loaded', () => {
  let keys: TestKeys;
  let listening: Listening;
  let clients: InternalClient[];
  let seen: IncomingHttpHeaders[];

  const clientWith = (source: KeySource): InternalClient => {
    const client = createInternalClient({
      caller: 'scheduler',
      callee: 'browser',
      baseUrl: listening.url,
      keys: source,
      clock: systemClock,
    });
    clients.push(client);
    return client;
  };
  beforeEach(async () => {
    keys = testKeys(['previous', 'current', 'next']);
    [clients, seen] = [[], []];
    const { log } = captureLog();
    const metrics = createMetrics('browser');
    const app = createApp({ log, metrics, bodyLimit: 1000, readiness: () => ({}) });
    app.express.use(
      '/internal/v1',
      requireInternal({
        service: 'browser',
        keys: keys.of('browser'),
        clock: systemClock,
        log,
        metrics,
        addresses: () => [new URL(listening.url).host],
      }),
      ({ headers }, response) => {
        seen.push(headers);
        response.json({});
      },
    );
    listening = await serve(app.finish(), { host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await listening.stop(0);
  });
  const kids = (): string[] => keys.root.keys.map(({ kid }) => `${kid}-scheduler`);

  it('are named to a signed caller, each once', async () => {
    const answer = await clientWith(keys.of('scheduler')).get(KEYS_PATH, loadedKeys);
    assert.deepEqual(answer, { kids: kids(), signsWith: null });
  });

  it('tell as well which one signs what the service sends', () => {
    const current = keys.root.keys[1]?.kid;
    assert.equal(loadedKeysOf(keys.of('api')()).signsWith, `${current}-api`);
    assert.equal(loadedKeysOf(keys.of('llm')()).signsWith, `${current}-llm`);
    assert.equal(loadedKeysOf(keys.of('egress')()).signsWith, null);
  });

  it('are never shown', async () => {
    const answer = await clientWith(keys.of('scheduler')).get(KEYS_PATH, z.unknown());
    const values = Object.values(keys.of('browser')().callers).flatMap((entries) =>
      entries.map(({ value }) => value),
    );
    assert.equal(values.length, 3);
    for (const value of values) assert.ok(!JSON.stringify(answer).includes(value));
  });

  it('B1 are named to nobody without the right key', async () => {
    const plain = await fetch(`${listening.url}${KEYS_PATH}`);
    assert.equal(plain.status, 401);
    assert.ok(!(await plain.text()).includes(kids()[0] ?? ''));
    await assert.rejects(
      clientWith(testKeys().of('scheduler')).get(KEYS_PATH, z.unknown()),
      (error: unknown) =>
        error instanceof InternalCallError &&
        error.problem.kind === 'refused' &&
        error.problem.status === 401,
    );
  });

  it('are no answer to another method or path', async () => {
    const client = clientWith(keys.of('scheduler'));
    assert.deepEqual(await client.post(KEYS_PATH, {}, z.unknown()), {});
    assert.deepEqual(await client.get('/internal/v1/keys/x', z.unknown()), {});
  });

  it('are named in each request as well: those that the caller has for this call', async () => {
    await clientWith(keys.of('scheduler')).post('/internal/v1/x', {}, z.unknown());
    assert.equal(seen[0]?.[KIDS_HEADER], kids().join(','));
  });
});
