/** Visits of the list of monitors, in a browser that has nothing in its cache. */
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Milliseconds from the beginning of the navigation. */
export interface Loaded {
  readonly rows: number;
  readonly largestPaint: number;
}

/** Notes when the first row of the list was painted, and the largest paint. Runs in the page. */
const WATCH = `window.bench = { rows: 0, largestPaint: 0 };
new MutationObserver((_changes, observer) => {
  if (!document.querySelector('table.monitors tbody tr')) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.bench.rows = performance.now(); });
}).observe(document, { childList: true, subtree: true });
new PerformanceObserver((list) => {
  window.bench.largestPaint = list.getEntries().at(-1).startTime;
}).observe({ type: 'largest-contentful-paint', buffered: true });`;

/** @param signedIn cookies of somebody who may see the list */
export async function load(
  browser: Browser,
  address: string,
  signedIn: Awaited<ReturnType<BrowserContext['storageState']>>,
): Promise<Loaded> {
  const context = await browser.newContext({
    storageState: signedIn,
    viewport: { width: 1440, height: 900 },
  });
  try {
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    await page.goto(address);
    await page.locator('table.monitors tbody tr').first().waitFor();
    await page.waitForLoadState('load');
    // a paint is reported after it was made
    return await page.evaluate<Loaded>(
      'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(window.bench), 100)))',
    );
  } finally {
    await context.close();
  }
}

/**
 * Milliseconds from a press of a mouse button until what it changes is painted, as the page itself sees it.
 * @param action presses what `selector` finds
 */
export async function feedback(page: Page, action: () => Promise<void>): Promise<number> {
  await page.evaluate(`window.fed = new Promise((done) => {
    let from;
    addEventListener('pointerdown', () => { from = performance.now(); }, { capture: true, once: true });
    new MutationObserver((_changes, observer) => {
      if (from === undefined) return;
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - from));
    }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
  }); undefined`);
  await action();
  return await page.evaluate<number>('window.fed');
}
