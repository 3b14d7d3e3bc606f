import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import { newId } from '../../core/ids.ts';
import { routesMadeBy } from '../../local/testing/routes.ts';
import { createApiToken, type TokenScope } from '../../store/tokens.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { hashSecret, newSecret } from '../cookie.ts';
import { WORKSPACE } from '../testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from '../testing/signingKeys.ts';
import { ask, forAll, type HeadersOf } from './testing/ask.ts';
import { ROUTES, rows, type Needs } from './testing/routes.ts';
import { type SessionState, startWorld, type Who, type World } from './testing/world.ts';

type Refusal = 401 | 403;

/** Who asks: with which headers, and what each need is answered with; absent: let in. */
interface Caller {
  readonly headers: () => Promise<HeadersOf>;
  readonly refused: Readonly<Partial<Record<Needs, Refusal>>>;
  /** Whom the log names; nobody when absent. */
  readonly actor?: () => RegExp;
}

const everything = <R extends Refusal>(status: R) =>
  ({
    own: status,
    token: status,
    read: status,
    write: status,
    admin: status,
    platform: status,
  }) as const;
const NOBODY = everything(401);

/** Probes, which the app has before all routes, and tell nothing of anybody. */
const PROBES = ['GET /healthz', 'GET /metrics', 'GET /readyz'];

/** What ends its caller; the last of them would end all others as well. */
const ENDING = ['POST /sign-out', 'POST /sign-out-everywhere', 'POST /admin/revoke-all'];

