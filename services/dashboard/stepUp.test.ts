import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { codeOf, giveAuthenticators, wrongCode } from '../api/testing/stepUp.ts';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import { findChromium } from '../browser/chromium/find.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { freePorts } from '../local/testing/installation.ts';
import { readConfig } from './config.ts';
import { startDashboard } from './start.ts';

describe('a person with a second factor at the dashboard', function () {
  this.timeout(120_000);
  let api: TestApi;
  let dashboard: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let publicUrl: string;
  let complaints: string[];
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-step-up-'));
    const [port = 0] = await freePorts(1);
    publicUrl = `http://localhost:${port}`;
    api = await startTestApi({ PUBLIC_URL: publicUrl });
    giveAuthenticators(api);
    dashboard = await startDashboard(
      readConfig({ DASHBOARD_PORT: String(port), API_URL: api.url, PUBLIC_URL: publicUrl }),
      { log: createLog('dashboard', 'silent') },
    );
    const found = await findChromium(process.env, folder);
    // The person's browser, not the product's: as root it needs to go without a sandbox.
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
    complaints = [];
    ({ context, page } = await signIn());
  });

  after(async () => {
    await browser?.close();
    await dashboard?.stop();
    await api?.stop();
    rmSync(folder, { recursive: true });
  });

  const signIn = async (): Promise<{ context: BrowserContext; page: Page }> => {
    const made = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const opened = await made.newPage();
    opened.on('pageerror', (error) => complaints.push(String(error)));
    opened.on('console', (message) => complaints.push(message.text()));
    await opened.goto(`${publicUrl}/sign-in?token=${await api.oneTimeToken('sign-in', null)}`);
    await opened.getByRole('button', { name: 'Sign in' }).click();
    await opened.getByRole('button', { name: 'Sign out' }).waitFor();
    return { context: made, page: opened };
  };
  /** A security key that is always at hand. */
  const plugIn = async (isUserVerified = true) => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified,
      },
    });
    return { devtools, authenticatorId };
  };
  let key: Awaited<ReturnType<typeof plugIn>>;

  const later = (minutes: number): void => {
    api.time.now = new Date(api.time.now.getTime() + minutes * 60_000);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog', { name: 'Confirm that it is you' });
  const codes = (): Promise<string[]> => page.locator('.codes code').allTextContents();
  const audited = async (): Promise<string[]> => {
    const { rows } = await api.db
      .pool('mon_backup')
      .query<{ action: string }>(
        "SELECT action FROM audit WHERE workspace_id = '_platform' ORDER BY seq",
      );
    return rows.map(({ action }) => action);
  };

  it('is told that there is none yet, and what to do', async () => {
    await page.getByRole('link', { name: /^Account of/ }).click();
    await page.getByRole('link', { name: /^Security/ }).click();
    await page.getByText('You have no second factor yet. Add a passkey').waitFor();
  });

  it('reads why the browser made no passkey', async () => {
    const other = await plugIn(false);
    await button('Add a passkey').click();
    await page.getByText('The browser gave no passkey').waitFor();
    await other.devtools.send('WebAuthn.removeVirtualAuthenticator', {
      authenticatorId: other.authenticatorId,
    });
  });

  it('adds a passkey, and is shown recovery codes this once', async () => {
    key = await plugIn();
    await page.getByLabel('Name of the passkey').fill('Laptop');
    await button('Add a passkey').click();
    await page.getByText('Keep these recovery codes').waitFor();
    assert.equal(new Set(await codes()).size, 10);
    await button('I have kept them').click();
    await page.getByText('10 codes are left').waitFor();
    await page.getByText('The passkey Laptop was added').waitFor();
    await page.reload();
    await page.getByText('10 codes are left').waitFor();
    assert.deepEqual(await codes(), []);
  });

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      const wider = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(wider, 0);
    });

  it('A17 is asked for the passkey five minutes later, and goes on where it was', async () => {
    later(6);
    await button('Make new codes').click();
    await dialog().getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('Keep these recovery codes').waitFor();
    await dialog().waitFor({ state: 'detached' });
    await button('I have kept them').click();
    assert.deepEqual((await audited()).slice(-2), ['step-up', 'recovery-codes.new']);
  });

  it('A17 shows a passkey once: the same answer again is refused', async () => {
    later(6);
    const sent = page.waitForRequest((request) => request.url().endsWith('/step-up/passkey'));
    await button('Make new codes').click();
    await dialog().getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('Keep these recovery codes').waitFor();
    await button('I have kept them').click();
    const request = await sent;
    const again = await context.request.post(request.url(), {
      headers: { 'x-csrf-token': (await request.allHeaders())['x-csrf-token'] ?? '' },
      data: request.postDataJSON() as object,
    });
    assert.equal(again.status(), 422);
    assert.equal((await audited()).at(-1), 'step-up.refused');
  });

  it('A17 gets nothing by a passkey that does not know its person', async () => {
    later(6);
    await key.devtools.send('WebAuthn.setUserVerified', {
      authenticatorId: key.authenticatorId,
      isUserVerified: false,
    });
    const before = (await audited()).length;
    await button('Make new codes').click();
    await dialog().getByRole('button', { name: 'Use a passkey' }).click();
    await dialog().getByText('The browser gave no passkey').waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Confirm first that it is you').waitFor();
    assert.equal((await audited()).length, before);
    await key.devtools.send('WebAuthn.setUserVerified', {
      authenticatorId: key.authenticatorId,
      isUserVerified: true,
    });
  });

  it('adds an authenticator app after the passkey, and confirms by its codes', async () => {
    await button('Add an authenticator app').click();
    await dialog().getByRole('button', { name: 'Use a passkey' }).click();
    const secret = (await page.locator('.key').textContent())?.replaceAll(' ', '') ?? '';
    await page.getByLabel('The six digits').fill(codeOf(api, secret));
    await button('Finish').click();
    await button('Remove the app').waitFor();
    later(6);
    await button('Make new codes').click();
    const code = dialog().getByLabel('Code of your authenticator app');
    await code.fill(wrongCode(api, secret));
    await dialog().getByRole('button', { name: 'Confirm' }).first().click();
    await dialog().getByText('The code is not right').waitFor();
    await code.fill(codeOf(api, secret));
    await dialog().getByRole('button', { name: 'Confirm' }).first().click();
    await page.getByText('Keep these recovery codes').waitFor();
  });

  it('confirms by a recovery code, and reads in every other browser what was changed', async () => {
    const [code = ''] = await codes();
    await button('I have kept them').click();
    later(6);
    await button('Remove the app').click();
    await dialog().getByText('Use a recovery code').click();
    await dialog().getByLabel('Recovery code').fill(code);
    await dialog().locator('details button').click();
    await button('Add an authenticator app').waitFor();
    await page.getByText('9 codes are left').waitFor();
    const other = await signIn();
    await other.page.getByText('The authenticator app was removed').waitFor();
    await other.page.getByRole('button', { name: 'It was me' }).click();
    await other.page.reload();
    await other.page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(await other.page.getByRole('button', { name: 'It was me' }).count(), 0);
    await other.context.close();
  });

  it('E9 finds no code and no secret where a script could read it later', async () => {
    const readable = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
    assert.deepEqual(Object.keys(JSON.parse(String(readable)) as object), ['seen-factor-change']);
  });

  it('sees no error of the page itself', () => {
    // Chromium itself notes each answer that is an error.
    assert.deepEqual(
      complaints.filter((text) => !/status of (401|403|422)/.test(text)),
      [],
    );
  });
});
