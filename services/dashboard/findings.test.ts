import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { TestApi } from '../api/testing/api.ts';
import { seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

describe('a person with findings', function () {
  this.timeout(120_000);
  let api: TestApi;
  let visit: Visit;
  let page: Page;
  let complaints: string[];

  before(async () => {
    visit = await startVisit();
    ({ api, page, complaints } = visit);
  });

  after(() => visit?.stop());

  beforeEach(async () => {
    const pool = api.db.pool('duckmon_owner');
    await api.db.pool('postgres').query('DELETE FROM findings');
    await withWorkspace(pool, 'team-a', async (tx) => {
      for (const [index, severity] of ['info', 'warning', 'critical'].entries())
        await seedFinding(tx, {
          title: `Finding ${index + 1}`,
          severity,
          last_seen_at: new Date(api.time.now.getTime() - index * 60_000),
        });
    });
    await page.goto(`${visit.pages.publicUrl}/findings`);
    await card(1).waitFor();
  });

  const card = (number: number) => page.getByRole('listitem', { name: `Finding ${number}` });
  const gone = (number: number): Promise<void> => card(number).waitFor({ state: 'detached' });
  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const states = async (): Promise<string[]> => {
    const { json } = await api.call('GET', '/api/v1/findings', { token: api.tokens.read });
    return json.items.map(({ state }: { state: string }) => state);
  };
  const focused = (): Promise<unknown> =>
    page.evaluate('document.activeElement.getAttribute("aria-label")');

  it('deals with one after the other by keyboard alone', async () => {
    await card(1).focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'Finding 2');
    await page.keyboard.press('a');
    await gone(2);
    assert.equal(await focused(), 'Finding 3');
    await page.keyboard.press('s');
    await gone(3);
    await page.keyboard.press('r');
    await gone(1);
    assert.deepEqual(await states(), ['resolved', 'acknowledged', 'snoozed']);
    await isShown('No open findings.');
    await page.getByRole('button', { name: 'resolved' }).click();
    await card(1).focus();
    await page.keyboard.press('o');
    await gone(1);
    assert.deepEqual(await states(), ['open', 'acknowledged', 'snoozed']);
  });

  it('says by one key that a finding was right or wrong, and takes that back by the same', async () => {
    const ratings = async (): Promise<unknown[]> => {
      const { json } = await api.call('GET', '/api/v1/findings', { token: api.tokens.read });
      return json.items.map(({ rating }: { rating: unknown }) => rating);
    };
    const pressed = (name: string): Promise<void> =>
      card(2).getByRole('button', { name, pressed: true }).waitFor();
    await card(2).focus();
    await page.keyboard.press('-');
    await pressed('Wrong');
    await page.keyboard.press('+');
    await pressed('Right');
    assert.deepEqual(await ratings(), [null, 'up', null]);
    await page.keyboard.press('+');
    await card(2).getByRole('button', { name: 'Right', pressed: false }).waitFor();
    assert.deepEqual(await ratings(), [null, null, null]);
  });

  it('says on its page why it was wrong', async () => {
    await card(1).getByRole('link', { name: 'Finding 1' }).click();
    const thumbs = page.getByRole('group', { name: 'Was this right?' });
    await thumbs.getByRole('button', { name: 'Wrong' }).click();
    await thumbs.getByLabel('Why').fill('only the date changed');
    await thumbs.getByRole('button', { name: 'Save' }).click();
    await page.reload();
    assert.equal(await thumbs.getByLabel('Why').inputValue(), 'only the date changed');
    await thumbs.getByText('0 right, 1 wrong').waitFor();
    assert.deepEqual(await axeViolations(page), []);
  });

  it('does nothing by a key that is meant for a button or the browser', async () => {
    await card(1).getByRole('button', { name: 'Resolve' }).focus();
    await page.keyboard.press('a');
    await card(1).focus();
    await page.keyboard.press('Control+a');
    assert.deepEqual(await states(), ['open', 'open', 'open']);
  });

  it('resolves several at once', async () => {
    await card(1).focus();
    await page.keyboard.press('x');
    await page.getByLabel('Select Finding 3').check();
    await isShown('2 selected');
    await page
      .getByRole('group', { name: 'With the selected findings' })
      .getByRole('button', { name: 'Resolve' })
      .click();
    await isShown('2 findings resolved.');
    await gone(1);
    assert.deepEqual(await states(), ['resolved', 'open', 'resolved']);
  });

  it('keeps to a severity, and finds that again by the address', async () => {
    await page.getByLabel('Severity').selectOption('critical');
    await gone(1);
    await page.reload();
    await card(3).waitFor();
    assert.equal(await card(1).count(), 0);
  });

  it('sees what others do as it happens', async () => {
    const { json } = await api.call('GET', '/api/v1/findings', { token: api.tokens.read });
    const path = `/api/v1/findings/${json.items[0].id}/resolve`;
    await api.call('POST', path, { token: api.tokens.write, body: {} });
    await gone(1);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds wrong, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.getByLabel('Select Finding 1').check();
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page), [0, 0]);
    });

  it('A20 has seen nothing that its browser complained about', () => {
    assert.deepEqual(complaints, []);
  });

  it('is asked to sign in again when the session is over, without a reload', async () => {
    const revoked = await api.db
      .pool('postgres')
      .query("UPDATE sessions SET revoked_at = '2026-03-01T11:00:00Z'");
    assert.equal(revoked.rowCount, 1);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
});
