import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { job, secret, startTestApi, webhook, type TestApi } from '../api/testing/api.ts';
import { newPerson } from '../api/testing/person.ts';
import { newId } from '../core/ids.ts';
import { enqueueAccountMail } from '../store/accountMails.ts';
import { setMembership } from '../store/identity.ts';
import { withTransaction, withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { seedHistory } from './testing/history.ts';
import { overflows, startPages, type Pages } from './testing/pages.ts';
import { englishOn, listen } from './testing/spoken.ts';

describe('a person who reads German', function () {
  this.timeout(180_000);
  let pages: Pages;
  let api: TestApi;
  let context: BrowserContext;
  let page: Page;
  let data: () => Promise<readonly string[]>;
  const complaints: string[] = [];
  const [finding, check] = [newId(), newId()];

  before(async () => {
    pages = await startPages(async (PUBLIC_URL) => {
      api = await startTestApi({ PUBLIC_URL });
      return api;
    });
    const documents = [
      job('shop', { tags: ['ente'], values: [{ name: 'preis', select: '.price', unit: '€' }] }),
      job('shop-2', { suspend: true }),
      webhook('hook'),
      secret('hook'),
    ];
    const token = api.tokens.admin;
    const made = await api.call('POST', '/api/v1/apply', { token, body: { documents } });
    assert.doesNotMatch(made.text, /"error"/);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      seedHistory(tx, { at: api.time.now, check, finding }),
    );
    await seedAccounts();
    ({ context, page } = await open());
    data = listen(page);
    // Values are asked for up to the page's own now.
    await page.clock.setFixedTime(api.time.now);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  after(() => pages?.stop());

  /** A second member, and an administrator who was told something by mail. */
  async function seedAccounts(): Promise<void> {
    const ann = await newPerson(api, 'ann');
    await withWorkspace(api.db.pool('mon_api'), 'team-a', (tx) =>
      setMembership(tx, 'team-a', ann, 'editor', api.time.now),
    );
    const { rows } = await api.db
      .pool('postgres')
      .query<{ id: string }>(
        "UPDATE users SET platform_admin = true WHERE display_name = 'team-a' RETURNING id",
      );
    await withTransaction(api.db.pool('mon_api'), (tx) =>
      enqueueAccountMail(tx, {
        userId: rows[0]?.id ?? '',
        key: 'a-test',
        at: api.time.now,
        notice: { kind: 'sessionsEnded' },
      }),
    );
  }

  const open = async (locale = 'de-DE'): Promise<{ context: BrowserContext; page: Page }> => {
    const made = await pages.browser.newContext({ locale, reducedMotion: 'reduce' });
    return { context: made, page: await made.newPage() };
  };
  const go = async (place: string, on = page): Promise<void> => {
    await on.goto(pages.publicUrl + place);
    await on.locator('h1').first().waitFor();
    await on.waitForLoadState('networkidle');
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const languageOf = (on: Page): Promise<unknown> => on.evaluate('document.documentElement.lang');
  const isGerman = async (): Promise<void> => {
    assert.equal(await languageOf(page), 'de');
    assert.deepEqual(await englishOn(page, await data()), []);
  };
  const isSound = async (): Promise<void> => {
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(await overflows(page), [0, 0]);
  };

  it('signs in', async () => {
    await go(`/sign-in?token=${await api.oneTimeToken('sign-in', null)}`);
    await isGerman();
    await isSound();
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('heading', { name: 'Monitore' }).waitFor();
    await api.db.pool('postgres').query('UPDATE sessions SET stepped_up_at = $1', [api.time.now]);
    assert.deepEqual(complaints, []);
  });

  for (const place of [
    '/',
    '/new',
    '/import',
    '/monitors/shop',
    '/monitors/shop-2',
    '/monitors/shop/edit',
    '/findings',
    `/findings/${finding}`,
    `/checks/${check}`,
    '/channels',
    '/account',
    '/account/security',
    '/account/tokens',
    '/account/feeds',
    '/account/data',
    '/members',
    '/admin',
    '/admin/workspaces',
    '/admin/audit',
    '/admin/platform',
    '/admin/nothing-is-here',
    '/invitation?token=none',
    '/acknowledge?token=none',
    '/confirm?token=none',
    '/unsubscribe?token=none',
    '/nothing-is-here',
  ])
    it(`reads ${place.replace(/[0-9a-f-]{36}/, '…')} in German alone, whole, on a phone and a screen`, async () => {
      complaints.length = 0;
      await go(place);
      await isGerman();
      await isSound();
      // That a link is refused is what these pages are opened for.
      const own = complaints.filter((text) => !text.startsWith('Failed to load resource'));
      assert.deepEqual(place.includes('?') ? own : complaints, []);
    });

  it('makes a token, and is asked in German before somebody is taken out, shut out or limited', async () => {
    await go('/account/tokens');
    await page.getByLabel('Wofür es ist').fill('bot');
    await button('Erstellen').click();
    await page.getByRole('region', { name: 'Neues Token' }).waitFor();
    await isGerman();
    await go('/members');
    await page.getByLabel('Rolle von ann').selectOption('viewer');
    await page.getByRole('group', { name: 'ann zum Betrachter machen?' }).waitFor();
    await button('Entfernen').click();
    await page.getByRole('group', { name: /^ann entfernen\?/ }).waitFor();
    await isGerman();
    await go('/admin');
    await button('Sperren: ann').click();
    await page.getByLabel('Warum, für das Protokoll').waitFor();
    await isGerman();
    await go('/admin/workspaces');
    await button('Grenzen ändern: team-a').click();
    await page.getByLabel('US-Dollar im Monat').waitFor();
    await isGerman();
    await isSound();
  });

  it('chooses English, at once and for the next time, and goes back to what the browser asks', async () => {
    await go('/account');
    await page.getByLabel('Sprache').selectOption('English');
    await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    await go('/');
    await page.getByRole('heading', { name: 'Monitors' }).waitFor();
    assert.equal(await languageOf(page), 'en');
    assert.notDeepEqual(await englishOn(page, await data()), []);
    await go('/account');
    await page.getByLabel('Language').selectOption('As the browser asks');
    await page.getByRole('heading', { name: 'Wo Sie angemeldet sind' }).waitFor();
  });

  it('chooses German before signing in, in a browser that asks for English', async () => {
    const { context: other, page: on } = await open('en-GB');
    await go('/sign-in', on);
    assert.equal(await languageOf(on), 'en');
    await on.getByLabel('Language').selectOption('Deutsch');
    await on.getByLabel('Anmeldelink').waitFor();
    assert.equal(await languageOf(on), 'de');
    await other.close();
    await context.close();
  });
});
