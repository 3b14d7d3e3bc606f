/** Somebody who has signed in to the dashboard, before an api of their own. */
import type { Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../../api/testing/api.ts';
import { startPages, type Pages } from './pages.ts';

export interface Visit {
  readonly api: TestApi;
  readonly pages: Pages;
  readonly page: Page;
  /** What the browser said of the page since then: nothing, as a rule. */
  readonly complaints: string[];
  stop(): Promise<void>;
}

export async function startVisit(): Promise<Visit> {
  const apis: TestApi[] = [];
  const pages = await startPages(async (publicUrl) => {
    const api = await startTestApi({ PUBLIC_URL: publicUrl });
    apis.push(api);
    return { url: api.url, stop: () => api.stop() };
  });
  const [api] = apis;
  if (!api) throw new Error('The pages were started without an api.');
  const page = await pages.browser.newPage({ viewport: { width: 1440, height: 900 } });
  const token = await api.oneTimeToken('sign-in', null);
  await page.goto(`${pages.publicUrl}/sign-in?token=${token}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { api, pages, page, complaints, stop: () => pages.stop() };
}
