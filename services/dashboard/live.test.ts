import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import type { Running } from '../core/lifecycle.ts';
import { freePorts } from '../local/testing/installation.ts';
import { seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { startPages, type Pages } from './testing/pages.ts';
import { startWire, type Wire } from './testing/wire.ts';

/** Less than the half minute after which everything is asked for again anyway. */
const SOON_MS = 20_000;

describe('a person whose connection is lost', function () {
  this.timeout(120_000);
  let wire: Wire;
  let api: TestApi;
  let server: Running;
  let restart: () => Promise<void>;
  let pages: Pages;
  let context: BrowserContext;
  let page: Page;
  let count = 0;

  before(async () => {
    wire = await startWire();
    const [port = 0] = await freePorts(1);
    const env = { PUBLIC_URL: wire.url, API_PORT: String(port) };
    pages = await startPages(async (PUBLIC_URL) => {
      api = await startTestApi({ PUBLIC_URL });
      server = await api.replica(env);
      return { url: server.url, stop: () => server.stop() };
    }, wire);
    restart = async () => {
      server = await api.replica(env);
    };
    context = await pages.browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(SOON_MS);
    const token = await api.oneTimeToken('sign-in', null);
    await page.goto(`${wire.url}/sign-in?token=${token}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    // Its time goes on as it does, until a test lets it pass.
    await page.clock.install();
  });

  after(async () => {
    await pages?.stop();
    await api?.stop();
    await wire?.stop();
  });

  beforeEach(async () => {
    wire.mend();
    const streams = page.waitForResponse((response) => response.url().includes('/api/v1/events'));
    await page.goto(`${wire.url}/findings`);
    await streams;
    await page.getByRole('heading', { name: 'Findings' }).waitFor();
  });

  /** Changes the store, of which no event tells. */
  const happen = async (): Promise<string> => {
    count += 1;
    const title = `Meanwhile ${count}`;
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) => seedFinding(tx, { title }));
    return title;
  };
  const lost = () => page.getByText('Connecting again');
  const found = (title: string) => page.getByRole('listitem', { name: title });
  const isBack = async (title: string): Promise<void> => {
    await found(title).waitFor();
    await lost().waitFor({ state: 'detached' });
  };

  it('is told so, and sees what happened meanwhile once it is back', async () => {
    wire.cut();
    await lost().waitFor();
    assert.deepEqual(await axeViolations(page), []);
    const title = await happen();
    assert.equal(await found(title).count(), 0);
    wire.mend();
    await isBack(title);
    assert.match(wire.said, /Last-Event-ID: 0/i);
  });

  it('is told so though nothing says it: the network swallows what is sent', async () => {
    wire.swallow();
    const title = await happen();
    const asked = page.waitForRequest((request) => request.url().includes('/findings'));
    await page.clock.fastForward(61_000);
    await asked;
    await lost().waitFor();
    wire.mend();
    const given = page.waitForEvent('requestfailed', (request) =>
      request.url().includes('/findings'),
    );
    await page.clock.fastForward(61_000);
    await given;
    await isBack(title);
  });

  it('keeps the page when going to a part that was never loaded, and gets it once that is possible', async () => {
    wire.cut();
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByText('Loading').filter({ visible: true }).first().waitFor();
    await lost().waitFor();
    await page.getByRole('link', { name: 'Monitors' }).waitFor();
    wire.mend();
    await page.getByRole('heading', { name: 'Channels' }).waitFor();
  });

  it('goes on after the server was started anew', async () => {
    await server.stop();
    await lost().waitFor();
    const title = await happen();
    await restart();
    await isBack(title);
  });

  it('sees what happened while the server itself heard nothing', async () => {
    const title = await happen();
    const { rows } = await api.db
      .pool('postgres')
      .query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'duckmon-events'",
      );
    assert.ok(rows.length > 0);
    await found(title).waitFor();
    assert.equal(await lost().count(), 0);
  });

  it('sees it in two tabs', async () => {
    const other = await context.newPage();
    other.setDefaultTimeout(SOON_MS);
    await other.goto(`${wire.url}/findings`);
    await other.getByRole('heading', { name: 'Findings' }).waitFor();
    wire.cut();
    await other.getByText('Connecting again').waitFor();
    const title = await happen();
    wire.mend();
    await isBack(title);
    await other.getByRole('listitem', { name: title }).waitFor();
    await other.close();
  });

  it('opens more tabs than a browser has connections, and each is up to date when it is looked at', async () => {
    const show = (tab: Page, isHidden: boolean): Promise<unknown> =>
      tab.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'));`);
    const tabs: Page[] = [];
    for (let opened = 0; opened < 8; opened += 1) {
      const tab = await context.newPage();
      tabs.push(tab);
      await tab.goto(`${wire.url}/findings`);
      await tab.getByRole('heading', { name: 'Findings' }).waitFor({ timeout: SOON_MS });
      await show(tab, true);
    }
    const title = await happen();
    const [first] = tabs;
    assert.ok(first);
    assert.equal(await first.getByRole('listitem', { name: title }).count(), 0);
    await show(first, false);
    await first.getByRole('listitem', { name: title }).waitFor({ timeout: SOON_MS });
    for (const tab of tabs) await tab.close();
  });
});
