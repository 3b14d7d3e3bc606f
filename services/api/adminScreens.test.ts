import assert from 'node:assert/strict';
import { publishDefaultSpending } from '../store/quotas.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from './testing/person.ts';
import { as, type Browser } from './testing/stepUp.ts';

describe('what administrators look at', function () {
  this.timeout(20_000);
  let api: TestApi;
  let root: Browser;
  let ann: string;

  before(async () => {
    api = await startTestApi();
    const admin = await newPerson(api, 'root');
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, 'shop', 'team', ann);
    await api.db
      .pool('postgres')
      .query('UPDATE users SET platform_admin = true WHERE id = $1', [admin]);
    root = await newBrowser(api, admin, { steppedUp: true });
  });
  after(() => api.stop());

  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    as(api, root, method, `/admin/${path}`, body);
  const items = async (path: string): Promise<readonly Record<string, unknown>[]> => {
    const { status, text } = await ask('GET', path);
    assert.equal(status, 200, text);
    return (JSON.parse(text) as { items: readonly Record<string, unknown>[] }).items;
  };
  const names = async (path: string): Promise<unknown[]> =>
    (await items(path)).map(({ displayName }) => displayName);

  it('tells the dashboard who administers the installation', async () => {
    const told = async (who: Browser) =>
      (JSON.parse((await as(api, who, 'GET', '/me')).text) as { platformAdmin: boolean })
        .platformAdmin;
    assert.equal(await told(root), true);
    assert.equal(await told(await newBrowser(api, ann)), false);
  });

  it('are users by part of the name or address, or by the id', async () => {
    assert.deepEqual(await names('users?search=NN%40exam'), ['ann']);
    assert.deepEqual(await names(`users?search=${ann}`), ['ann']);
    assert.deepEqual(await names('users?search=%25'), []);
  });

  it('are workspaces by part of the name or id, with their own limits alone', async () => {
    const limits = {
      monitors: 3,
      usdPerMonth: '12.5',
      tokensPerMonth: null,
      checksPerHour: 60,
      mailsPerHour: 25,
    };
    assert.equal((await ask('PUT', 'workspaces/shop/quotas', limits)).status, 204);
    const [shop, ...others] = await items('workspaces?search=SHOP');
    assert.deepEqual([shop?.['id'], shop?.['limits'], others], ['shop', limits, []]);
    const first = await ask('GET', 'workspaces?limit=1');
    const { nextCursor } = JSON.parse(first.text) as { nextCursor: string };
    const rest = await items(`workspaces?limit=500&cursor=${nextCursor}`);
    const all = await items('workspaces');
    assert.deepEqual(rest, all.slice(1));
  });

  it('is no operator where there is none', async () => {
    const { status, text } = await ask('GET', 'cluster');
    assert.deepEqual([status, JSON.parse(text)], [200, { platform: null }]);
  });

  it('E14 are rows of the audit by what was done, by whom and to what', async () => {
    await ask('POST', `users/${ann}/disable`, { reason: 'left' });
    await ask('POST', `users/${ann}/enable`, {});
    const [last, before] = await items('audit?action=user.');
    assert.deepEqual([last?.['action'], before?.['action']], ['user.enable', 'user.disable']);
    assert.deepEqual(before?.['detail'], { reason: 'left' });
    assert.deepEqual([before?.['actorName'], before?.['subjectName']], ['root', 'ann']);
    assert.equal((await items(`audit?subject=user/${ann}&action=user.d`)).length, 1);
    assert.deepEqual(await items('audit?actor=nobody'), []);
  });

  it('A11 end all sessions of a user, who is told by mail and may sign in again', async () => {
    const old = await newBrowser(api, ann);
    assert.equal((await ask('POST', `users/${ann}/sign-out`, {})).status, 204);
    assert.equal((await as(api, old, 'GET', '/me')).status, 401);
    const { rows } = await api.db
      .pool('postgres')
      .query<{ kind: string }>(
        "SELECT kind FROM account_mails WHERE user_id = $1 AND kind = 'sessionsEnded'",
        [ann],
      );
    assert.deepEqual(rows, [{ kind: 'sessionsEnded' }]);
    const nobody = await ask('POST', 'users/01930000-0000-7000-8000-00000000e001/sign-out', {});
    assert.equal(nobody.status, 404);
  });

  it('is how the installation stands, as it is enforced', async () => {
    await publishDefaultSpending(api.db.pool('mon_scheduler'), { microUsd: 5_000_000n, tokens: 7 });
    await ask('POST', 'freeze', {});
    const { text } = await ask('GET', 'platform');
    const { frozenBy, objects, defaults, signIn } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([frozenBy, objects], [['api'], 'store']);
    assert.deepEqual(defaults, { usdPerMonth: '5.000000', tokensPerMonth: 7 });
    assert.deepEqual((signIn as { provider: unknown }).provider, null);
    await ask('POST', 'resume', {});
    assert.match((await ask('GET', 'platform')).text, /"frozenBy":\[\]/);
  });

  it('A17 is nothing to a session that has not just shown a second factor', async () => {
    const stale = await newBrowser(api, (await items('users?search=root'))[0]?.['id'] as string);
    for (const path of ['users', 'workspaces', 'audit', 'platform'])
      assert.equal((await as(api, stale, 'GET', `/admin/${path}`)).status, 403, path);
  });
});
