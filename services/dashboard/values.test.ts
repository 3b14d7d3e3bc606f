import assert from 'node:assert/strict';
import type { Page, Response } from 'playwright-core';
import { job, type TestApi } from '../api/testing/api.ts';
import { newId } from '../core/ids.ts';
import { insertRow, seedCheck } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const STEP_MS = 30 * 60_000;
const CHECKS = 48;

describe('a person with a monitor that reads numbers', function () {
  this.timeout(120_000);
  let api: TestApi;
  let visit: Visit;
  let page: Page;
  let complaints: string[];
  let start: Date;

  before(async () => {
    visit = await startVisit();
    ({ api, page, complaints } = visit);
    const { now } = api.time;
    start = new Date(now.getTime() - CHECKS * STEP_MS);
    // the page asks for the time before its own now
    await page.clock.setFixedTime(now);
    for (let ahead = 0; ahead < 3; ahead += 1)
      await api.db.ensureDays(
        new Date(start.getTime() + ahead * 86_400_000).toISOString().slice(0, 10),
      );
    const values = [
      { name: 'price', select: '.price', unit: '€' },
      { name: 'stock', regex: '(.*) left' },
    ];
    for (const [name, spec] of [
      ['duck', { values, description: 'The price of the duck' }],
      ['goose', {}],
    ] as const) {
      const made = await api.call('POST', '/api/v1/monitors', {
        token: api.tokens.write,
        body: job(name, spec),
      });
      assert.equal(made.status, 201, made.text);
    }
    await seed();
  });
  after(() => visit?.stop());

  /** A price that falls step by step, and is not there for two checks; a stock that is always 12. */
  const seed = (): Promise<void> =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      for (let index = 0; index < CHECKS; index += 1) {
        const at = new Date(start.getTime() + index * STEP_MS);
        const row = { workspace_id: 'team-a', monitor: 'duck', source: 'page', at };
        const isLost = index === 20 || index === 21;
        const number = String(1300 - 10 * Math.floor(index / 8) - (index === 30 ? 200 : 0));
        await insertRow(tx, 'value_points', {
          ...row,
          check_id: newId(),
          retention_days: 30,
          name: 'price',
          ...(isLost
            ? { why: 'ambiguous', found: '<b>49 €</b> · 35 €' }
            : { number, unit: 'EUR', found: `${number} €` }),
        });
        await insertRow(tx, 'value_points', {
          ...row,
          check_id: newId(),
          retention_days: 30,
          name: 'stock',
          number: '12',
          unit: 'pieces',
          found: '12 pieces',
        });
      }
    });
  const open = (place: string): Promise<unknown> => page.goto(visit.pages.publicUrl + place);
  const chart = () => page.getByRole('slider', { name: /^Chart of price\./ });

  it('sees the line of the first value in the list, and the checks of the others', async () => {
    await open('/');
    const line = page.getByRole('img', {
      name: 'price: 1,250 €; 24 checks, between 1,070 € and 1,270 €',
    });
    await line.waitFor();
    assert.equal(await line.locator('polyline').count(), 1);
    assert.equal(await page.getByRole('img', { name: /^stock/ }).count(), 0);
    assert.deepEqual(await axeViolations(page), []);
  });

  it('gets what draws only with a chart', async () => {
    const scripts: string[] = [];
    const collect = (response: Response): void => {
      if (response.url().endsWith('.js')) scripts.push(response.url());
    };
    page.on('response', collect);
    await open('/monitors/duck');
    await page.getByRole('link', { name: 'Values' }).waitFor();
    assert.ok(!scripts.some((url) => url.includes('valueChart')));
    await page.getByRole('link', { name: 'Values' }).click();
    await chart().locator('canvas').waitFor();
    page.off('response', collect);
    assert.ok(scripts.some((url) => url.includes('valueChart')));
  });

  it('reads what the chart shows in words', async () => {
    await page.getByText('1,250 € at last, between 1,070 € and 1,300 €.').waitFor();
    await page.getByText('12 pieces at every check.').waitFor();
  });

  it('goes through the chart by keys', async () => {
    const told = () => chart().getAttribute('aria-valuetext');
    await chart().focus();
    await page.keyboard.press('Home');
    assert.match((await told()) ?? '', /: 1,300 €$/);
    for (let times = 0; times < 20; times += 1) await page.keyboard.press('ArrowRight');
    assert.match((await told()) ?? '', /: no number$/);
    await page.keyboard.press('End');
    assert.match((await told()) ?? '', /: 1,250 €$/);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await chart().getAttribute('aria-valuenow'), String(CHECKS - 2));
  });

  it('D16 is told why there is a gap, and the page says it in words only', async () => {
    const gaps = page.getByRole('list', { name: 'Times without a number of price' });
    assert.equal(await gaps.getByRole('listitem').count(), 1);
    assert.match(
      (await gaps.textContent()) ?? '',
      /different numbers were found: “<b>49 €<\/b> · 35 €”/,
    );
    assert.equal(await gaps.locator('b').count(), 0);
  });

  it('reads the same numbers in a table', async () => {
    await page.getByText('The numbers of price as a table').click();
    const rows = page.getByRole('region', { name: 'Numbers of price' }).locator('tbody tr');
    assert.equal(await rows.count(), CHECKS);
    assert.match((await rows.first().textContent()) ?? '', /1,250 €1,250 €1,250 €1$/);
    assert.match((await rows.nth(CHECKS - 21).textContent()) ?? '', /–––11: different numbers/);
  });

  it('chooses how far back', async () => {
    await page.getByRole('button', { name: 'Day', exact: true }).click();
    await page.getByText('12 pieces at every check.').waitFor();
    assert.equal(
      await page.getByRole('button', { name: 'Day', exact: true }).getAttribute('aria-pressed'),
      'true',
    );
  });

  it('sees in a check what it read, and why it read nothing', async () => {
    const price = { name: 'price', number: '1299.5', unit: 'EUR', why: null, found: '1.299,50 €' };
    const stock = { name: 'stock', number: null, unit: null, why: 'notFound', found: '' };
    const id = await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      seedCheck(tx, {
        monitor: 'duck',
        at: start,
        sources: JSON.stringify([{ source: 'page', values: [price, stock] }]),
      }),
    );
    await open(`/checks/${id}`);
    await page.getByText('1,299.5 EUR from “1.299,50 €”').waitFor();
    await page.getByText('nothing was found by its selector').waitFor();
    assert.deepEqual(await axeViolations(page), []);
  });

  it('has no such page where nothing is read', async () => {
    await open('/monitors/goose');
    await page.getByRole('link', { name: 'History' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Values' }).count(), 0);
  });

  it('may use it with any eyes and any screen', async () => {
    await open('/monitors/duck?part=values');
    await chart().locator('canvas').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    await chart().locator('canvas').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(await overflows(page), [0, 0]);
    assert.deepEqual(complaints, []);
  });
});
