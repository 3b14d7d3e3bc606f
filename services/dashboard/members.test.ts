import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import type { TestApi } from '../api/testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from '../api/testing/person.ts';
import { axeViolations } from './testing/axe.ts';
import { startInvitingPages } from './testing/invited.ts';
import { overflows, type Pages } from './testing/pages.ts';

describe('people and the members of their workspace at the dashboard', function () {
  this.timeout(120_000);
  let api: TestApi;
  let pages: Pages;
  let ann: string;
  let bob: string;
  const contexts: BrowserContext[] = [];

  before(async () => {
    ({ api, pages } = await startInvitingPages());
    ann = await newPerson(api, 'ann');
    bob = await newPerson(api, 'bob');
    await newWorkspace(api, 'u-0123456789abcdef', 'personal', ann);
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  after(() => pages?.stop());

  const enter = async (person: string, place: string): Promise<Page> => {
    const context = await pages.browser.newContext({ viewport: { width: 1440, height: 900 } });
    contexts.push(context);
    const [name = '', value = ''] = (
      await newBrowser(api, person, { steppedUp: true })
    ).cookie.split('=');
    await context.addCookies([{ name, value, url: pages.publicUrl }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(pages.publicUrl + place);
    return page;
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const line = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
  const makeTeam = async (page: Page, name: string): Promise<void> => {
    await page.getByLabel('Name of the new workspace').fill(name);
    const loaded = page.waitForEvent('load');
    await button(page, 'Make a workspace').click();
    await loaded;
    await page.getByRole('link', { name: /^Account of/ }).click();
    await page.getByRole('link', { name: 'Members and quotas of the workspace' }).click();
    await page.getByText(`Of the workspace ${name}`).waitFor();
    await page
      .locator('dd', { hasText: /^no limit$/ })
      .nth(1)
      .waitFor();
  };
  const invite = async (page: Page, address: string, role: string): Promise<string> => {
    await page.getByLabel('Mail address').fill(address);
    await page.getByLabel('What they may do').selectOption(role);
    await button(page, 'Make an invitation').click();
    const shown = page.getByRole('region', { name: 'Link of the invitation' });
    const link = await shown.filter({ hasText: address }).locator('code').textContent();
    await button(page, 'Done').click();
    return (link ?? '').replace(pages.publicUrl, '');
  };
  const isSound = async (page: Page): Promise<void> => {
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(await overflows(page), [0, 0]);
  };

  it('is told that nobody else is in a personal workspace, and makes one for a team', async () => {
    const page = await enter(ann, '/members');
    await page.getByText(/is your personal workspace/).waitFor();
    assert.equal(await page.getByLabel('Mail address').count(), 0);
    await isSound(page);
    await makeTeam(page, 'Crew');
    await line(page, 'you').waitFor();
    await page.getByText('Nobody is invited.').waitFor();
    await page.getByText('0, no limit').first().waitFor();
  });

  it('invites by a link that is shown once, and the other joins by it', async () => {
    const page = await enter(ann, '/members');
    await makeTeam(page, 'Shop');
    const link = await invite(page, 'bob@example.org', 'editor');
    await line(page, 'bob@example.org').getByText('open').waitFor();
    assert.ok(!(await page.content()).includes(link.split('=')[1] ?? link));
    await isSound(page);

    const bobs = await enter(bob, link);
    await heading(bobs, 'Join Shop?').waitFor();
    await bobs.getByText('ann invites you as editor').waitFor();
    await isSound(bobs);
    await button(bobs, 'Join').click();
    await heading(bobs, 'Monitors').waitFor();
    await bobs.goto(`${pages.publicUrl}/members`);
    await line(bobs, 'ann').getByText('owner').waitFor();
    assert.equal(await bobs.getByLabel('Mail address').count(), 0);
    assert.equal(await bobs.getByText('ann@example.org').count(), 0);

    await page.reload();
    await line(page, 'bob@example.org').getByText('accepted').waitFor();
    await page.getByLabel('Role of bob').selectOption('viewer');
    await button(page, 'Change').click();
    await page.getByRole('group', { name: 'Make bob a viewer?' }).waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('Role of bob').inputValue(), 'viewer');
    await line(page, 'since')
      .filter({ hasText: 'bob' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await isSound(page);
    await button(page, 'Cancel').click();
    await button(page, 'Remove').click();
    await button(page, 'Remove').click();
    await page.getByLabel('Role of bob').waitFor({ state: 'detached' });
  });

  it('shows invitations to whoever signs in with the address: to join, or to decline', async () => {
    const page = await enter(ann, '/members');
    await makeTeam(page, 'Depot');
    await invite(page, 'eve@example.org', 'viewer');
    await line(page, 'eve@example.org').getByText('mail waits to be sent').waitFor();
    const eves = await enter(await newPerson(api, 'eve'), '/');
    const shown = eves.getByRole('region', { name: 'Invitations to you' });
    await shown.getByText('ann invites you to Depot as viewer').waitFor();
    await isSound(eves);
    await button(eves, 'Decline Depot').click();
    await shown.waitFor({ state: 'detached' });
    await page.reload();
    await line(page, 'eve@example.org').getByText('declined').waitFor();

    await page.getByLabel('Mail address').fill('eve@example.org');
    await button(page, 'Make an invitation').click();
    await page.getByText(/No mail is sent: eve@example.org has declined/).waitFor();
    await isSound(page);
    await eves.reload();
    await button(eves, 'Join Depot').click();
    await heading(eves, 'Monitors').waitFor();
    await eves.goto(`${pages.publicUrl}/members`);
    await line(eves, 'ann').getByText('owner').waitFor();
  });

  it('ends invitations by mail from the link of one', async () => {
    const page = await enter(ann, '/unsubscribe?token=_invitations.x');
    await page.getByText('no more invitations by mail to this address').waitFor();
    await button(page, 'Unsubscribe').click();
    await page.getByText('This link does not work').waitFor();
    await isSound(page);
  });

  it('takes an invitation back, and who has the link is told so', async () => {
    const page = await enter(ann, '/members');
    await makeTeam(page, 'Attic');
    const link = await invite(page, 'bob@example.org', 'viewer');
    await line(page, 'bob@example.org').getByRole('button', { name: 'Take back' }).click();
    await line(page, 'bob@example.org').getByText('taken back').waitFor();
    const bobs = await enter(bob, link);
    await bobs.getByText('not valid any more; ask whoever sent it').waitFor();
    await isSound(bobs);
  });

  it('gives the workspace another name, and cannot leave it as its only owner', async () => {
    const page = await enter(ann, '/members');
    await makeTeam(page, 'Old name');
    await page.getByLabel('Name of this workspace').fill('New name');
    await button(page, 'Rename').click();
    await page.getByText('Of the workspace New name').waitFor();
    await button(page, 'Leave').click();
    await button(page, 'Leave').click();
    await page
      .getByText(/only owner of the workspace; make somebody else an owner first/)
      .waitFor();
  });
});
