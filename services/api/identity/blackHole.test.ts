import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { systemClock } from '../../core/clock.ts';
import { encodeToken } from '../../core/testing/identity/token.ts';
import { parseAllowList } from './allow.ts';
import { flowOf } from './flow.ts';
import { createProvider } from './provider.ts';
import { SignInError } from './reasons.ts';

const ISSUER = 'https://op.example';
const CALLBACK = 'https://mon.example/callback';
const TIMEOUT_MS = 40;
/** Requests that may wait at the same time, as the breaker has it. */
const MOST = 32;

describe('a provider of which a part is a black hole', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const flow = flowOf('x');
  let waiting: number;
  let asked: string[];

  const answers: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/auth`,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/jwks`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    }),
    '/token': () => {
      const iat = Math.floor(Date.now() / 1000);
      const claims = { iss: ISSUER, aud: 'client', sub: 'ann', nonce: flow.nonce, iat };
      const token = encodeToken(
        { alg: 'RS256', kid: 'k' },
        { ...claims, exp: iat + 300 },
        privateKey,
      );
      return { access_token: 'a', token_type: 'bearer', id_token: token };
    },
    '/jwks': () => ({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }],
    }),
  };
  /** Answers everywhere but there, where nothing ends before its caller gives up. */
  const fetchWithout =
    (hole: string) =>
    (url: string, { signal }: { signal?: AbortSignal | null }): Promise<Response> => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      if (pathname !== hole) return Promise.resolve(Response.json(answers[pathname]?.() ?? {}));
      waiting += 1;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          waiting -= 1;
          reject(new Error('aborted'));
        });
      });
    };
  const providerWithout = (hole: string) =>
    createProvider(
      {
        name: 'op',
        issuer: new URL(ISSUER),
        clientId: 'client',
        clientSecret: 'secret',
        redirectUri: CALLBACK,
        allow: parseAllowList(['*']),
      },
      {
        clock: systemClock,
        fetch: fetchWithout(hole),
        timeoutMs: TIMEOUT_MS,
      },
    );
  const end = (provider: ReturnType<typeof createProvider>) =>
    provider.claimsOf(new URL(`${CALLBACK}?code=c&state=${flow.state}`), flow);
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const isDown = (error: unknown): boolean =>
    error instanceof SignInError && error.reason === 'provider_down';

  beforeEach(() => {
    waiting = 0;
    asked = [];
  });

  it('A25 is none where every part answers', async () => {
    const claims = await end(providerWithout('/nothing'));
    assert.equal(claims['sub'], 'ann');
    assert.ok(asked.includes('/jwks'));
  });

  for (const hole of Object.keys(answers))
    it(`A25 is given up in time, and then not asked: ${hole}`, async () => {
      const provider = providerWithout(hole);
      for (let time = 0; time < 6; time += 1) await assert.rejects(end(provider), isDown);
      assert.equal(asked.filter((path) => path === hole).length, 3);
      assert.equal(waiting, 0);
    });

  it('A25 holds no more than so many requests, however many people come', async () => {
    const provider = providerWithout('/jwks');
    const people = Array.from({ length: 200 }, () => assert.rejects(end(provider), isDown));
    let most = 0;
    const all = Promise.all(people);
    const isOver = () => Promise.race([all.then(() => true), tick().then(() => false)]);
    while (!(await isOver())) most = Math.max(most, waiting);
    assert.ok(most <= MOST, `${most}`);
    assert.ok(asked.filter((path) => path === '/jwks').length <= MOST);
    assert.equal(waiting, 0);
  });
});
