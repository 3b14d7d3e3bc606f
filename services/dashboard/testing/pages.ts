/** The dashboard before an api of a test, and a browser to open it with. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../browser/chromium/find.ts';
import type { Running } from '../../core/lifecycle.ts';
import { createLog } from '../../core/log.ts';
import { freePorts } from '../../local/testing/installation.ts';
import { readConfig } from '../config.ts';
import { startDashboard } from '../start.ts';
import type { Wire } from './wire.ts';

export interface Pages {
  readonly publicUrl: string;
  readonly api: Running;
  readonly browser: Browser;
  stop(): Promise<void>;
}

/**
 * @param startApi starts the api that is reached by the dashboard's public address
 * @param wire lies between the browser and the dashboard
 */
export async function startPages(
  startApi: (publicUrl: string) => Promise<Running>,
  wire?: Wire,
): Promise<Pages> {
  const [port = 0] = await freePorts(1);
  wire?.leadTo(port);
  const publicUrl = wire?.url ?? `http://127.0.0.1:${port}`;
  const ends: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const api = await startApi(publicUrl);
    ends.push(() => api.stop());
    const dashboard = await startDashboard(
      readConfig({ DASHBOARD_PORT: String(port), API_URL: api.url, PUBLIC_URL: publicUrl }),
      { log: createLog('dashboard', 'silent') },
    );
    ends.push(() => dashboard.stop());
    const browser = await startPersonsBrowser(ends);
    return { publicUrl, api, browser, stop };
  } catch (error) {
    // What was started before would keep the tests from ending.
    await stop();
    throw error;
  }
}

async function startPersonsBrowser(ends: (() => Promise<void>)[]): Promise<Browser> {
  const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-pages-'));
  ends.push(() => rm(folder, { recursive: true }));
  const found = await findChromium(process.env, folder);
  // The person's browser, not the product's: as root it needs to go without a sandbox.
  const browser = await chromium.launch({
    executablePath: found.file,
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' },
  });
  ends.push(() => browser.close());
  return browser;
}

/** By how many pixels a page is wider than its window, at each of these widths. */
export async function overflows(page: Page, widths = [390, 1440]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    found.push(
      await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      ),
    );
  }
  return found;
}
