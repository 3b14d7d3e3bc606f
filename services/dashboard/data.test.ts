import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { appendAudit } from '../store/audit.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../store/workspace.ts';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from '../api/testing/person.ts';
import { overflows, startPages, type Pages } from './testing/pages.ts';
import { accountEventWords } from './web/src/parts/accountEventWords.ts';
import './testing/english.ts';

const OWN = 'u-0123456789abcdef';

describe('a person and all of their data at the dashboard', function () {
  this.timeout(120_000);
  let api: TestApi;
  let pages: Pages;
  let context: BrowserContext;
  let page: Page;
  let ann: string;

  before(async () => {
    pages = await startPages(async (PUBLIC_URL) => {
      api = await startTestApi({ PUBLIC_URL });
      return api;
    });
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, OWN, 'personal', ann);
    await newWorkspace(api, 'crew', 'team', ann);
    context = await pages.browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name = '', value = ''] = (await signedIn()).split('=');
    await context.addCookies([{ name, value, url: pages.publicUrl }]);
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(pages.publicUrl);
  });

  after(() => pages?.stop());

  const signedIn = async (): Promise<string> =>
    (await newBrowser(api, ann, { steppedUp: true })).cookie;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const toData = () => page.goto(`${pages.publicUrl}/account/data`);
  /** Clicks, and returns the lines of the file that is saved. */
  const saved = async (
    name: string,
  ): Promise<{ name: string; lines: Record<string, unknown>[] }> => {
    const download = page.waitForEvent('download');
    await button(name).click();
    const file = await download;
    const text = await readFile(await file.path(), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { name: file.suggestedFilename(), lines };
  };

  it('E16 reads on the account page what administrators did', async () => {
    await withWorkspace(api.db.pool('mon_api'), PLATFORM_WORKSPACE, (tx) =>
      appendAudit(tx, PLATFORM_WORKSPACE, {
        at: api.time.now,
        actor: 'kubectl',
        action: 'user.grant-admin',
        subject: `user/${ann}`,
        detail: { askedBy: 'ops', reason: 'on call' },
      }),
    );
    await page.getByRole('link', { name: /^Account of/ }).click();
    await page.getByText('ops (by kubectl) made you an administrator: on call').waitFor();
  });

  it('E15 saves a whole copy of the account', async () => {
    await page.getByRole('link', { name: /^Your data/ }).click();
    const { name, lines } = await saved('Download your account');
    assert.equal(name, `duckmon-account-${ann}-2026-03-01.jsonl`);
    assert.ok(lines.some(({ table }) => table === 'sessions'));
    assert.deepEqual(lines.at(-1), { end: true, rows: lines.length - 2 });
  });

  it('E15 saves a whole copy of the workspace that is shown', async () => {
    await toData();
    await button('Delete the workspace').waitFor();
    const { lines } = await saved('Download the workspace');
    assert.deepEqual(lines[0]?.['of'], { kind: 'workspace', id: 'crew' });
  });

  it('never scrolls sideways', async () => {
    assert.deepEqual(await overflows(page), [0, 0]);
  });

  it('E15 reads why the account cannot go yet', async () => {
    await page.getByText('The account is the only owner of the workspace crew').waitFor();
    assert.equal(await button('Delete the account').count(), 0);
  });

  it('E15 deletes the workspace once its name is typed', async () => {
    assert.ok(await button('Delete the workspace').isDisabled());
    await page.getByLabel('Type The crew to confirm').fill('The cre');
    assert.ok(await button('Delete the workspace').isDisabled());
    await page.getByLabel('Type The crew to confirm').fill('The crew');
    await button('Delete the workspace').click();
    await page.waitForURL(`${pages.publicUrl}/`);
    await toData();
    await page.getByText(`with the workspace The ${OWN} and all its monitors`).waitFor();
    assert.equal(await button('Delete the workspace').count(), 0);
  });

  it('E15 is told to sign in again when that was a while ago', async () => {
    api.time.now = new Date(api.time.now.getTime() + 6 * 60_000);
    await button('Download your account').click();
    await page.getByText('sign out, sign in again, and come back within five minutes').waitFor();
    api.time.now = new Date(api.time.now.getTime() - 6 * 60_000);
  });

  it('E15 deletes the account, and is signed out', async () => {
    await page.getByLabel('Type ann@example.org to confirm').fill('ann@example.org');
    await button('Delete the account').click();
    await page.waitForURL('**/sign-in?signed-out');
    const { rowCount } = await api.db
      .pool('mon_backup')
      .query('SELECT 1 FROM users WHERE id = $1', [ann]);
    assert.equal(rowCount, 0);
    assert.equal((await context.request.get(`${pages.publicUrl}/api/v1/me`)).status(), 401);
  });

  it('E15 lets whoever has no workspace delete the account as well', async () => {
    ann = await newPerson(api, 'alone');
    const [name = '', value = ''] = (await signedIn()).split('=');
    await context.addCookies([{ name, value, url: pages.publicUrl }]);
    await page.goto(pages.publicUrl);
    await page.getByRole('link', { name: 'Your data' }).click();
    await page.getByLabel('Type alone@example.org to confirm').fill('alone@example.org');
    await button('Delete the account').click();
    await page.waitForURL('**/sign-in?signed-out');
  });
});

describe('what an administrator did, in words', () => {
  const event = { at: '', action: 'user.disable', byName: null, askedBy: null, reason: null };

  for (const [more, words] of [
    [{ actor: 'user:1', byName: 'Root', reason: 'left' }, 'Root shut you out: left'],
    [{ actor: 'user:1' }, 'Somebody who has no account any more shut you out'],
    [{ actor: 'kubectl', askedBy: 'ops' }, 'ops (by kubectl) shut you out'],
    [{ actor: 'duckmon' }, 'An administrator on the machine shut you out'],
    [
      { actor: 'kubectl', action: 'user.new' },
      'An administrator by kubectl did something with your account (user.new)',
    ],
  ] as const)
    it(`E16 is ${words}`, () => assert.equal(accountEventWords({ ...event, ...more }), words));
});
