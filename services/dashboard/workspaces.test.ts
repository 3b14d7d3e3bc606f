/** People with several workspaces, with little to say in one, and with none, on a real cluster. */
import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { usePeopleWorld, type SignedIn } from '../api/cluster/testing/people.ts';
import { monitors } from '../api/cluster/testing/rbac.ts';
import { job } from '../api/testing/api.ts';
import { overflows, startPages, type Pages } from './testing/pages.ts';

describe('a person and their workspaces at the dashboard', function () {
  this.timeout(120_000);
  const world = usePeopleWorld();
  let pages: Pages;
  let publicUrl: string;
  let ann: SignedIn & { readonly own: string };
  let context: BrowserContext;
  let page: Page;
  /** What the page asked for since the test began: its workspace and its path. */
  let asked: [string | undefined, string][];

  before(async () => {
    pages = await startPages((url) => world().api.replica({ PUBLIC_URL: url }));
    ({ publicUrl } = pages);
    const { teams, allow, signInWithOwn, signIn } = world();
    await allow(teams.one, 'ann@corp.example', [monitors()]);
    await allow(teams.two, 'bob@corp.example', [monitors('create', 'patch', 'delete')]);
    ann = await signInWithOwn('ann@corp.example');
    const owner = await signIn('bob@corp.example');
    await allow(teams.one, 'bob@corp.example', [monitors('create', 'patch', 'delete')]);
    for (const who of [
      await ann.call('POST', '/monitors', job('mine')),
      await owner.call('POST', '/monitors', job('shop'), teams.one),
    ])
      assert.equal(who.status, 201, who.text);
  });

  after(() => pages?.stop());

  const enter = async (who: SignedIn): Promise<void> => {
    context = await pages.browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name = '', value = ''] = who.headers['cookie']?.split('=') ?? [];
    await context.addCookies([{ name, value, url: publicUrl, httpOnly: true, sameSite: 'Lax' }]);
    page = await open();
  };
  const open = async (place = '/'): Promise<Page> => {
    const opened = await context.newPage();
    asked = [];
    opened.on('request', (request) => {
      const url = new URL(request.url());
      const named = request.headers()['x-workspace'] ?? url.searchParams.get('workspace');
      if (url.pathname.startsWith('/api/')) asked.push([named ?? undefined, url.pathname]);
    });
    await opened.goto(publicUrl + place);
    return opened;
  };
  afterEach(() => context?.close());

  const select = (on = page) => on.getByLabel('Workspace', { exact: true });
  const role = (on = page) => on.locator('.workspace .badge');
  const choose = async (id: string): Promise<void> => {
    const loaded = page.waitForEvent('load');
    await select().selectOption(id);
    await loaded;
    await select().waitFor();
  };
  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const fits = async (): Promise<void> => assert.deepEqual(await overflows(page), [0, 0]);

  it('sees which there are, and what they are there', async () => {
    await enter(ann);
    await select().waitFor();
    assert.deepEqual(await select().locator('option').allTextContents(), [
      'ann@corp.example (personal)',
      world().teams.one,
    ]);
    assert.deepEqual([await select().inputValue(), await role().textContent()], [ann.own, 'owner']);
    await fits();
  });

  it('goes to another, and finds it again in a new tab', async () => {
    await enter(ann);
    await choose(world().teams.one);
    assert.equal(await role().textContent(), 'viewer');
    page = await open('/monitors/shop');
    await page.getByRole('heading', { name: 'shop' }).waitFor();
    assert.equal(await select().inputValue(), world().teams.one);
  });

  it('E1 asks for nothing but the workspace that is shown, the stream of events included', async () => {
    await enter(ann);
    await choose(world().teams.one);
    page = await open('/monitors/shop');
    await page.getByRole('heading', { name: 'shop' }).waitFor();
    const others = asked.filter(([workspace]) => workspace !== world().teams.one);
    assert.deepEqual(others, []);
    assert.ok(asked.some(([, place]) => place === '/api/v1/events'));
  });

  it('stays where the tab was when another tab goes elsewhere', async () => {
    await enter(ann);
    await select().waitFor();
    const first = page;
    page = await open();
    await choose(world().teams.one);
    const later = first.waitForRequest((request) => request.url().includes('/api/v1/findings'));
    await first.getByRole('link', { name: 'Findings' }).click();
    assert.equal((await later).headers()['x-workspace'], ann.own);
    assert.equal(await select(first).inputValue(), ann.own);
  });

  it('sees no button for what a viewer may not do, and all of them where they may', async () => {
    await enter(ann);
    await choose(world().teams.one);
    await page.goto(`${publicUrl}/monitors/shop`);
    await page.getByRole('heading', { name: 'Checks' }).waitFor();
    const edits = page.locator('main').locator('button, a[href$="/edit"]');
    // whoever reads findings may have a program read them too
    assert.deepEqual(await edits.allTextContents(), ['Make a feed']);
    await page.goto(`${publicUrl}/monitors/shop/edit`);
    await isShown('You are a viewer in this workspace');
    assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0);
    await choose(ann.own);
    await page.goto(`${publicUrl}/monitors/mine`);
    await page.getByRole('heading', { name: 'Checks' }).waitFor();
    assert.deepEqual(await edits.allTextContents(), ['Edit', 'Check now', 'Pause', 'Make a feed']);
  });

  it('reads on the account page what they are in the workspace', async () => {
    await enter(ann);
    await choose(world().teams.one);
    await page.getByRole('link', { name: /^Account of/ }).click();
    await isShown(`Workspace ${world().teams.one}, where you are a viewer`);
    await fits();
  });

  it('is taken elsewhere when the right to see is gone, and the choice is forgotten', async () => {
    const { allow, forbid, teams } = world();
    await allow(teams.two, 'ann@corp.example', [monitors()]);
    await enter(ann);
    await page.clock.install();
    await choose(teams.two);
    await forbid(teams.two, 'ann@corp.example');
    const reloaded = page.waitForEvent('load');
    await page.clock.fastForward(31_000);
    await reloaded;
    await select().waitFor();
    assert.equal(await select().inputValue(), ann.own);
    assert.equal(await page.evaluate('localStorage.length'), 0);
  });

  it('sees no choice where there is none', async () => {
    await enter(await world().signInWithOwn('only@own.example'));
    await isShown('Nothing is watched yet');
    assert.equal(await select().count(), 0);
  });

  it('is told without any workspace what to ask for, under which name, and can go', async () => {
    const { signIn, allow, teams } = world();
    await enter(await signIn('eve@corp.example'));
    await isShown('You are signed in, and have no workspace yet');
    assert.equal(await page.locator('code.key').textContent(), 'eve@corp.example');
    await page.getByText('For the administrator').click();
    assert.match(String(await page.locator('pre').textContent()), /--user='eve@corp\.example'$/);
    await fits();
    await allow(teams.two, 'eve@corp.example', [monitors()]);
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByRole('heading', { name: 'Monitors' }).waitFor();
    await world().forbid(teams.two, 'eve@corp.example');
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await isShown('You are signed out.');
  });
});
