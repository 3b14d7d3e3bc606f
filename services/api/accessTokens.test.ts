import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createLocalJWKSet,
  decodeJwt,
  exportJWK,
  jwtVerify,
  SignJWT,
  type JSONWebKeySet,
} from 'jose';
import { startTestApi, type TestApi } from './testing/api.ts';
import { makeSigningKeys, newTestKey, type TestSigningKeys } from './testing/signingKeys.ts';

const ISSUER = 'http://127.0.0.1:3000';
const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: 'first' } as const;
type Claims = Readonly<Record<string, unknown>>;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens', () => {
  let api: TestApi;
  let keys: TestSigningKeys;
  /** A token that is good, and what it says. */
  let good: string;
  let claims: Claims;

  beforeEach(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile, PUBLIC_URL: ISSUER });
    good = await make();
    claims = decodeJwt(good);
  });

  afterEach(async () => {
    await api.stop();
    keys.remove();
  });

  async function make(token = api.tokens.write): Promise<string> {
    const answer = await api.call('POST', '/api/v1/access-tokens', { token });
    assert.equal(answer.status, 201, answer.text);
    return (JSON.parse(answer.text) as { accessToken: string }).accessToken;
  }
  const use = async (token: string, url = api.url): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/v1/me`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const sign = (
    patch: Claims = {},
    header: Readonly<Record<string, unknown>> = {},
    key: KeyObject | Uint8Array = keys.private,
  ): Promise<string> =>
    new SignJWT({ ...claims, ...patch }).setProtectedHeader({ ...HEADER, ...header }).sign(key);
  const jwks = async (): Promise<JSONWebKeySet> =>
    JSON.parse((await api.call('GET', '/api/v1/jwks.json')).text) as JSONWebKeySet;
  const later = (seconds: number): void => {
    api.time.now = new Date(api.time.now.getTime() + seconds * 1000);
  };
  const run = (statement: string): Promise<unknown> => api.db.pool('postgres').query(statement);

  it('have the workspace and the scope of the API token that they were made from', async () => {
    const me = await api.call('GET', '/api/v1/me', { token: good });
    assert.deepEqual([me.status, me.json.workspace, me.json.scope], [200, 'team-a', 'write']);
    const read = await make(api.tokens.read);
    const write = await api.call('POST', '/api/v1/monitors', { token: read, body: {} });
    assert.equal(write.status, 403);
  });

  it('defect: E1 do no more than their owner may by now, nor do API tokens', async () => {
    const scopes = (): Promise<unknown[]> =>
      Promise.all(
        [api.tokens.write, good].map(async (token) => {
          const me = await api.call('GET', '/api/v1/me', { token });
          return me.status === 200 ? me.json.scope : me.status;
        }),
      );
    const become = (role: string): Promise<unknown> =>
      run(`UPDATE memberships SET role = '${role}' WHERE workspace_id = 'team-a'`);
    assert.deepEqual(await scopes(), ['write', 'write']);
    await become('viewer');
    assert.deepEqual(await scopes(), ['read', 'read']);
    await become('owner');
    assert.deepEqual(await scopes(), ['write', 'write']);
    await run(`DELETE FROM memberships WHERE workspace_id = 'team-a'`);
    assert.deepEqual(await scopes(), [401, 401]);
  });

  it('end after five minutes to the second', async () => {
    later(299);
    assert.equal(await use(good), 200);
    later(1);
    assert.equal(await use(good), 401);
  });

  it('can be checked by anybody with the public keys, which tell no private one', async () => {
    const set = await jwks();
    const { payload, protectedHeader } = await jwtVerify(good, createLocalJWKSet(set), {
      currentDate: api.time.now,
    });
    assert.deepEqual(protectedHeader, HEADER);
    assert.deepEqual([payload.iss, payload.aud], [ISSUER, 'duckmon-api']);
    assert.ok(!('d' in (set.keys[0] ?? {})));
  });

  it('make no other token', async () => {
    const answer = await api.call('POST', '/api/v1/access-tokens', { token: good });
    assert.equal(answer.status, 403);
  });

  for (const [what, statement] of [
    ['the API token is revoked', "UPDATE api_tokens SET revoked_at = now() WHERE name = 'write'"],
    ['the API token ends', "UPDATE api_tokens SET expires_at = '2026-03-01' WHERE name = 'write'"],
    ['the user is disabled', 'UPDATE users SET disabled_at = now()'],
    ["the user's epoch is raised", 'UPDATE users SET token_epoch = token_epoch + 1'],
  ] as const)
    it(`A11 end at once on all replicas when ${what}`, async () => {
      const replica = await api.replica();
      try {
        assert.equal(await use(good, replica.url), 200);
        await run(statement);
        assert.deepEqual([await use(good), await use(good, replica.url)], [401, 401]);
      } finally {
        await replica.stop();
      }
    });

  describe('A13 forged', () => {
    let trap: Server;
    let asked = 0;
    let address: string;
    const own = generateKeyPairSync('ed25519');

    beforeEach(async () => {
      asked = 0;
      trap = createServer((_request, response) => {
        asked += 1;
        response.end('{}');
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`;
    });

    afterEach(() => new Promise((resolve) => trap.close(resolve)));

    const unsigned = (alg: string): string => `${part({ ...HEADER, alg })}.${part(claims)}.`;
    const publicKey = (): KeyObject => createPublicKey(keys.private);
    const hmac = (secret: Buffer | string): Promise<string> =>
      sign({}, { alg: 'HS256' }, new Uint8Array(Buffer.from(secret)));

    const FORGERIES: Readonly<Record<string, () => string | Promise<string>>> = {
      'alg none': () => unsigned('none'),
      'alg None': () => unsigned('None'),
      'the right algorithm without a signature': () => unsigned('EdDSA'),
      'another body under a good signature': () => {
        const [header = '', , signature = ''] = good.split('.');
        return [header, part({ ...claims, epoch: 7 }), signature].join('.');
      },
      'HS256 with the public key as PEM': () =>
        hmac(publicKey().export({ format: 'pem', type: 'spki' })),
      'HS256 with the public key as DER': () =>
        hmac(publicKey().export({ format: 'der', type: 'spki' })),
      'HS256 with the bytes of the public key': () =>
        hmac(Buffer.from(publicKey().export({ format: 'jwk' }).x ?? '', 'base64url')),
      'HS256 with the public JWK': async () => hmac(JSON.stringify((await jwks()).keys[0])),
      'ES256 under our kid': () =>
        sign({}, { alg: 'ES256' }, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      'another key under our kid': () => sign({}, {}, own.privateKey),
      'a key of its own as jwk': async () =>
        sign({}, { jwk: await exportJWK(own.publicKey) }, own.privateKey),
      'a key of its own as jwk, without kid': async () =>
        sign({}, { kid: undefined, jwk: await exportJWK(own.publicKey) }, own.privateKey),
      jku: () => sign({}, { jku: address }, own.privateKey),
      'jku with an unknown kid': () => sign({}, { kid: 'theirs', jku: address }, own.privateKey),
      x5u: () => sign({}, { kid: 'theirs', x5u: address }, own.privateKey),
      'a kid that is a path': () => sign({}, { kid: '../../dev/null' }, own.privateKey),
      'a kid that is a path, with an empty secret': () =>
        sign({}, { alg: 'HS256', kid: '../../dev/null' }, new Uint8Array(32)),
      'a kid that is SQL': () => sign({}, { kid: "' UNION SELECT 'x' --" }, own.privateKey),
      'no kid': () => sign({}, { kid: undefined }),
    };

    for (const [what, forge] of Object.entries(FORGERIES))
      it(`A13 is refused: ${what}`, async () => {
        assert.equal(await use(await forge()), 401);
        assert.equal(asked, 0, 'the address in the header was asked');
        // The same, made rightly, is let in: it is the forgery that was refused.
        assert.equal(await use(await sign()), 200);
      });
  });

  for (const typ of ['JWT', 'at+JWT+x', 'id+jwt', undefined])
    it(`A15 are not what says to be ${typ ?? 'nothing'}, though we signed it`, async () => {
      assert.equal(await use(await sign({}, { typ })), 401);
    });

  for (const claim of ['sub', 'sid', 'wsp', 'epoch', 'iat', 'exp', 'iss', 'aud'])
    it(`A15 without ${claim} are none`, async () => {
      assert.equal(await use(await sign({ [claim]: undefined })), 401);
    });

  it('A15 with a longer life than ours are none', async () => {
    const long = await sign({ exp: Number(claims['exp']) + 3_600 });
    later(301);
    assert.equal(await use(long), 401);
  });

  for (const aud of ['duckmon-llm', 'duckmon-notification', ISSUER, ['duckmon-api', 'duckmon-llm']])
    it(`A16 for ${String(aud)} are refused by the api`, async () => {
      assert.equal(await use(await sign({ aud })), 401);
    });

  it('A16 of another installation are refused', async () => {
    assert.equal(await use(await sign({ iss: 'https://mon.example.org' })), 401);
  });

  it('A14 outlive five rotations, and end when their key is dropped', async () => {
    let ring = [keys.current];
    for (let turn = 1; turn <= 5; turn += 1) {
      const next = newTestKey(`key-${turn}`, 'next');
      const [current] = ring as [typeof next];
      const before = await make();
      keys.write([next, current]);
      assert.deepEqual(
        (await jwks()).keys.map(({ kid }) => kid),
        [next.kid, current.kid],
        'published before it is used',
      );
      assert.equal(await use(before), 200);
      keys.write([
        { ...next, state: 'current' },
        { ...current, state: 'previous' },
      ]);
      const after = await make();
      assert.deepEqual([await use(before), await use(after)], [200, 200]);
      ring = [{ ...next, state: 'current' }];
      keys.write(ring);
      assert.deepEqual([await use(before), await use(after)], [401, 200]);
    }
  });
});
