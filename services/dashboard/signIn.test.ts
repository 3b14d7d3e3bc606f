import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PERSON, startProvider, type FakeProvider } from '../core/testing/identity/provider.ts';
import { findChromium } from '../browser/chromium/find.ts';
import { portVariable } from '../core/contracts/ports.ts';
import { freePorts, startInstallation, type Installation } from '../local/testing/installation.ts';

describe('a person who signs in by a provider', function () {
  this.timeout(120_000);
  let provider: FakeProvider;
  let installation: Installation;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let bodies: string[];
  let complaints: string[];

  before(async () => {
    const [port = 0] = await freePorts(1);
    const dashboard = `http://127.0.0.1:${port}`;
    provider = await startProvider(`${dashboard}/api/v1/auth/callback`);
    installation = await startInstallation({
      env: {
        [portVariable('dashboard')]: String(port),
        OIDC_ISSUER: provider.issuer,
        GOOGLE_CLIENT_ID: provider.clientId,
        GOOGLE_CLIENT_SECRET: provider.clientSecret,
        SIGN_IN_ALLOW: 'corp.example',
      },
    });
    const found = await findChromium(process.env, installation.data);
    // The person's browser, not the product's: as root it needs to go without a sandbox.
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' };
    browser = await chromium.launch({ executablePath: found.file, chromiumSandbox: false, env });
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    page = await context.newPage();
    [bodies, complaints] = [[], []];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('response', (response) => {
      if (!response.url().includes('/api/') || response.url().endsWith('/events')) return;
      void response.text().then(
        (text) => bodies.push(text),
        // A redirect has no body.
        () => undefined,
      );
    });
  });

  afterEach(async () => {
    provider.reset();
    await context.close();
  });

  after(async () => {
    await browser?.close();
    await installation?.close();
    await provider?.stop();
  });

  const open = (place: string): Promise<unknown> => page.goto(installation.dashboard + place);
  const button = () => page.getByRole('link', { name: /^Sign in with/ });
  const begin = async (place = '/'): Promise<void> => {
    await open(place);
    await button().click();
  };
  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();

  it('comes in, through the egress proxy, to the page that was asked for', async () => {
    await begin('/findings');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(page.url(), `${installation.dashboard}/findings`);
    assert.deepEqual(
      complaints.filter((text) => !text.includes('401')),
      [],
    );
  });

  it('is asked for a link only after opening one', async () => {
    await open('/sign-in');
    await button().waitFor();
    assert.equal(await page.getByLabel('Sign-in link').count(), 0);
    await open('/sign-in?token=a-token-of-a-link-0123456789');
    await page.getByLabel('Sign-in link').waitFor();
  });

  it('A6 leaves no token where a script could read it', async () => {
    await begin();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const stored = await page.evaluate(
      `(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie,
        await indexedDB.databases(), location.href, history.state]))()`,
    );
    const readable = [String(stored), await page.content(), ...bodies].join('\n');
    assert.doesNotMatch(readable, /eyJ[\w-]+\.[\w-]+\./);
    assert.doesNotMatch(readable, /ya29\.|refresh_token|id_token|access_token/);
    for (const { name, value, httpOnly } of await context.cookies(installation.dashboard)) {
      assert.ok(httpOnly, name);
      assert.ok(!readable.includes(value), name);
    }
    assert.match(String(stored), /^\[\{\},\{\},"",\[\]/);
    assert.ok(bodies.length > 0);
  });

  it('is told who may not come in', async () => {
    provider.knobs.person = { ...PERSON, hd: 'other.example' };
    await begin();
    await isShown('This account may not sign in here');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await button().waitFor();
  });

  it('is told after leaving the provider, and can begin again', async () => {
    provider.knobs.cancels = true;
    await begin();
    await isShown(/You left the sign-in at/);
    provider.knobs.cancels = false;
    await button().click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  });

  it('is told that the provider does not answer', async () => {
    provider.knobs.statusAt = (path) => (path === '/token' ? 503 : 0);
    await begin();
    await isShown(/does not answer/);
  });

  it('is told that a callback did not begin here', async () => {
    await open('/api/v1/auth/callback?code=x&state=y');
    await isShown('That took too long');
  });

  it('sees where they are signed in, and ends the other session', async () => {
    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await other.goto(installation.dashboard);
    await other.getByRole('link', { name: /^Sign in with/ }).click();
    await other.getByRole('button', { name: 'Sign out' }).waitFor();
    await begin();
    await page.getByRole('link', { name: 'Account of Ann' }).click();
    await isShown('this browser');
    const ends = page.getByRole('button', { name: 'End' });
    // Those of other tests are there as well.
    for (let left = await ends.count(); left > 0; left -= 1) {
      await ends.first().click();
      await ends.nth(left - 1).waitFor({ state: 'detached' });
    }
    await other.reload();
    await other.getByRole('link', { name: /^Sign in with/ }).waitFor();
    await elsewhere.close();
  });

  it('signs out everywhere', async () => {
    await begin('/account');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await isShown('You are signed out.');
  });

  it('signs out', async () => {
    await begin();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await isShown('You are signed out.');
    await open('/');
    await button().waitFor();
  });

  for (const width of [390, 1440])
    it(`never scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      for (const problem of ['expired', 'cancelled', 'refused', 'disabled', 'failed', 'down']) {
        await open(`/sign-in?problem=${problem}`);
        await page.getByRole('alert').waitFor();
        const wider = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(wider, 0, problem);
      }
      await begin('/account');
      await isShown('this browser');
      assert.equal(
        await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        ),
        0,
      );
    });
});
