import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { job, type TestApi } from '../api/testing/api.ts';
import { newBrowser, newPerson } from '../api/testing/person.ts';
import { keyword, backup } from '../core/import/testing/files.ts';
import { newId } from '../core/ids.ts';
import { seedCheck, seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { startInvitingPages } from './testing/invited.ts';
import { overflows, type Pages } from './testing/pages.ts';

/** Each begins at the sign-in page. The others of the ten are in `journey.test.ts`, on a whole installation. */
describe('a journey of a person', function () {
  this.timeout(120_000);
  let api: TestApi;
  let pages: Pages;
  const contexts: BrowserContext[] = [];

  before(async () => {
    ({ api, pages } = await startInvitingPages());
    const body = { documents: [job('shop')] };
    const made = await api.call('POST', '/api/v1/apply', { token: api.tokens.admin, body });
    assert.equal(made.status, 200, made.text);
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  after(() => pages?.stop());

  const arrive = async (place: string, width = 1440): Promise<Page> => {
    const context = await pages.browser.newContext({ viewport: { width, height: 844 } });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(pages.publicUrl + place);
    return page;
  };
  const signIn = async (width?: number): Promise<Page> => {
    const page = await arrive(`/sign-in?token=${await api.oneTimeToken('sign-in', null)}`, width);
    await button(page, 'Sign in').click();
    await button(page, 'Sign out').waitFor();
    return page;
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name });
  const line = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });
  const find = async (title: string): Promise<string> => {
    const [id, check] = [newId(), newId()];
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      await seedCheck(tx, { id: check, at: api.time.now, outcome: 'Alerted' });
      await seedFinding(tx, { id, check_id: check, title });
    });
    return id;
  };
  const statusOf = async (token: string): Promise<number> =>
    (await api.call('GET', '/api/v1/me', { token })).status;

  it('to acknowledge from the link of a mail: signed out at first, and seen by the others at once', async () => {
    const id = await find('Ducks are cheaper');
    const other = await signIn();
    await link(other, 'Findings').click();
    await other.getByRole('listitem', { name: 'Ducks are cheaper' }).waitFor();
    const page = await arrive(`/acknowledge?token=${await api.oneTimeToken('acknowledge', id)}`);
    await button(page, 'Acknowledge').click();
    await page.getByText('Acknowledged: Ducks are cheaper').waitFor();
    await other.getByRole('listitem', { name: 'Ducks are cheaper' }).waitFor({ state: 'detached' });
    await link(page, /findings/i).click();
    await page
      .getByText(/^Sign in/)
      .first()
      .waitFor();
  });

  it('to rotate a token: make the new one, use it, end the old one', async () => {
    const page = await signIn();
    await link(page, /^Account of/).click();
    await link(page, 'Tokens of programs').click();
    const make = async (name: string): Promise<string> => {
      await page.getByLabel('What it is for').fill(name);
      await button(page, 'Make').click();
      const shown = page.getByRole('region', { name: 'New token' }).filter({ hasText: name });
      const token = await shown.locator('code').textContent();
      await button(page, 'I have kept it').click();
      return token ?? '';
    };
    const old = await make('backup of last year');
    const fresh = await make('backup of this year');
    assert.deepEqual([await statusOf(old), await statusOf(fresh)], [200, 200]);
    await line(page, 'last year').getByRole('button', { name: 'End' }).click();
    await line(page, 'last year').waitFor({ state: 'detached' });
    await line(page, 'this year').waitFor();
    assert.deepEqual([await statusOf(old), await statusOf(fresh)], [401, 200]);
  });

  it('to import: from the list over the report to what was made', async () => {
    const page = await signIn();
    await link(page, 'Import').click();
    const buffer = Buffer.from(backup(keyword({ name: 'Geese' })));
    await page
      .getByLabel('File')
      .setInputFiles({ name: 'kuma.json', mimeType: 'application/json', buffer });
    await button(page, 'Show what it becomes').click();
    await button(page, 'Create 1').click();
    await page.getByText('1 created').waitFor();
    await link(page, 'Monitors').first().click();
    await link(page, 'geese').click();
    await page.getByRole('heading', { name: 'geese', exact: true }).waitFor();
  });

  it('to invite: a team, a link, and the other person who joins by it', async () => {
    const page = await signIn();
    await link(page, /^Account of/).click();
    await link(page, 'Members and quotas of the workspace').click();
    await page.getByLabel('Mail address').fill('bob@example.org');
    await page.getByLabel('What they may do').selectOption('viewer');
    await button(page, 'Make an invitation').click();
    const shown = page.getByRole('region', { name: 'Link of the invitation' });
    const invitation = (await shown.locator('code').textContent()) ?? '';
    await button(page, 'Done').click();

    const bobs = await arrive('/sign-in');
    const bob = await newPerson(api, 'bob');
    const [name = '', value = ''] = (await newBrowser(api, bob, {})).cookie.split('=');
    await bobs.context().addCookies([{ name, value, url: pages.publicUrl }]);
    await bobs.goto(invitation);
    await button(bobs, 'Join').click();
    await link(bobs, 'shop').waitFor();
    assert.equal(await button(bobs, 'New monitor').count(), 0);
    await page.reload();
    await line(page, 'bob@example.org').getByText('accepted').waitFor();
  });

  it('on a phone: from the sign-in to the proof of an alert, to its acknowledgement, and to a pause', async () => {
    await find('Geese are back');
    const page = await signIn(390);
    const isSound = async (): Promise<void> => {
      await page.waitForLoadState('networkidle');
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page, [390]), [0]);
    };
    await link(page, 'shop').click();
    await page.getByRole('heading', { name: 'shop', exact: true }).waitFor();
    await isSound();
    await link(page, 'Geese are back').click();
    await page.getByRole('heading', { name: 'Proof' }).waitFor();
    await isSound();
    await button(page, 'Acknowledge').click();
    await page.getByText('acknowledged').first().waitFor();
    await link(page, 'Findings').first().click();
    await page.getByText('No open findings.').waitFor();
    await isSound();
    await link(page, 'Monitors').first().click();
    await link(page, 'shop').click();
    await button(page, 'Pause').click();
    await page.locator('.badge', { hasText: 'Paused' }).waitFor();
    await isSound();
  });
});
