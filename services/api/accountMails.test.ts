import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from './testing/api.ts';

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}
interface Mail {
  readonly kind: string;
  readonly state: string;
  readonly lastError: string | null;
}

describe('what a person is told by mail about their own account', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.stop());

  const signIn = async (): Promise<Browser> => {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
    });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
    return { cookie, csrf: me.json.csrfToken };
  };
  const as = ({ cookie, csrf }: Browser, method: string, path: string) =>
    fetch(`${api.url}/api/v1${path}`, { method, headers: { cookie, 'x-csrf-token': csrf } });
  const mails = async (): Promise<readonly Mail[]> => {
    const answer = await as(await signIn(), 'GET', '/account/mails');
    assert.equal(answer.status, 200);
    return ((await answer.json()) as { items: Mail[] }).items;
  };
  const run = (statement: string): Promise<unknown> => api.db.pool('postgres').query(statement);

  it('is that all sessions were ended, as often as they were', async () => {
    for (let nth = 1; nth <= 2; nth += 1) {
      assert.equal((await as(await signIn(), 'POST', '/sign-out-everywhere')).status, 204);
      api.time.now = new Date(api.time.now.getTime() + 1_000);
    }
    assert.deepEqual(
      (await mails()).map(({ kind, state }) => [kind, state]),
      [
        ['sessionsEnded', 'pending'],
        ['sessionsEnded', 'pending'],
      ],
    );
  });

  it('is not that one session was ended, nor a sign-out', async () => {
    assert.equal((await as(await signIn(), 'POST', '/sign-out')).status, 204);
    assert.deepEqual(await mails(), []);
  });

  it('leaves the sessions as they are when it cannot be written', async () => {
    await run('REVOKE INSERT ON account_mails FROM mon_api');
    const browser = await signIn();
    assert.notEqual((await as(browser, 'POST', '/sign-out-everywhere')).status, 204);
    assert.equal((await as(browser, 'GET', '/sessions')).status, 200);
  });

  it('is shown with what became of it', async () => {
    await as(await signIn(), 'POST', '/sign-out-everywhere');
    await run("UPDATE account_mails SET state = 'notConfigured', last_error = 'set SMTP_HOST'");
    const [mail] = await mails();
    assert.deepEqual([mail?.state, mail?.lastError], ['notConfigured', 'set SMTP_HOST']);
  });

  it('is shown to no token', async () => {
    const { status } = await api.call('GET', '/api/v1/account/mails', { token: api.tokens.admin });
    assert.equal(status, 403);
  });
});
