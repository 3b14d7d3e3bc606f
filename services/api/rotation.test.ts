import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Running } from '../core/lifecycle.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { makeSigningKeys, newTestKey, type TestSigningKeys } from './testing/signingKeys.ts';

const SECOND = 1_000;
const TOKEN_MS = 300 * SECOND;
/** As the operator does it: caches of the public keys keep them for 600 s, and ask again after 30 s. */
const PUBLISHED_MS = 630 * SECOND;
const KEPT_MS = TOKEN_MS + 600 * SECOND;
const STEP_MS = 45 * SECOND;
const CLIENTS = 3;
const VERIFIERS = 4;

describe('rotation of the keys of access tokens', function () {
  this.timeout(120_000);
  let api: TestApi;
  let keys: TestSigningKeys;
  let replicas: Running[];
  const realNow = Date.now;
  let passed = 0;

  before(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile });
    replicas = [await api.replica(), await api.replica()];
    // the caches of those who check look at it
    Date.now = () => realNow() + passed;
  });

  after(async () => {
    Date.now = realNow;
    for (const replica of replicas) await replica.stop();
    await api.stop();
    keys.remove();
  });

  const pass = (ms: number): void => {
    passed += ms;
    api.time.now = new Date(api.time.now.getTime() + ms);
  };
  const make = async (url: string): Promise<string> => {
    const headers = { authorization: `Bearer ${api.tokens.write}` };
    const response = await fetch(`${url}/api/v1/access-tokens`, { method: 'POST', headers });
    assert.equal(response.status, 201);
    return ((await response.json()) as { accessToken: string }).accessToken;
  };
  const use = async (url: string, token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/v1/me`, { headers });
    await response.body?.cancel();
    return response.status;
  };

  it('A14 five times refuses no token to three replicas and to four who keep the public keys', async () => {
    const urls = [api.url, ...replicas.map(({ url }) => url)];
    const urlOf = (nth: number): string => urls[nth % urls.length] ?? api.url;
    const newVerifier = (nth: number): JWTVerifyGetKey =>
      createRemoteJWKSet(new URL(`${urlOf(nth)}/api/v1/jwks.json`));
    const verifiers = Array.from({ length: VERIFIERS }, (_value, nth) => newVerifier(nth));
    const held: { token: string; madeAt: number }[] = [];
    let requests = 0;
    const work = async (nth: number): Promise<void> => {
      const before = held[nth];
      // each uses its token to the last second
      const isOld = before === undefined || passed - before.madeAt >= TOKEN_MS;
      const own = isOld ? { token: await make(urlOf(nth)), madeAt: passed } : before;
      held[nth] = own;
      for (const url of urls) assert.equal(await use(url, own.token), 200);
      await Promise.all(verifiers.map((verifier) => check(verifier, own.token)));
      requests += urls.length + VERIFIERS;
    };
    const check = (verifier: JWTVerifyGetKey, token: string): Promise<unknown> =>
      jwtVerify(token, verifier, { algorithms: ['EdDSA'], currentDate: api.time.now });
    const workFor = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= STEP_MS) {
        await Promise.all(Array.from({ length: CLIENTS }, (_value, nth) => work(nth)));
        pass(Math.min(STEP_MS, left));
      }
    };
    const begunAt = realNow();
    let current = keys.current;
    for (let turn = 1; turn <= 5; turn += 1) {
      const next = newTestKey(`turn-${turn}`, 'next');
      // one has read them a moment too early, and asks again after a while at the earliest
      verifiers[0] = newVerifier(turn);
      await check(verifiers[0], await make(api.url));
      keys.write([next, current]);
      await workFor(PUBLISHED_MS);
      keys.write([
        { ...next, state: 'current' },
        { ...current, state: 'previous' },
      ]);
      // one needs a token right then
      held.shift();
      await workFor(KEPT_MS);
      current = { ...next, state: 'current' };
      keys.write([current]);
    }
    if (process.env['DUCKMON_FIGURES'])
      console.log(
        `      ${requests} checks, ${Math.round((requests * SECOND) / (realNow() - begunAt))} a second`,
      );
  });
});
