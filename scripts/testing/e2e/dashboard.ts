/** A person at the dashboard, through the Ingress, who signed in by the link that `kubectl monitor` makes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../../services/browser/chromium/find.ts';
import { FRONT_PORT, getThrough, type Front } from './front.ts';
import { HOSTNAME, TEAM, type System } from './system.ts';

/** A browser that finds the Ingress under its name, and takes its certificate. */
async function openBrowser({ pod }: Front, data: string): Promise<Browser> {
  const found = await findChromium(process.env, data);
  return chromium.launch({
    executablePath: found.file,
    // The person's browser, not the product's: as root it needs to go without a sandbox.
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' },
    args: [`--host-resolver-rules=MAP ${HOSTNAME}:443 ${pod.address}:${FRONT_PORT}`],
  });
}

const linkIn = (said: string): string =>
  /https:\/\/\S+/.exec(said)?.[0] ?? assert.fail(`no link in: ${said}`);

export function dashboard(given: () => System, front: () => Front): void {
  let browser: Browser;
  let data: string;
  before(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'duckmon-e2e-browser-'));
    browser = await openBrowser(front(), data);
  });
  after(async () => {
    await browser?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('signs in by a link of kubectl monitor, sees what is watched, and what was found with its proof', async () => {
    const link = linkIn(await given().monitor('sign-in'));
    assert.equal(new URL(link).host, HOSTNAME);
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'shop', exact: true }).click();
    await page.getByText('Alerted').first().waitFor();
    const [cookie] = await context.cookies();
    assert.equal(cookie?.name, '__Host-mon_sid');
    assert.ok(cookie.secure && cookie.httpOnly);
    await page.goto(`https://${HOSTNAME}/findings`);
    await page
      .getByText(/Price: EUR/)
      .first()
      .waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it('takes a link once, and names the command that makes another one', async () => {
    const link = linkIn(await given().monitor('sign-in'));
    const first = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await first.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
    await first.close();
    const second = await browser.newContext({ ignoreHTTPSErrors: true });
    const again = await second.newPage();
    await again.goto(link);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.getByRole('alert').filter({ hasText: 'kubectl monitor sign-in' }).waitFor();
    await second.close();
  });

  it('A11 shuts everybody out within 5 s of kubectl monitor revoke-all', async () => {
    const system = given();
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(linkIn(await system.monitor('sign-in')));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
    const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`);
    const ask = async (): Promise<number> =>
      (await getThrough(front(), '/api/v1/me', { cookie: cookies.join('; ') })).status;
    assert.equal(await ask(), 200);
    await system.monitor('revoke-all');
    assert.equal(await ask(), 401);
    await context.close();
  });

  it('finds nothing to mend that kubectl monitor doctor would name', async () => {
    const said = await given()
      .monitor('doctor', '-n', TEAM)
      .catch((error: unknown) => assert.fail(String(error)));
    assert.doesNotMatch(said, /\bfail\b/i);
  });
}
