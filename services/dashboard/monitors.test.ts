import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { job, type TestApi } from '../api/testing/api.ts';
import { seedMany } from '../store/testing/monitors.ts';
import { seedCheck } from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const MANY = 10_000;

describe('a person with many monitors', function () {
  this.timeout(120_000);
  let api: TestApi;
  let visit: Visit;
  let page: Page;
  let complaints: string[];

  before(async () => {
    visit = await startVisit();
    ({ api, page, complaints } = visit);
    const seed = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      withWorkspace(api.db.pool('duckmon_owner'), 'team-a', work);
    const { now } = api.time;
    await seed((tx) => seedMany(tx, { workspace: 'team-a', count: MANY, dueAt: now }));
    for (const name of ['a-duck', 'a-goose', 'a-swan']) {
      const made = await api.call('POST', '/api/v1/monitors', {
        token: api.tokens.admin,
        body: job(name, { description: `Waits for the ${name.slice(2)}`, tags: [name.slice(2)] }),
      });
      assert.equal(made.status, 201, made.text);
    }
    await api.db.ensureDays('2026-03-01');
    for (const outcome of ['Unchanged', 'Failed'])
      await seed((tx) => seedCheck(tx, { monitor: 'a-duck', at: now, outcome }));
  });

  after(() => visit?.stop());

  const open = (place: string): Promise<unknown> => page.goto(visit.pages.publicUrl + place);
  const rows = () => page.locator('table.monitors tbody tr');
  const row = (name: string) => rows().filter({ has: page.getByRole('link', { name }) });
  const names = () => page.locator('table.monitors tbody th a').allTextContents();
  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const suspended = async (name: string): Promise<boolean> =>
    (await api.call('GET', `/api/v1/monitors/${name}`, { token: api.tokens.read })).json.spec
      .suspend;

  it('sees the first of ten thousand, and how many there are', async () => {
    await open('/');
    await isShown('1–50 of 10,003');
    assert.equal(await rows().count(), 50);
    assert.equal((await names())[0], 'a-duck');
  });

  it('loads at most 120 KB of script, packed, before the list is there', async () => {
    const scripts: Promise<Buffer>[] = [];
    const collect = (response: Response): void => {
      if (response.url().endsWith('.js')) scripts.push(response.body());
    };
    page.on('response', collect);
    await open('/');
    await row('a-duck').waitFor();
    page.off('response', collect);
    const packed = (await Promise.all(scripts)).map((script) => gzipSync(script).length);
    const size = packed.reduce((sum, length) => sum + length, 0);
    assert.ok(size > 50_000 && size < 120_000, `${size} bytes in ${packed.length} files`);
  });

  it('sees how the last checks of each went', async () => {
    await page.getByRole('img', { name: 'Last 2 checks: 1 unchanged, 1 failed' }).waitFor();
  });

  it('turns the pages', async () => {
    await page.getByRole('button', { name: 'Next' }).click();
    await isShown('51–100 of 10,003');
    await page.getByRole('button', { name: 'Previous' }).click();
    await isShown('1–50 of 10,003');
  });

  it('finds one by a word, and comes back to it by its address', async () => {
    await page.getByLabel('Search monitors').fill('waits for the GOOSE');
    await row('a-goose').waitFor();
    await rows().nth(1).waitFor({ state: 'detached' });
    await page.reload();
    await row('a-goose').waitFor();
    assert.deepEqual(await names(), ['a-goose']);
  });

  it('reads that nothing is like that', async () => {
    await page.getByLabel('Search monitors').fill('there is no such bird');
    await isShown('No monitor is like that.');
  });

  it('keeps to a tag and leaves it again', async () => {
    await open('/');
    await page.getByRole('button', { name: 'Only those with the tag swan' }).click();
    await rows().nth(1).waitFor({ state: 'detached' });
    assert.deepEqual(await names(), ['a-swan']);
    await page.getByRole('button', { name: 'show all tags again' }).click();
    await isShown('1–50 of 10,003');
  });

  it('pauses several at once, and finds them by their state', async () => {
    await page.getByLabel('Select a-duck').check();
    await page.getByLabel('Select a-swan').check();
    await isShown('2 selected');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await isShown('2 monitors paused.');
    assert.deepEqual([await suspended('a-duck'), await suspended('a-goose')], [true, false]);
    await page.getByRole('button', { name: /^Paused/ }).click();
    await rows().nth(2).waitFor({ state: 'detached' });
    assert.deepEqual(await names(), ['a-duck', 'a-swan']);
  });

  it('is told for each one why it did not work, and keeps it selected', async () => {
    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: 'Check now' }).click();
    await isShown('a-duck: The monitor a-duck is paused; resume it first.');
    await isShown('2 selected');
    await page.getByRole('button', { name: 'Resume' }).click();
    await isShown('2 monitors resumed.');
    await isShown('No monitor is like that.');
  });

  it('is asked before monitors are deleted, and may keep them', async () => {
    await open('/?search=waits');
    await page.getByLabel('Select a-swan').check();
    const remove = page.getByRole('button', { name: 'Delete', exact: true }).first();
    await remove.click();
    await page.getByRole('heading', { name: 'Delete a-swan?' }).waitFor();
    await page.getByRole('button', { name: 'Keep' }).click();
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await isShown('1 monitor deleted.');
    await row('a-swan').waitFor({ state: 'detached' });
    assert.deepEqual(await names(), ['a-duck', 'a-goose']);
  });

  it('does all that by keyboard', async () => {
    await open('/?search=waits');
    await row('a-duck').waitFor();
    await page.getByLabel('Select a-duck').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Clear');
    await page.keyboard.press('Enter');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
  });

  it('sees what others do as it happens', async () => {
    await api.call('POST', '/api/v1/monitors/a-duck/pause', { token: api.tokens.write, body: {} });
    await row('a-duck').getByText('Paused').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds wrong, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await open('/');
      await row('a-duck').waitFor();
      await page.getByLabel('Select a-duck').check();
      assert.deepEqual(await axeViolations(page), []);
    });

  it('never scrolls sideways', async () => {
    assert.deepEqual(await overflows(page), [0, 0]);
  });

  it('A20 has seen nothing that its browser complained about', () => {
    // Chromium itself notes each answer that is an error.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('422')),
      [],
    );
  });
});
