import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from '../api/testing/person.ts';
import { enqueueAccountMail } from '../store/accountMails.ts';
import { withTransaction } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows, startPages, type Pages } from './testing/pages.ts';
import { limitsOf, limitWords, textsOf } from './web/src/parts/limits.ts';
import './testing/english.ts';

describe('an administrator at the dashboard', function () {
  this.timeout(120_000);
  let api: TestApi;
  let pages: Pages;
  let context: BrowserContext;
  let page: Page;
  let root: string;
  let ann: string;

  before(async () => {
    pages = await startPages(async (PUBLIC_URL) => {
      api = await startTestApi({ PUBLIC_URL });
      return api;
    });
    root = await newPerson(api, 'root');
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, 'u-0123456789abcdef', 'personal', root);
    await newWorkspace(api, 'shop', 'team', ann);
    await api.db
      .pool('postgres')
      .query('UPDATE users SET platform_admin = true WHERE id = $1', [root]);
    page = await enter(root);
  });

  after(() => pages?.stop());

  const enter = async (person: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> => {
    context = await pages.browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme,
    });
    const { cookie } = await newBrowser(api, person, { steppedUp: true });
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: pages.publicUrl }]);
    const opened = await context.newPage();
    opened.setDefaultTimeout(15_000);
    return opened;
  };
  const go = (place: string, on = page) => on.goto(`${pages.publicUrl}${place}`);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const line = (text: string) => page.getByRole('listitem').filter({ hasText: text });
  const isSound = async (on = page): Promise<void> => {
    assert.deepEqual(await axeViolations(on), []);
    assert.deepEqual(await overflows(on), [0, 0]);
  };
  const actions = async (): Promise<string[]> => {
    const { rows } = await api.db
      .pool('mon_backup')
      .query<{ action: string }>(
        "SELECT action FROM audit WHERE workspace_id = '_platform' ORDER BY seq",
      );
    return rows.map(({ action }) => action);
  };

  it('finds a user, shuts them out with a reason, lets them in and signs them out', async () => {
    await go('/account');
    await page.getByRole('link', { name: /^Administration/ }).click();
    await line('root').getByText('administrator').waitFor();
    await page.getByLabel('Name, address or id').fill('ANN@');
    await button('Search').click();
    await line('root').waitFor({ state: 'detached' });
    await isSound();
    await button('Shut out: ann').click();
    await page.getByLabel('Why, for the audit').fill('left the company');
    await isSound();
    await button('Shut out').click();
    await line('ann').getByText('shut out', { exact: true }).waitFor();
    await button('Let in again: ann').click();
    await button('Let in again').click();
    await line('ann').getByText('shut out', { exact: true }).waitFor({ state: 'detached' });
    await button('Sign out everywhere: ann').click();
    await button('Sign out everywhere').click();
    await page.getByRole('form').waitFor({ state: 'detached' });
    assert.deepEqual(await actions(), ['user.disable', 'user.enable', 'user.sign-out']);
    await page.getByLabel('Name, address or id').fill('nobody');
    await button('Search').click();
    await page.getByText('Nobody is like that.').waitFor();
  });

  it('reads the audit, verifies it and takes a copy', async () => {
    await go('/admin/audit');
    await page.getByRole('cell', { name: 'user.disable' }).waitFor();
    await page.getByText('left the company').waitFor();
    await page
      .getByRole('cell', { name: /^root user:/ })
      .first()
      .waitFor();
    await page.getByLabel('What was done, such as user.').fill('user.sign');
    await button('Search').click();
    await page.getByRole('cell', { name: 'user.disable' }).waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'user.sign-out' }).waitFor();
    await button('Verify').click();
    await page.getByText(/^Whole: 3 rows/).waitFor();
    await isSound();
    const download = page.waitForEvent('download');
    await button('Download as CSV').click();
    const text = await readFile(await (await download).path(), 'utf8');
    assert.match(text, /user\.disable/);
    await page.getByLabel('Workspace; empty for the installation').fill('nowhere');
    await button('Verify').click();
    await page.getByText('There is no workspace nowhere.').waitFor();
  });

  it('E12 sets what a workspace may have, and is told which field is wrong', async () => {
    await go('/admin/workspaces');
    await line('shop').getByText('No limits of its own').waitFor();
    await button('Change limits: The shop').click();
    await page.getByLabel('Monitors').fill('3');
    await page.getByLabel('US dollars a month').fill('12.5');
    await page.getByLabel('Mails an hour').fill('24');
    await button('Save').click();
    await page.getByText('Too small', { exact: false }).first().waitFor();
    await isSound();
    await page.getByLabel('Mails an hour').fill('25');
    await button('Save').click();
    await line('shop').getByText('3 monitors, 12.5 US dollars a month, 25 mails an hour').waitFor();
    await isSound();
  });

  it('freezes and resumes, and sees how the installation stands', async () => {
    await go('/admin/platform');
    await button('Freeze').click();
    await page.getByLabel('Why, for the audit').fill('a drill');
    await button('Freeze').click();
    await page.getByText('frozen', { exact: true }).waitFor();
    await isSound();
    await button('Resume').click();
    await button('Resume').click();
    await page.getByText('on', { exact: true }).waitFor();
    await page.getByText('none is configured').waitFor();
    const dark = await enter(root, 'dark');
    for (const place of ['', '/workspaces', '/audit', '/platform']) {
      await go(`/admin${place}`, dark);
      await dark.getByRole('heading', { level: 2 }).first().waitFor();
      await isSound(dark);
    }
  });

  it('sees the conditions, the pools and what is opened in a cluster', async () => {
    const since = api.time.now.toISOString();
    const condition = { status: 'True', reason: 'AsWanted', message: '', since };
    const unwell = { ...condition, status: 'False', message: '<b>Two pods</b> do not start.' };
    const pool = { role: 'Browser', replicas: 3, ready: 1, slots: 4, slotsNeeded: 12 };
    const platform = {
      conditions: [
        { ...condition, type: 'Ready' },
        { ...condition, type: 'Frozen' },
        { ...unwell, type: 'KeysLost' },
        { ...condition, type: 'Paused' },
        { ...unwell, type: 'KeysCurrent' },
      ],
      pools: [{ ...pool, name: 'browser', conditions: [{ ...unwell, type: 'Available' }] }],
      allow: [{ target: '10.1.2.0/24', ports: [80, 8080], namespaces: ['team-a'] }],
    };
    await page.route('**/api/v1/admin/platform', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), objects: 'cluster' } });
    });
    await page.route('**/api/v1/admin/cluster', (route) => route.fulfill({ json: { platform } }));
    await go('/admin/platform');
    const tone = (words: string): Promise<string | null> =>
      page.locator('.badge', { hasText: words }).getAttribute('class');
    await page.getByText('KeysCurrent: False').waitFor();
    assert.deepEqual(
      [
        await tone('Ready: True'),
        await tone('Frozen: True'),
        await tone('KeysLost: False'),
        await tone('Paused: True'),
        await tone('KeysCurrent: False'),
      ],
      ['badge good', 'badge bad', 'badge good', 'badge warn', 'badge bad'],
    );
    const row = page.getByRole('row', { name: 'browser' });
    await row.getByText('1 of 3').waitFor();
    await row.getByText('4, 12 needed').waitFor();
    await row.getByText('<b>Two pods</b> do not start.').waitFor();
    await line('10.1.2.0/24, port 80, 8080, for team-a').waitFor();
    await isSound();
    await page.unroute('**/api/v1/admin/cluster');
    await page.reload();
    await page.getByText('This api does not read them', { exact: false }).waitFor();
    await page.unroute('**/api/v1/admin/platform');
  });

  it('asks for nothing by itself, and says what is missing without the server or a factor', async () => {
    await go('/admin');
    await line('ann').waitFor();
    api.time.now = new Date(api.time.now.getTime() + 6 * 60_000);
    await page.reload();
    await page
      .getByText(/second factor/)
      .first()
      .waitFor();
    await isSound();
    await button('Try again').waitFor();
    api.time.now = new Date(api.time.now.getTime() - 6 * 60_000);
    await button('Try again').click();
    await line('ann').waitFor();
    await page.route('**/api/v1/admin/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Platform' }).click();
    await page.getByText('The server cannot be reached.').waitFor();
    await page.unroute('**/api/v1/admin/**');
    await button('Try again').click();
    await page.getByText('none is configured').waitFor();
  });

  it('is nobody else', async () => {
    const eve = await newPerson(api, 'eve');
    await newWorkspace(api, 'u-fedcba9876543210', 'personal', eve);
    const eves = await enter(eve);
    await go('/account', eves);
    await eves.getByText('You were told of nothing by mail yet.').waitFor();
    assert.equal(await eves.getByRole('link', { name: /^Administration/ }).count(), 0);
    await go('/admin', eves);
    await eves.getByText('Only administrators of the installation see this.').waitFor();
    await isSound(eves);
  });

  it('is told on the account page what was mailed, and what became of it', async () => {
    await withTransaction(api.db.pool('mon_api'), (tx) =>
      enqueueAccountMail(tx, {
        userId: root,
        key: 'a-test',
        at: api.time.now,
        notice: { kind: 'sessionsEnded' },
      }),
    );
    page = await enter(root);
    await go('/account');
    await line('You were signed out everywhere: mail waits to be sent').waitFor();
    await isSound();
  });

  it('revokes everything, and is out as well', async () => {
    await go('/admin/platform');
    await button('Revoke everything').click();
    await button('Revoke everything').click();
    await page.waitForURL(/sign-in\?signed-out/);
    assert.equal((await actions()).at(-1), 'revoke-all');
  });
});

describe('limits as they are typed', () => {
  const limits = {
    monitors: 3,
    usdPerMonth: '12.5',
    tokensPerMonth: null,
    checksPerHour: 1000,
    mailsPerHour: null,
  };

  it('are the same when nobody changes them', () => {
    assert.deepEqual(limitsOf(textsOf(limits)), limits);
  });

  it('are words', () => {
    assert.equal(limitWords(limits), '3 monitors, 12.5 US dollars a month, 1,000 checks an hour');
  });
});
