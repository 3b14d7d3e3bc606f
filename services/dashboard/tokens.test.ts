import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { makeSigningKeys, type TestSigningKeys } from '../api/testing/signingKeys.ts';
import { startTestApi, type TestApi } from '../api/testing/api.ts';
import { overflows, startPages, type Pages } from './testing/pages.ts';

describe('a person and their tokens at the dashboard', function () {
  this.timeout(120_000);
  let keys: TestSigningKeys;
  let api: TestApi;
  let pages: Pages;
  let page: Page;

  before(async () => {
    keys = makeSigningKeys();
    pages = await startPages(async (PUBLIC_URL) => {
      api = await startTestApi({ PUBLIC_URL, KEYS_FILE: keys.keysFile });
      return api;
    });
    page = await pages.browser.newPage();
    const link = await api.oneTimeToken('sign-in', null);
    await page.goto(`${pages.publicUrl}/sign-in?token=${link}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: /^Account of/ }).click();
    await page.getByRole('link', { name: 'Tokens of programs' }).click();
  });

  after(async () => {
    await pages?.stop();
    keys?.remove();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const line = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  const make = async (name: string): Promise<string> => {
    await page.getByLabel('What it is for').fill(name);
    await button('Make').click();
    const shown = page.getByRole('region', { name: 'New token' }).filter({ hasText: name });
    const secret = await shown.locator('code').textContent();
    await button('I have kept it').click();
    return secret ?? '';
  };

  it('makes one, and sees its secret this once', async () => {
    const token = await make('backup');
    const { json } = await api.call('GET', '/api/v1/me', { token });
    assert.deepEqual([json.workspace, json.scope], ['team-a', 'read']);
    await line('backup').waitFor();
    const readable = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
    assert.ok(!`${await page.content()}${String(readable)}`.includes(token));
  });

  it('ends one', async () => {
    const token = await make('old');
    await line('old').getByRole('button', { name: 'End' }).click();
    await line('old').waitFor({ state: 'detached' });
    assert.equal((await api.call('GET', '/api/v1/me', { token })).status, 401);
  });

  it('is warned that somebody else had a copy of what one gave out', async () => {
    const token = await make('exporter');
    const asked = { token, body: { refresh: true } };
    const { text } = await api.call('POST', '/api/v1/access-tokens', asked);
    const { refreshToken } = JSON.parse(text) as { refreshToken: string };
    const body = { grantType: 'refresh_token', refreshToken };
    const use = async (): Promise<number> =>
      (await api.call('POST', '/api/v1/token', { body })).status;
    assert.equal(await use(), 200);
    api.time.now = new Date(api.time.now.getTime() + 11_000);
    assert.equal(await use(), 401);
    await page.reload();
    await line('exporter').waitFor();
    const warnings = page.getByRole('alert');
    assert.equal(await warnings.count(), 1);
    const warning = await line('exporter').getByRole('alert').textContent();
    assert.match(String(warning), /Somebody else had a copy.*end this token/);
    assert.deepEqual(await overflows(page), [0, 0]);
  });
});
