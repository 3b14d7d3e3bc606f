import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { testKeys } from '../../core/testing/keys.ts';
import { secret } from '../testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from '../testing/signingKeys.ts';
import { as, enrolApp } from '../testing/stepUp.ts';
import { ask, forAll, type HeadersOf } from './testing/ask.ts';
import { ROUTES, rows } from './testing/routes.ts';
import { startWorld, state, type World } from './testing/world.ts';

/** A secret in every form in which it may get out. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(text),
  ];
}

const newSecret = (name: string): string => `${name}-${randomBytes(18).toString('hex')}`;

describe('secrets', function () {
  this.timeout(30_000);
  let world: World;
  let keys: TestSigningKeys;
  /** By what they are. */
  const canaries = new Map<string, string>();
  /** What everybody, or somebody else, may read in the end. */
  const shown = new Map<string, string>();

  before(async () => {
    keys = makeSigningKeys();
    const internal = testKeys().of('api')();
    writeFileSync(keys.keysFile, JSON.stringify(internal));
    canaries.set('key of the api', internal.calls['scheduler']?.[0]?.value ?? '');
    canaries.set('client secret', newSecret('client'));
    canaries.set('seed of a signing key', keys.current.seed.toString('base64'));
    canaries.set('value of a Secret', newSecret('value'));
    world = await startWorld({
      KEYS_FILE: keys.keysFile,
      // nothing answers there
      OIDC_ISSUER: 'http://127.0.0.1:1',
      GOOGLE_CLIENT_ID: 'client',
      GOOGLE_CLIENT_SECRET: canaries.get('client secret') ?? '',
      SIGN_IN_ALLOW: '*',
    });
    const { api } = world;
    canaries.set('password of the database', new URL(api.db.url('mon_api')).password);
    canaries.set('API token', api.tokens.admin);
    await collect(await world.session('owner'));
    const callers = [await world.session('root'), await world.session('viewer'), tokenOf(world)];
    const texts = await forAll(callers, (headers) => askEverything(headers), 1);
    shown.set('errors', texts.join('\n'));
    const session = await world.session('root');
    const get = async (path: string): Promise<string> =>
      (await fetch(api.url + path, { headers: session })).text();
    shown.set('metrics', await get('/metrics'));
    shown.set('OpenAPI', await get('/api/v1/openapi.json'));
    for (const format of ['csv', 'json'])
      for (const chain of ['_platform', 'team-a'])
        shown.set(
          `audit of ${chain} as ${format}`,
          await get(`/api/v1/admin/audit/export?chain=${chain}&format=${format}`),
        );
    shown.set('lists', (await Promise.all(LISTS.map((path) => get(`/api/v1${path}`)))).join('\n'));
    shown.set('log', api.lines.join(''));
    shown.set('database', [...(await state(world)).values()].join('\n'));
  });

  after(async () => {
    await world.stop();
    keys.remove();
  });

  const LISTS = [
    '/secrets',
    '/tokens',
    '/sessions',
    '/second-factors',
    '/channels',
    '/admin/users',
  ];
  const tokenOf = ({ api }: World): HeadersOf => ({ authorization: `Bearer ${api.tokens.admin}` });

  /** Lets the api make one of each secret that it gives to somebody once. */
  async function collect(headers: HeadersOf): Promise<void> {
    const { api } = world;
    const { cookie = '', 'x-csrf-token': csrf = '' } = headers;
    canaries.set('session', cookie.slice('mon_sid='.length));
    const made = await api.call('POST', '/api/v1/tokens', {
      headers,
      body: { name: 'x', scope: 'write' },
    });
    const token = (JSON.parse(made.text) as { secret: string }).secret;
    canaries.set('own API token', token);
    const begun = await api.call('POST', '/api/v1/access-tokens', {
      token,
      body: { refresh: true },
    });
    const given = JSON.parse(begun.text) as { accessToken: string; refreshToken: string };
    canaries.set('access token', given.accessToken);
    canaries.set('refresh token', given.refreshToken);
    const app = await enrolApp(api, { cookie, csrf });
    canaries.set('secret of an authenticator app', app.secret);
    canaries.set('recovery code', app.recoveryCodes[0] ?? '');
    canaries.set('link', await api.oneTimeToken('acknowledge', 'finding'));
    const value = canaries.get('value of a Secret') ?? '';
    const body = { documents: [secret('canary', value)] };
    await as(api, { cookie, csrf }, 'POST', '/apply', body);
  }

  /** Each route with a secret in the place where it may be, and where it may not. */
  async function askEverything(headers: HeadersOf): Promise<string> {
    const all = [...canaries.values()];
    const texts = await forAll(
      rows.filter(([route]) => route !== 'POST /admin/revoke-all'),
      async ([route]) => {
        const canary = all[route.length % all.length] ?? '';
        const body = ROUTES[route]?.body;
        const more = body && { ...body, token: canary, code: canary, refreshToken: canary };
        const sent = { ...headers, 'idempotency-key': 'x', 'x-api-key': canary };
        const answer = await ask(world.api.url, route, {
          headers: sent,
          ...(more ? { body: more } : {}),
        });
        const wrong = await ask(world.api.url, route, {
          headers: { authorization: `Bearer ${canary}` },
        });
        return [answer, wrong]
          .filter(({ status }) => status >= 400)
          .map(({ text }) => text)
          .join('\n');
      },
    );
    return texts.join('\n');
  }

  for (const place of [
    'log',
    'metrics',
    'errors',
    'OpenAPI',
    'lists',
    'database',
    'audit of _platform as csv',
    'audit of _platform as json',
    'audit of team-a as csv',
    'audit of team-a as json',
  ])
    it(`B5 E9 stand in no form in the ${place}`, () => {
      const text = shown.get(place) ?? '';
      const found = [...canaries].flatMap(([what, canary]) =>
        formsOf(canary).some((form) => text.includes(form)) ? [what] : [],
      );
      assert.deepEqual(found, []);
      assert.ok(text.length > 100, `${text.length} characters`);
    });

  it('B5 are all there to be looked for', () => {
    assert.ok([...canaries.values()].every((canary) => canary.length >= 10));
    assert.equal(canaries.size, 13);
  });
});
