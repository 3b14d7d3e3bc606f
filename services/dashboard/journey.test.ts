import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startModel, type FakeModel } from '../../scripts/testing/model/server.ts';
import { findChromium } from '../browser/chromium/find.ts';
import { startInstallation, type Installation } from '../local/testing/installation.ts';

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
    await page.getByText('Watching').waitFor();
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

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      for (const place of ['/', '/monitors/demo-shop', '/findings']) {
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
