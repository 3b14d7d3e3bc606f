import assert from 'node:assert/strict';
import type { Visit } from '../../core/testing/identity/person.ts';
import { CALLBACK, PUBLIC_URL, startSignIn, type SignInWorld } from '../testing/signIn.ts';

describe('sign-in by a provider', () => {
  let world: SignInWorld;

  before(async () => {
    world = await startSignIn();
  });

  afterEach(() => {
    world.provider.reset();
    world.api.time.now = new Date();
  });

  after(() => world.stop());

  const me = `${PUBLIC_URL}/api/v1/me`;
  const start = `${PUBLIC_URL}/api/v1/auth/start`;
  const minutes = (count: number): void => {
    world.api.time.now = new Date(world.api.time.now.getTime() + count * 60_000);
  };
  const problemOf = ({ headers }: Visit): string =>
    /problem=(\w+)/.exec(headers.get('refresh') ?? '')?.[1] ?? '';
  /** Whether a refused visit left nothing but a row of the audit. */
  const leaves = async (
    visit: () => Promise<Visit>,
    status: number,
    reason: string,
  ): Promise<Visit> => {
    const [sessions, audited] = [await world.sessions(), (await world.audited()).length];
    const seen = await visit();
    assert.deepEqual(
      [seen.status, await world.sessions(), (await world.audited()).slice(audited)],
      [status, sessions, [`login.${reason}`]],
      seen.text,
    );
    return seen;
  };

  it('makes a session, and goes where the person wanted to go', async () => {
    const person = world.person();
    const { status, location, text } = await world.signIn(person, '/monitors/shop?x=1');
    assert.deepEqual([status, location], [303, `${PUBLIC_URL}/monitors/shop?x=1`], text);
    const { text: answer } = await person.open(me);
    assert.match(answer, /"displayName":"Ann"/);
    assert.match(answer, /"scope":"admin"/);
  });

  it('gives a person the same workspace again, and each person their own', async () => {
    const workspaceOf = async (sub: string): Promise<string> => {
      world.provider.knobs.person = { ...world.provider.knobs.person, sub };
      const person = world.person();
      await world.signIn(person);
      return /"workspace":"([^"]+)"/.exec((await person.open(me)).text)?.[1] ?? '';
    };
    const first = await workspaceOf('of-her-own');
    assert.match(first, /^u-[0-9a-f]{16}$/);
    assert.equal(await workspaceOf('of-her-own'), first);
    assert.notEqual(await workspaceOf('of-his-own'), first);
  });

  it('says how one can sign in', async () => {
    const { text } = await world.person().open(`${PUBLIC_URL}/api/v1/sign-in`);
    const { host } = new URL(world.provider.issuer);
    const provider = { name: host, url: start };
    assert.deepEqual(JSON.parse(text), { link: true, linkCommand: './scripts/up', provider });
  });

  it('A1 refuses a callback without the cookie of a sign-in', async () => {
    const callback = await world.toCallback(world.person());
    const seen = await leaves(() => world.person().open(callback), 400, 'state_invalid');
    assert.equal(problemOf(seen), 'expired');
  });

  it('A1 refuses a callback with the cookie of another sign-in, and lets that one go on', async () => {
    const callback = await world.toCallback(world.person());
    const other = world.person();
    const own = await world.toCallback(other);
    await leaves(() => other.open(callback), 400, 'state_invalid');
    assert.equal((await other.open(own)).status, 303);
  });

  it('A1 refuses a callback whose sign-in was used', async () => {
    const person = world.person();
    const callback = await world.toCallback(person);
    const login = new Map(person.cookies(PUBLIC_URL));
    assert.equal((await person.open(callback)).status, 303);
    const thief = world.person();
    for (const [name, value] of login) thief.cookies(PUBLIC_URL).set(name, value);
    await leaves(() => thief.open(callback), 400, 'state_invalid');
  });

  it('A1 refuses a callback eleven minutes after its beginning', async () => {
    const person = world.person();
    const callback = await world.toCallback(person);
    minutes(11);
    await leaves(() => person.open(callback), 400, 'state_invalid');
  });

  it('A1 refuses a callback whose state stands there twice', async () => {
    const person = world.person();
    const callback = await world.toCallback(person);
    const { searchParams } = new URL(callback);
    const twice = `${callback}&state=${searchParams.get('state')}`;
    await leaves(() => person.open(twice), 400, 'state_invalid');
  });

  it('A2 refuses an ID token of an earlier sign-in', async () => {
    const nonces = new Set<unknown>();
    let earlier: unknown;
    world.provider.knobs.claims = (claims) => {
      nonces.add(claims['nonce']);
      earlier ??= claims['nonce'];
      return { ...claims, nonce: earlier };
    };
    assert.equal((await world.signIn(world.person())).status, 303);
    await leaves(() => world.signIn(world.person()), 401, 'id_token_nonce');
    assert.equal(nonces.size, 2);
  });

  it('A2 refuses the address of a callback that was used, also from the same browser', async () => {
    const person = world.person();
    const callback = await world.toCallback(person);
    assert.equal((await person.open(callback)).status, 303);
    await leaves(() => person.open(callback), 400, 'state_invalid');
  });

  it('A3 always asks with S256, and shows its verifier', async () => {
    await world.signIn(world.person());
    const { seen } = world.provider;
    const asked = seen.filter(({ path }) => path === '/auth');
    assert.deepEqual(
      asked.map(({ query }) => [
        query.get('code_challenge_method'),
        query.get('code_challenge')?.length,
        query.get('response_type'),
        query.get('redirect_uri'),
      ]),
      [['S256', 43, 'code', CALLBACK]],
    );
    const shown = seen.filter(({ path }) => path === '/token');
    assert.deepEqual(
      shown.map(({ body }) => body.get('code_verifier')?.length),
      [43],
    );
    assert.notEqual(shown[0]?.body.get('code_verifier'), asked[0]?.query.get('code_challenge'));
  });

  it("A3 refuses the code of an attacker in somebody's sign-in", async () => {
    const attacker = new URL(await world.toCallback(world.person()));
    const victim = world.person();
    const callback = new URL(await world.toCallback(victim));
    callback.searchParams.set('code', attacker.searchParams.get('code') ?? '');
    await leaves(() => victim.open(callback.href), 401, 'code_rejected');
  });

  it('A7 gives a new session id at sign-in, and ends the session that was there', async () => {
    const person = world.person();
    await world.signIn(person);
    const before = person.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    await world.signIn(person);
    const after = person.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    assert.notEqual(after, before);
    const statusWith = async (id: string): Promise<number> => {
      const thief = world.person();
      thief.cookies(PUBLIC_URL).set('mon_sid', id);
      return (await thief.open(me)).status;
    };
    assert.deepEqual([await statusWith(before), await statusWith(after)], [401, 200]);
  });

  it('A18 stays on its own origin, wherever the link of the sign-in points', async () => {
    const { location } = await world.signIn(world.person(), '//evil.example/x');
    assert.equal(location, `${PUBLIC_URL}/`);
  });

  it('A23 takes the same address of another subject for another person', async () => {
    const idOf = async (sub: string): Promise<string> => {
      world.provider.knobs.person = { ...world.provider.knobs.person, sub };
      const person = world.person();
      await world.signIn(person);
      return /"id":"([^"]+)"/.exec((await person.open(me)).text)?.[1] ?? '';
    };
    const ids = [await idOf('victim'), await idOf('swapped'), await idOf('victim')];
    assert.equal(ids[0], ids[2]);
    assert.notEqual(ids[0], ids[1]);
  });

  it('lets nobody in who is disabled here, and says so', async () => {
    await world.signIn(world.person());
    const pool = world.api.db.pool('duckmon_owner');
    await pool.query("UPDATE users SET disabled_at = now() WHERE subject = 'person-1'");
    const seen = await leaves(() => world.signIn(world.person()), 403, 'user_disabled');
    assert.equal(problemOf(seen), 'disabled');
    await pool.query('UPDATE users SET disabled_at = NULL');
  });

  it('says that the person cancelled', async () => {
    world.provider.knobs.cancels = true;
    const seen = await leaves(() => world.signIn(world.person()), 401, 'cancelled');
    assert.equal(problemOf(seen), 'cancelled');
  });

  it('H1 logs and counts a refusal with its reason and the next step, and no secret', async () => {
    world.provider.knobs.person = { ...world.provider.knobs.person, hd: 'other.example' };
    const person = world.person();
    const callback = await world.toCallback(person);
    await person.open(callback);
    const lines = world.api.lines.map((text) => JSON.parse(text) as Record<string, string>);
    const line = lines.findLast(({ event }) => event === 'auth.refused');
    assert.deepEqual([line?.['reason'], typeof line?.['ip']], ['not_allowed', 'string']);
    assert.match(line?.['msg'] ?? '', /^Google OAuth failed: not_allowed; add the domain/);
    const { text } = await world.api.call('GET', '/metrics');
    assert.match(text, /mon_auth_failures_total\{reason="not_allowed"/);
    const code = new URL(callback).searchParams.get('code') ?? '';
    const all = world.api.lines.join('');
    for (const secret of [code, world.provider.clientSecret, world.provider.lastIdToken()])
      assert.ok(!all.includes(secret));
  });
});
