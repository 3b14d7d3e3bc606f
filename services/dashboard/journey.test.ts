import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { parse } from 'yaml';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { findChromium } from '../browser/chromium/find.ts';
import { validateManifest } from '../core/manifest/index.ts';
import { startInstallation, type Installation } from '../local/testing/installation.ts';
import { axeViolations } from './testing/axe.ts';

describe('a person at the dashboard', function () {
  this.timeout(120_000);
  let installation: Installation;
  let model: FakeModel;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  before(async () => {
    model = await startModel();
    installation = await startInstallation({
      demo: true,
      env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'x' },
    });
    const found = await findChromium(process.env, installation.data);
    // The person's browser, not the product's: as root it needs to go without a sandbox.
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  after(async () => {
    await browser.close();
    await installation.close();
    await model.stop();
  });

  const open = (place: string): Promise<unknown> => page.goto(installation.dashboard + place);

  it('is asked to sign in', async () => {
    await open('/');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByText('For another one run ./scripts/up').waitFor();
  });

  it('reads in plain words that a link is no good', async () => {
    await open('/sign-in?token=not-a-token-that-was-ever-issued');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This sign-in link is not valid any more').waitFor();
    // Chromium itself notes each answer that is an error.
    complaints = complaints.filter((text) => !text.includes('401'));
  });

  it('signs in by the link and sees what is watched', async () => {
    await page.goto(installation.signInLink);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'demo-shop' }).waitFor();
    await page.locator('.badge', { hasText: 'Watching' }).waitFor();
  });

  it('A6 leaves nothing secret where a script could read it', async () => {
    const readable = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    assert.equal(readable, '[{},{},""]');
  });

  it('sees the checks of a monitor and why nobody was told', async () => {
    await page.getByRole('link', { name: 'demo-shop' }).click();
    await page.getByText('the same text as before').first().waitFor();
    await page.getByText('Alerted').first().waitFor();
  });

  it('reads all that happened, what was kept silent, and the manifest to copy', async () => {
    const part = (name: string) =>
      page.getByRole('navigation', { name: 'Parts of the monitor' }).getByRole('link', { name });
    await part('History').click();
    await page.getByText('first look: the page is remembered').waitFor();
    await page.getByRole('button', { name: 'Only when something happened' }).click();
    await page.getByText('first look').waitFor({ state: 'detached' });
    await page.getByText('Alerted').waitFor();
    await part('Not told').click();
    await page.getByText('No change was kept from you').waitFor();
    await part('Manifest').click();
    const manifest = await page.getByLabel('Manifest', { exact: true }).textContent();
    const validated = validateManifest(parse(manifest ?? ''));
    assert.ok(validated.ok && validated.object.metadata.name === 'demo-shop', manifest ?? '');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText(/Copied|does not allow/).waitFor();
    await part('Overview').click();
  });

  it('checks now and sees the new check come in by itself', async () => {
    const rows = page.locator('table tbody tr');
    const before = await rows.count();
    await page.getByRole('button', { name: 'Check now' }).click();
    await rows.nth(before).waitFor();
  });

  it('sees the quote of a finding marked in the text', async () => {
    await page.getByRole('link', { name: 'Findings' }).click();
    await page.locator('.cards a').first().click();
    const marks = page.locator('.hunk mark');
    await marks.first().waitFor();
    assert.match((await marks.allTextContents()).join(''), /€54\.00/);
  });

  it('acknowledges it', async () => {
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('acknowledged').first().waitFor();
    const { json } = await installation.call('GET', '/findings?state=acknowledged');
    assert.equal((json as { items: unknown[] }).items.length, 1);
  });

  it('begins to watch a page: sees what is seen of it, when, and what came of it', async () => {
    const { json } = await installation.call('GET', '/monitors/demo-shop');
    const { url } = (json as { spec: { sources: { url: string }[] } }).spec.sources[0] ?? {};
    await open('/');
    await page.getByRole('link', { name: 'New monitor' }).click();
    await page.getByLabel('Page', { exact: true }).fill(String(url));
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByLabel('Text of the page').getByText('Rubber ducks').waitFor();
    await page.getByLabel('What matters').fill('Tell me of new ducks.');
    await page.getByRole('button', { name: 'At a time of day' }).click();
    assert.equal(await page.locator('.times li').count(), 5);
    await page.getByLabel('Name', { exact: true }).fill('Not a name');
    await page.getByRole('button', { name: 'Start watching' }).click();
    await page.locator('#name[aria-invalid="true"]').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('new-ducks');
    await page.getByRole('button', { name: 'Start watching' }).click();
    await page.getByRole('heading', { name: 'new-ducks' }).waitFor();
    await page.getByText('first look: the page is remembered').first().waitFor();
    complaints = complaints.filter((text) => !text.includes('422'));
  });

  it('chooses a part of the page on its picture, and tries the edit on what was seen', async () => {
    await open('/monitors/demo-shop/edit');
    await page.getByRole('button', { name: 'Choose a part' }).click();
    await page.getByAltText('The page as a browser shows it').waitFor();
    await page.getByText('Parts of the page as a list').click();
    await page.getByRole('list', { name: 'Parts of the page' }).getByRole('button').first().click();
    const select = page.getByLabel('Only this part of the page');
    assert.notEqual(await select.inputValue(), '');
    await select.fill('');
    await page.getByLabel('What matters').fill('Tell me when something costs less.');
    await page.getByRole('button', { name: 'Back-test' }).click();
    await page.getByRole('button', { name: 'Try on the last 30 days' }).click();
    await page.getByText(/costs at most/).waitFor();
    await page.getByText('Then it alerted').waitFor();
  });

  for (const place of [
    '/',
    '/new',
    '/monitors/demo-shop',
    '/monitors/demo-shop?part=history',
    '/monitors/demo-shop?part=manifest',
    '/monitors/demo-shop/edit',
    '/findings',
    '/account',
    '/account/security',
    '/account/tokens',
  ])
    for (const colorScheme of ['light', 'dark'] as const)
      it(`finds nothing at ${place} that axe finds wrong, in the ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme });
        await open(place);
        await page.locator('h1').waitFor();
        await page.waitForLoadState('networkidle');
        assert.deepEqual(await axeViolations(page), []);
      });

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      for (const place of ['/', '/new', '/monitors/demo-shop?part=manifest', '/findings']) {
        await open(place);
        await page.locator('h1').waitFor();
        const wider = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(wider, 0, place);
      }
    });

  it('signs out', async () => {
    await open('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await open('/');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    complaints = complaints.filter((text) => !text.includes('401'));
  });

  it('A20 has seen nothing that its browser complained about', () => {
    assert.deepEqual(complaints, []);
  });
});
