import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from './testing/api.ts';

describe('the own sessions', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await startTestApi();
  });

  afterEach(() => api.stop());

  interface Browser {
    readonly cookie: string;
    readonly csrf: string;
  }
  const signIn = async (name: string): Promise<Browser> => {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
      headers: { 'user-agent': name },
    });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
    return { cookie, csrf: me.json.csrfToken };
  };
  const as = ({ cookie, csrf }: Browser, method: string, path: string, url = api.url) =>
    fetch(`${url}/api/v1${path}`, { method, headers: { cookie, 'x-csrf-token': csrf } });
  interface Line {
    readonly id: string;
    readonly userAgent: string;
    readonly current: boolean;
  }
  const list = async (browser: Browser): Promise<Line[]> => {
    const answer = await as(browser, 'GET', '/sessions');
    return ((await answer.json()) as { items: Line[] }).items;
  };
  const later = (ms: number): void => {
    api.time.now = new Date(api.time.now.getTime() + ms);
  };

  it('are listed with the one that asks, the last used first, and none that has ended', async () => {
    await signIn('forgotten');
    later(20 * 60_000);
    const laptop = await signIn('laptop');
    later(11 * 60_000);
    const phone = await signIn('phone');
    const shown = (lines: Line[]) => lines.map(({ userAgent, current }) => [userAgent, current]);
    assert.deepEqual(shown(await list(phone)), [
      ['phone', true],
      ['laptop', false],
    ]);
    const own = (await list(laptop)).filter(({ current }) => current);
    assert.deepEqual(shown(own), [['laptop', true]]);
  });

  it('are told by ids that open nothing', async () => {
    const browser = await signIn('laptop');
    const [line] = await list(browser);
    const forged = { ...browser, cookie: `mon_sid=${line?.id.padEnd(43, '0')}` };
    assert.equal((await as(forged, 'GET', '/me')).status, 401);
    assert.ok(!browser.cookie.includes(line?.id ?? ''));
  });

  it('A11 end one by one', async () => {
    const [laptop, phone] = [await signIn('laptop'), await signIn('phone')];
    const lost = (await list(laptop)).find(({ userAgent }) => userAgent === 'phone');
    assert.equal((await as(laptop, 'DELETE', `/sessions/${lost?.id}`)).status, 204);
    assert.equal((await as(phone, 'GET', '/me')).status, 401);
    assert.equal((await as(laptop, 'GET', '/me')).status, 200);
    assert.equal((await as(laptop, 'DELETE', `/sessions/${lost?.id}`)).status, 404);
  });

  it('E1 are ended by nobody else', async () => {
    const laptop = await signIn('laptop');
    const [own] = await list(laptop);
    const pool = api.db.pool('duckmon_owner');
    await pool.query(
      "UPDATE sessions SET user_id = (SELECT id FROM users WHERE subject = 'owner of team-b')",
    );
    const stranger = await signIn('stranger');
    assert.equal((await as(stranger, 'DELETE', `/sessions/${own?.id}`)).status, 404);
    assert.deepEqual(
      (await list(stranger)).map(({ userAgent }) => userAgent),
      ['stranger'],
    );
    assert.equal((await as(laptop, 'GET', '/me')).status, 200);
  });

  it('are seen and ended by no bearer token', async () => {
    const browser = await signIn('laptop');
    const [line] = await list(browser);
    for (const [method, path] of [
      ['GET', '/sessions'],
      ['DELETE', `/sessions/${line?.id}`],
      ['POST', '/sign-out-everywhere'],
    ] as const) {
      const answer = await api.call(method, `/api/v1${path}`, { token: api.tokens.admin });
      assert.equal(answer.status, 403, path);
    }
    assert.equal((await as(browser, 'GET', '/me')).status, 200);
  });

  it('A11 end everywhere at once, on all replicas and under load', async () => {
    const replicas = [await api.replica(), await api.replica()];
    try {
      const urls = [api.url, ...replicas.map(({ url }) => url)];
      const browsers = await Promise.all(
        Array.from({ length: 24 }, (_, index) => signIn(`browser ${index}`)),
      );
      let endedAt = Infinity;
      let lastAccepted = 0;
      const client = async (browser: Browser, url: string): Promise<number> => {
        for (;;) {
          const { status } = await as(browser, 'GET', '/me', url);
          if (status !== 200) return status;
          lastAccepted = Math.max(lastAccepted, performance.now());
          assert.ok(performance.now() - endedAt < 5_000, 'still accepted after five seconds');
        }
      };
      const clients = browsers.flatMap((browser) => urls.map((url) => client(browser, url)));
      const [first] = browsers as [Browser, ...Browser[]];
      const answer = await as(first, 'POST', '/sign-out-everywhere');
      endedAt = performance.now();
      assert.equal(answer.status, 204);
      assert.match(answer.headers.get('set-cookie') ?? '', /^mon_sid=; .*Max-Age=0/);
      assert.deepEqual([...new Set(await Promise.all(clients))], [401]);
      assert.ok(lastAccepted - endedAt < 5_000);
      const { rows } = await api.db
        .pool('mon_backup')
        .query("SELECT action FROM audit WHERE action LIKE 'session%'");
      assert.deepEqual(rows, [{ action: 'session.revoke-all' }]);
    } finally {
      for (const replica of replicas) await replica.stop();
    }
  });
});