describe('every route and every kind of caller', function () {
  this.timeout(60_000);
  let world: World;
  let keys: TestSigningKeys;
  let made: readonly string[];
  let tokens: Record<'live' | 'disabled' | 'revoked' | 'expired' | 'left', Token>;

  interface Token {
    readonly id: string;
    readonly secret: string;
  }

  before(async () => {
    keys = makeSigningKeys();
    made = await routesMadeBy(async () => (world = await startWorld({ KEYS_FILE: keys.keysFile })));
    tokens = {
      live: await token('owner'),
      disabled: await token('disabled'),
      revoked: await token('owner'),
      expired: await token('owner', -1),
      left: await token('stranger'),
    };
    await world.api.db
      .pool('postgres')
      .query('UPDATE api_tokens SET revoked_at = now() WHERE id = $1', [tokens.revoked.id]);
  });

  after(async () => {
    await world.stop();
    keys.remove();
  });

  /** Of a person in the workspace. */
  async function token(who: Who, lifeMs = 3_600_000, scope: TokenScope = 'admin'): Promise<Token> {
    const { db, time } = world.api;
    const [id, secret, createdAt] = [newId(), newSecret(), time.now];
    await withWorkspace(db.pool('duckmon_owner'), WORKSPACE, (tx) =>
      createApiToken(tx, WORKSPACE, {
        id,
        userId: world.people[who],
        name: who,
        scope,
        tokenHash: hashSecret(secret),
        createdAt,
        expiresAt: new Date(createdAt.getTime() + lifeMs),
      }),
    );
    return { id, secret };
  }
  const bearer = (secret: string): HeadersOf => ({ authorization: `Bearer ${secret}` });
  async function access(secret: string): Promise<string> {
    const answer = await world.api.call('POST', '/api/v1/access-tokens', { token: secret });
    return (JSON.parse(answer.text) as { accessToken: string }).accessToken;
  }
  /** Signed with our key, for somebody else or of another time. */
  async function accessFor(audience: string, secondsLeft = 300): Promise<string> {
    const seconds = Math.floor(world.api.time.now.getTime() / 1000);
    return new SignJWT({ sid: tokens.live.id, wsp: WORKSPACE, epoch: 0 })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.current.kid })
      .setSubject(world.people.owner)
      .setIssuer('http://127.0.0.1:3000')
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + secondsLeft)
      .sign(keys.private);
  }
  const session = (who: Who, refused: Caller['refused'], state: SessionState = {}): Caller => ({
    headers: () => world.session(who, state),
    refused,
    ...(refused === NOBODY ? {} : { actor: () => new RegExp(`^user:${world.people[who]}$`) }),
  });
  const nobody = (headers: () => HeadersOf | Promise<HeadersOf>): Caller => ({
    headers: async () => headers(),
    refused: NOBODY,
  });
  const ofTest = (
    scope: TokenScope | 'other',
    refused: Caller['refused'],
    credential: (secret: string) => Promise<string> = async (secret) => secret,
  ): Caller => ({
    headers: async () => bearer(await credential(world.api.tokens[scope])),
    refused,
    actor: () => /^token:[-0-9a-f]{36}$/,
  });
  const foreignPage = async (origin: string): Promise<HeadersOf> => ({
    ...(await world.session('root')),
    origin,
  });
  const HOURS = 3_600_000;

  const CALLERS: Readonly<Record<string, Caller>> = {
    'nobody at all': nobody(() => ({})),
    'a token that nobody issued': nobody(() => bearer('x'.repeat(43))),
    'what is no token': nobody(() => ({ authorization: 'Basic YTpi' })),
    'a cookie that nobody issued': nobody(() => ({ cookie: `mon_sid=${'x'.repeat(43)}` })),
    'the internal header alone': nobody(() => ({
      'x-internal-api-key': 'kid.c2lnbmF0dXJl',
      'x-internal-timestamp': String(world.api.time.now.getTime()),
      'x-internal-nonce': 'nonce-of-the-test',
    })),
    'what a proxy would say of an administrator': nobody(() => ({
      'x-forwarded-user': 'root',
      'x-forwarded-for': '127.0.0.1',
      'x-original-url': '/api/v1/openapi.json',
      'user-agent': 'kube-probe/1.34',
    })),
    'a session that is too old': session('root', NOBODY, { ageMs: 12 * HOURS }),
    'a session that was left alone': session('root', NOBODY, { idleMs: HOURS / 2 }),
    'a session that was ended': session('root', NOBODY, { revoked: true }),
    'the session of somebody disabled': session('disabled', NOBODY),
    'the token of somebody disabled': nobody(() => bearer(tokens.disabled.secret)),
    'a token that was revoked': nobody(() => bearer(tokens.revoked.secret)),
    'a token that has expired': nobody(() => bearer(tokens.expired.secret)),
    'a token of somebody who is no member': {
      ...nobody(() => bearer(tokens.left.secret)),
      actor: () => new RegExp(`^token:${tokens.left.id}$`),
    },
    'an access token that has expired': nobody(async () =>
      bearer(await accessFor('duckmon-api', -61)),
    ),
    'A16 an access token for another service': nobody(async () =>
      bearer(await accessFor('duckmon-scheduler')),
    ),
    'A22 a page of another site, with the cookie': {
      headers: () => foreignPage('https://evil.example'),
      refused: everything(403),
      actor: () => new RegExp(`^user:${world.people.root}$`),
    },
    'A22 a page without an origin, with the cookie': {
      headers: () => foreignPage('null'),
      refused: everything(403),
      actor: () => new RegExp(`^user:${world.people.root}$`),
    },
    'a viewer': session('viewer', { token: 403, write: 403, admin: 403, platform: 403 }),
    'an editor': session('editor', { token: 403, admin: 403, platform: 403 }),
    'an owner': session('owner', { token: 403, platform: 403 }),
    'an administrator of the installation who only views the workspace': session('administrator', {
      token: 403,
      write: 403,
      admin: 403,
    }),
    'an administrator of the installation who has shown no second factor': session(
      'root',
      { token: 403, factor: 403, platform: 403 },
      { steppedUp: false },
    ),
    'the owner of another workspace': session('stranger', { token: 403, platform: 403 }),
    'a token to read': ofTest('read', { own: 403, write: 403, admin: 403, platform: 403 }),
    'a token to write': ofTest('write', { own: 403, admin: 403, platform: 403 }),
    'a token to administer': ofTest('admin', { own: 403, platform: 403 }),
    'an access token to read': ofTest(
      'read',
      { own: 403, token: 403, write: 403, admin: 403, platform: 403 },
      access,
    ),
    'an access token to administer': ofTest(
      'admin',
      { own: 403, token: 403, platform: 403 },
      access,
    ),
    'a token of another workspace': ofTest('other', { own: 403, platform: 403 }),
  };

  interface Asked {
    readonly route: string;
    readonly expected: Refusal | undefined;
    readonly status: number;
    readonly events: readonly Record<string, unknown>[];
  }
  interface Heard {
    readonly all: readonly Asked[];
    /** By how much the counter of refusals went up. */
    readonly counted: number;
  }
  const heard = new Map<string, Promise<Heard>>();
  const answersTo = (who: string): Promise<Heard> => {
    const known = heard.get(who) ?? askAll(CALLERS[who] ?? assert.fail(who));
    heard.set(who, known);
    return known;
  };

  async function askAll({ headers, refused }: Caller): Promise<Heard> {
    const expectedOf = (needs: Needs): Refusal | undefined => {
      if (needs === 'factor') return refused.factor ?? refused.own;
      if (needs === 'ownerFactor') return refused.admin ?? refused.factor ?? refused.own;
      return refused[needs];
    };
    const askOne = async (route: string, sent: HeadersOf): Promise<Asked> => {
      const { status, headers: got } = await ask(world.api.url, route, { headers: sent });
      const id = got.get('x-correlation-id');
      const expected = expectedOf(ROUTES[route]?.needs ?? 'nothing');
      const events = refusals().filter(({ correlationId }) => correlationId === id);
      return { route, expected, status, events };
    };
    const names = rows.map(([route]) => route);
    const before_ = await failures();
    const own = await headers();
    const all = await forAll(
      names.filter((route) => !ENDING.includes(route)),
      (route) => askOne(route, own),
    );
    for (const route of ENDING) {
      const isLast = route === 'POST /admin/revoke-all';
      if (isLast && expectedOf('platform') === undefined) continue;
      all.push(await askOne(route, await headers()));
    }
    return { all, counted: (await failures()) - before_ };
  }
  const refusals = (): Record<string, unknown>[] =>
    world.api.lines
      .filter((line) => line.includes('"auth.refused"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  /** What the counter of refusals says. */
  async function failures(): Promise<number> {
    const { text } = await world.api.call('GET', '/metrics');
    const values = [...text.matchAll(/^mon_auth_failures_total\{[^}]*\} (\d+)$/gm)];
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  it('E1 has an answer here for each route that there is, and for no other', () => {
    const there = made.map((route) => route.replace('/api/v1', '').replaceAll(/:(\w+)/g, '{$1}'));
    const expected = [...Object.keys(ROUTES), ...PROBES];
    assert.deepEqual(there.toSorted(), expected.toSorted());
  });

  const isRefused = ({ status }: Asked): boolean => status === 401 || status === 403;

  it('A16 takes the same access token when it is for the api, and in time', async () => {
    const headers = bearer(await accessFor('duckmon-api'));
    assert.equal((await ask(world.api.url, 'GET /me', { headers })).status, 200);
  });

  for (const [who, { actor }] of Object.entries(CALLERS)) {
    it(titled(who), async () => {
      const { all } = await answersTo(who);
      const wrong = all.filter(({ route, status, expected }) => {
        if (ROUTES[route]?.needs === 'nothing') return status >= 500;
        return expected === undefined
          ? status === 401 || status === 403 || status >= 500
          : status !== expected;
      });
      assert.deepEqual(wrong, []);
    });

    it(`H1 notes each refusal of ${who.replace(/^[A-Z]\d+ /, '')} once: who, from where and why`, async () => {
      const { all, counted } = await answersTo(who);
      const wrong = all.filter((asked) => {
        const [event, ...more] = asked.events;
        if (!isRefused(asked)) return more.length > 0;
        const isWhole =
          event?.['ip'] === '127.0.0.1' &&
          typeof event['reason'] === 'string' &&
          event['route'] !== undefined &&
          (ROUTES[asked.route]?.needs === 'nothing' || isNamed(event['actor'], actor));
        return !isWhole || more.length > 0;
      });
      assert.deepEqual(wrong, []);
      assert.equal(counted, all.flatMap(({ events }) => events).length);
    });
  }

  const isNamed = (name: unknown, actor: Caller['actor']): boolean =>
    actor === undefined ? name === 'anonymous' : actor().test(String(name));
});

/** The ids of rows come first. */
function titled(who: string): string {
  const id = /^[A-Z]\d+/.exec(who)?.[0];
  return id === undefined
    ? `E1 answers ${who} as each route says`
    : `${id} E1 answers ${who.slice(id.length + 1)} as each route says`;
}
