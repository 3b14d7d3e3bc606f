import assert from 'node:assert/strict';
import { startTestApi, job, type Answer, type TestApi } from './testing/api.ts';

describe('sign-in and sessions', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.stop());

  const signIn = async (token?: string, headers: Record<string, string> = {}): Promise<Answer> =>
    api.call('POST', '/api/v1/sign-in', {
      body: { token: token ?? (await api.oneTimeToken('sign-in', null)) },
      headers,
    });
  const cookieOf = (answer: Answer): string =>
    (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const as = (
    cookie: string,
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ) =>
    api.call(method, `/api/v1${path}`, {
      headers: { cookie, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const csrfOf = async (cookie: string): Promise<string> =>
    (await as(cookie, 'GET', '/me')).json.csrfToken;

  it('signs in with a one-time token, once', async () => {
    const token = await api.oneTimeToken('sign-in', null);
    const first = await signIn(token);
    assert.equal(first.status, 204);
    const second = await signIn(token);
    assert.deepEqual([second.status, second.json.error.code], [401, 'unauthorized']);
    assert.match(second.json.error.message, /not valid any more; run \.\/scripts\/up for another/);
  });

  it('A5 sets a cookie that no script can read and no other site can use', async () => {
    const cookie = (await signIn()).headers.get('set-cookie') ?? '';
    assert.match(cookie, /^mon_sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
  });

  it('A7 gives a new session id at each sign-in, whatever cookie came with it', async () => {
    const planted = `mon_sid=${'p'.repeat(43)}`;
    const cookie = cookieOf(await signIn(undefined, { cookie: planted }));
    assert.notEqual(cookie, planted);
    assert.equal((await as(planted, 'GET', '/me')).status, 401);
    assert.equal((await as(cookie, 'GET', '/me')).status, 200);
  });

  it('refuses two session cookies at once', async () => {
    const cookie = cookieOf(await signIn());
    assert.equal((await as(`${cookie}; mon_sid=${'p'.repeat(43)}`, 'GET', '/me')).status, 401);
  });

  it('A15 refuses a token of another purpose', async () => {
    const answer = await signIn(await api.oneTimeToken('acknowledge', 'x'));
    assert.equal(answer.status, 401);
  });

  it('refuses a sign-in link that is too old', async () => {
    const token = await api.oneTimeToken('sign-in', null);
    api.time.now = new Date(api.time.now.getTime() + 3_600_001);
    assert.equal((await signIn(token)).status, 401);
  });

  it('A8 ends a session after half an hour without use', async () => {
    const cookie = cookieOf(await signIn());
    api.time.now = new Date(api.time.now.getTime() + 30 * 60_000 - 1000);
    assert.equal((await as(cookie, 'GET', '/me')).status, 200);
    api.time.now = new Date(api.time.now.getTime() + 30 * 60_000 + 1000);
    assert.equal((await as(cookie, 'GET', '/me')).status, 401);
  });

  it('A8 ends a session twelve hours after sign-in, however busy it is', async () => {
    const cookie = cookieOf(await signIn());
    for (let minutes = 20; minutes < 720; minutes += 20) {
      api.time.now = new Date(api.time.now.getTime() + 20 * 60_000);
      assert.equal((await as(cookie, 'GET', '/me')).status, 200, `${minutes} minutes`);
    }
    api.time.now = new Date(api.time.now.getTime() + 20 * 60_000);
    assert.equal((await as(cookie, 'GET', '/me')).status, 401);
  });

  it('A8 counts the half hour from the last use, to the second', async () => {
    const cookie = cookieOf(await signIn());
    const later = (ms: number): void => {
      api.time.now = new Date(api.time.now.getTime() + ms);
    };
    const status = async (): Promise<number> => (await as(cookie, 'GET', '/me')).status;
    for (const wait of [40_000, 30 * 60_000 - 1000]) {
      later(wait);
      assert.equal(await status(), 200);
    }
    later(30 * 60_000);
    assert.equal(await status(), 401);
  });

  it('A8 ends a busy session after twelve hours, to the second', async () => {
    const cookie = cookieOf(await signIn());
    const begun = api.time.now.getTime();
    const at = async (ms: number): Promise<number> => {
      api.time.now = new Date(begun + ms);
      return (await as(cookie, 'GET', '/me')).status;
    };
    for (let minutes = 25; minutes < 720; minutes += 25) await at(minutes * 60_000);
    assert.equal(await at(12 * 3_600_000 - 1000), 200);
    assert.equal(await at(12 * 3_600_000), 401);
  });

  it('A11 ends a session at sign-out', async () => {
    const cookie = cookieOf(await signIn());
    const out = await as(cookie, 'POST', '/sign-out', { 'x-csrf-token': await csrfOf(cookie) });
    assert.equal(out.status, 204);
    assert.match(out.headers.get('set-cookie') ?? '', /Max-Age=0/);
    assert.equal((await as(cookie, 'GET', '/me')).status, 401);
  });

  it('A19 refuses a state change by cookie without the token of the session', async () => {
    const cookie = cookieOf(await signIn());
    assert.equal((await as(cookie, 'POST', '/monitors', {}, job('forged'))).status, 401);
    assert.equal(
      (await as(cookie, 'POST', '/monitors', { 'x-csrf-token': 'x'.repeat(43) }, job('forged')))
        .status,
      401,
    );
    const csrf = await csrfOf(cookie);
    assert.equal(
      (await as(cookie, 'POST', '/monitors', { 'x-csrf-token': csrf }, job('mine'))).status,
      201,
    );
  });

  it('A19 refuses a state change that a page of another origin sends, also with the token', async () => {
    const cookie = cookieOf(await signIn());
    const headers = { 'x-csrf-token': await csrfOf(cookie), origin: 'https://evil.example' };
    assert.equal((await as(cookie, 'POST', '/monitors', headers, job('forged'))).status, 403);
  });

  it('A22 refuses a stream that a page of another origin opens', async () => {
    const cookie = cookieOf(await signIn());
    const open = (origin: string) => as(cookie, 'GET', '/events', { origin });
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:3000.evil.example'])
      assert.equal((await open(origin)).status, 403, origin);
    const own = await fetch(`${api.url}/api/v1/events`, {
      headers: { cookie, origin: 'http://127.0.0.1:3000' },
    });
    assert.equal(own.status, 200);
    await own.body?.cancel();
  });

  it('A19 refuses a link or picture of another site, which have no origin', async () => {
    const cookie = cookieOf(await signIn());
    const copy = (site: string) => as(cookie, 'GET', '/monitors', { 'sec-fetch-site': site });
    for (const site of ['cross-site', 'same-site']) assert.equal((await copy(site)).status, 403);
    for (const site of ['same-origin', 'none']) assert.equal((await copy(site)).status, 200);
  });

  it('A1 refuses a sign-in that a page of another origin sends', async () => {
    assert.equal((await signIn(undefined, { origin: 'https://evil.example' })).status, 401);
  });

  it('takes the dashboard by either of its names', async () => {
    await api.stop();
    api = await startTestApi({ ALLOWED_ORIGINS: 'http://localhost:3000' });
    assert.equal((await signIn(undefined, { origin: 'http://localhost:3000' })).status, 204);
    assert.equal((await signIn(undefined, { origin: 'http://127.0.0.1:3000' })).status, 204);
  });

  it('A5 asks for https alone, and for this host alone, when it is public', async () => {
    await api.stop();
    api = await startTestApi({ PUBLIC_URL: 'https://mon.example.org' });
    const cookie = (await signIn()).headers.get('set-cookie') ?? '';
    assert.match(cookie, /^__Host-mon_sid=[\w-]{43}; Path=\/; .*; Secure$/);
    assert.ok(!cookie.includes('Domain'));
  });

  it('knows no sign-in links where they are switched off', async () => {
    await api.stop();
    api = await startTestApi({ LOCAL_SIGN_IN: 'false' });
    assert.equal((await signIn()).status, 404);
  });

  it('says who is signed in, and gives bearer tokens no CSRF token', async () => {
    const bearer = await api.call('GET', '/api/v1/me', { token: api.tokens.read });
    assert.deepEqual(
      [bearer.json.workspace, bearer.json.scope, bearer.json.csrfToken],
      ['team-a', 'read', null],
    );
    const cookie = cookieOf(await signIn());
    const session = await as(cookie, 'GET', '/me');
    assert.deepEqual([session.json.scope, typeof session.json.csrfToken], ['admin', 'string']);
  });

  it('H1 logs a refused sign-in as one event that the guide greps for', async () => {
    await signIn('a-wrong-token-that-is-long-enough');
    const line = api.lines
      .map((text) => JSON.parse(text))
      .find(({ event }) => event === 'auth.refused');
    assert.match(line.msg, /unauthorized.*invalid/);
    assert.deepEqual([line.reason, typeof line.ip], ['sign_in_link', 'string']);
    assert.ok(!api.lines.join('').includes('a-wrong-token'));
  });
});
