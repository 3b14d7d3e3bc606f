import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import {
  BACKTEST_PATH,
  type BacktestRequest,
  type TriedChange,
} from '../core/contracts/backtest.ts';
import {
  PREVIEW_PATH,
  type PreviewRequest,
  type PreviewResult,
} from '../core/contracts/scheduler.ts';
import { HttpError } from '../core/errors.ts';
import { job, type TestApi } from '../api/testing/api.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const SPEC = {
  goal: { prompt: 'prices', threshold: 60 },
  schedule: { interval: '15m' },
  conditions: [
    { name: 'sold-out', then: 'Alert', text: { contains: 'sold out' } },
    { name: 'grows', then: 'Require', size: { op: 'Gt', percent: 5 } },
  ],
};

interface Saved {
  readonly goal: { readonly prompt: string; readonly threshold: number };
  readonly tags: readonly string[];
  readonly conditions: readonly unknown[];
  readonly values: readonly unknown[];
}

const IDS = [1, 2, 3, 4, 5, 6].map((at) => `00000000-0000-4000-8000-00000000000${at}`);

function tried(checkId: string, judged: boolean): TriedChange {
  const told = judged && checkId !== IDS[0];
  return {
    checkId,
    at: '2026-03-09T12:00:00.000Z',
    sources: ['page'],
    then: {
      outcome: 'Suppressed',
      reason: 'noMatch',
      verdict: 'no_match',
      relevance: 5,
      summary: 'Only hours.',
    },
    now: {
      outcome: judged ? (told ? 'Alerted' : 'Suppressed') : 'Unasked',
      reason: judged ? (told ? null : 'noMatch') : 'notAsked',
      verdict: judged ? (told ? 'match' : 'no_match') : null,
      relevance: judged ? 90 : null,
      summary: '',
      alerts: told ? ['Price: 40 € → 35 €'] : [],
      problems: [],
      tokensIn: judged ? 1000 : 0,
      tokensOut: 0,
      costUsd: judged ? '0.004' : '0',
      most: judged ? null : { tokens: 50_000, costUsd: '0.04' },
    },
  };
}

interface Shot {
  readonly base64: string;
  readonly width: number;
  readonly height: number;
}

/** A picture that a browser can show. */
const webpOf = (page: Page): Promise<Shot> =>
  page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 300 });
    const brush = canvas.getContext('2d');
    brush.fillStyle = '#fff';
    brush.fillRect(0, 0, 400, 300);
    brush.fillStyle = '#222';
    brush.font = '24px sans-serif';
    brush.fillText('40 €', 100, 95);
    brush.fillText('12 in stock', 100, 220);
    return { base64: canvas.toDataURL('image/webp').split(',')[1], width: 400, height: 300 };
  })()`);

const box = (left: number, top: number, width: number, height: number) => ({
  left,
  top,
  width,
  height,
});

function previewOf(text: string, pictured: boolean, shot: Shot): PreviewResult {
  const elements = [
    { ...box(0, 0, 400, 300), selector: 'main', label: '40 € 12 in stock' },
    { ...box(80, 60, 120, 50), selector: '#price', label: '40 €' },
    { ...box(80, 190, 160, 50), selector: '.stock', label: '12 in stock' },
  ];
  return {
    sources: [
      {
        source: 'page',
        outcome: 'page',
        title: 'Shop',
        finalUrl: 'https://example.org/',
        status: 200,
        extractor: 'http@1',
        text,
        normalised: text,
        problem: null,
        hunks: [],
        warnings: [],
        ...(pictured ? { picture: { ...shot, elements } } : {}),
      },
    ],
    conditions: [],
    verdict: null,
    judging: { model: 'model-1', tokensIn: 5000, tokensOut: 300, costUsd: '0.0057' },
    tokensIn: 0,
    tokensOut: 0,
    costUsd: '0',
  };
}

/** Each value reads the price, but the stock is found nowhere. */
const withValues = (
  result: PreviewResult,
  rules: readonly { readonly name: string }[],
): PreviewResult => ({
  ...result,
  sources: result.sources.map((source) => ({
    ...source,
    values: rules.map(({ name }) =>
      name === 'stock'
        ? { name, number: null, unit: null, why: 'notFound', found: '' }
        : { name, number: '1299.5', unit: 'EUR', why: null, found: '1.299,50 €' },
    ),
  })),
});

describe('a person who edits a monitor', function () {
  this.timeout(120_000);
  let api: TestApi;
  let visit: Visit;
  let page: Page;
  let complaints: string[];

  before(async () => {
    visit = await startVisit();
    ({ api, page, complaints } = visit);
    const made = await api.call('POST', '/api/v1/monitors', {
      token: api.tokens.admin,
      body: job('shop', SPEC),
    });
    assert.equal(made.status, 201, made.text);
    api.answers.set(BACKTEST_PATH, (body) => {
      const { checks = IDS, judge } = body as BacktestRequest;
      return {
        changes: checks.map((id) => tried(id, judge !== null)),
        more: false,
        since: '2026-02-09T12:00:00.000Z',
        model: 'model-1',
        tokensIn: 0,
        tokensOut: 0,
        costUsd: '0',
        facts:
          judge === null
            ? []
            : [{ fingerprint: 'f', origin: 'claim', source: 'page', subject: 's' }],
      };
    });
  });

  after(() => visit?.stop());

  const open = async (): Promise<void> => {
    await page.goto(`${visit.pages.publicUrl}/monitors/shop/edit`);
    await page.getByLabel('What matters').waitFor();
  };
  const stored = async () =>
    (await api.call('GET', '/api/v1/monitors/shop', { token: api.tokens.read })).json;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const isShown = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor();
  const asked = (): BacktestRequest[] =>
    api.sent.filter(([, path]) => path === BACKTEST_PATH).map((sent) => sent[2] as BacktestRequest);

  it('finds all of it in the form, and may save only what was changed', async () => {
    await open();
    assert.equal(await page.getByLabel('What matters').inputValue(), 'prices');
    assert.equal(await page.getByLabel('Every').inputValue(), '15');
    assert.equal(await page.getByLabel('Value').inputValue(), 'sold out');
    await isShown(/^grows: \{"size"/);
    assert.equal(await button('Save').isDisabled(), true);
  });

  it('sees the manifest beside the form as it will be saved', async () => {
    await page.getByLabel('What matters').fill('stock');
    await button('Manifest').click();
    const text = await page.getByLabel('Manifest as it will be saved').textContent();
    assert.match(text ?? '', /prompt: stock/);
    assert.match(text ?? '', /threshold: 60/);
  });

  it('tries the new goal on what was seen, for nothing at first', async () => {
    await button('Back-test').click();
    await button('Try on the last 30 days').click();
    await isShown(/Of 6 of 6 changes only a model can say/);
    await isShown(/costs at most \$0\.24/);
    const [first] = asked();
    assert.equal(first?.judge, null);
    assert.match(JSON.stringify(first?.spec), /"prompt":"stock"/);
  });

  it('asks the model up to the maximum, in parts, and sees what would have been told', async () => {
    await page.getByLabel('At most, in $').fill('0.1');
    await button('Ask the model').click();
    await isShown('Would have alerted 5 times in 30 days, cost $0.02. Then it never alerted.');
    const [, one, two] = asked();
    assert.deepEqual([one?.checks?.length, two?.checks?.length], [4, 2]);
    assert.deepEqual(
      [one?.judge?.maxCostUsd, two?.judge?.maxCostUsd, two?.facts.length],
      ['0.100000', '0.084000', 1],
    );
    assert.equal(await page.locator('.tried .other').count(), 5);
    await isShown('Price: 40 € → 35 €');
  });

  it('is told that the result is of other words, once more was typed', async () => {
    await page.getByLabel('What matters').fill('stock and prices');
    await isShown('You have typed since; try it again.');
  });

  it('reads why a model cannot be asked', async () => {
    const before = api.answers.get(BACKTEST_PATH);
    assert.ok(before);
    api.answers.set(BACKTEST_PATH, () => {
      throw new HttpError('unprocessable', 'spec.judge.model: none of the models is known');
    });
    await button('Try on the last 30 days').click();
    await isShown('spec.judge.model: none of the models is known');
    api.answers.set(BACKTEST_PATH, before);
    complaints.splice(0);
  });

  it('chooses a part on a picture, and sees what is seen then', async () => {
    const { width, height, base64 } = await webpOf(page);
    api.answers.set(PREVIEW_PATH, (body) => {
      const { spec, picture } = body as PreviewRequest;
      const { select } = (spec['sources'] as { select?: { include: string[] } }[])[0] ?? {};
      const text = select?.include[0] ?? 'the whole page';
      return withValues(
        previewOf(text, picture === true, { base64, width, height }),
        (spec['values'] ?? []) as { name: string }[],
      );
    });
    await button('Preview').click();
    await button('Choose a part').click();
    const shot = page.getByAltText('The page as a browser shows it');
    await shot.waitFor();
    const box = await shot.boundingBox();
    assert.ok(box);
    await shot.hover({ position: { x: box.width * 0.3, y: box.height * 0.3 } });
    await page.locator('.pointed', { hasText: '#price' }).waitFor();
    await shot.click({ position: { x: box.width * 0.3, y: box.height * 0.3 } });
    await page.getByLabel('Text of the page').getByText('#price').waitFor();
    assert.equal(await page.getByLabel('Only this part of the page').inputValue(), '#price');
  });

  it('chooses a part by keyboard, and the whole page again', async () => {
    await page.getByText('Parts of the page as a list').press('Enter');
    await page.getByLabel('Words of the part').fill('.stock');
    await page.keyboard.press('Tab');
    await page.locator('.picker .outline:not(.current)').waitFor();
    await page.keyboard.press('Enter');
    await page.getByLabel('Text of the page').getByText('.stock').waitFor();
    assert.equal(await page.getByLabel('Only this part of the page').inputValue(), '.stock');
    await button('The whole page again').click();
    await page.getByLabel('Text of the page').getByText('the whole page').waitFor();
    assert.equal(await page.getByLabel('Only this part of the page').inputValue(), '');
  });

  it('names a number that each check is to keep', async () => {
    await button('Add a value').click();
    const row = page.getByRole('group', { name: 'Value 1' });
    await row.getByLabel('Name').fill('price');
    await row.getByLabel('Selector').fill('#price');
    await row.getByLabel('Unit').fill('€');
  });

  it('sees what the number is now and what it was read from, or why there is none', async () => {
    await button('Add a value').click();
    const row = page.getByRole('group', { name: 'Value 2' });
    await row.getByLabel('Name').fill('stock');
    await row.getByLabel('Selector').fill('.gone');
    await button('Look again').click();
    const read = page.getByRole('region', { name: 'Preview' }).locator('dl.facts');
    await read.getByText('1,299.5 EUR from “1.299,50 €”').waitFor();
    await read.getByText('nothing was found by its selector').waitFor();
    await button('Remove value 2').click();
  });

  it('sees what it may cost, by an assumption that can be changed', async () => {
    await isShown('Then it is about 144 judgements in 30 days, about $0.82.');
    await page.getByLabel('A change that counts is found by').selectOption('5');
    await isShown('Then it is about 576 judgements in 30 days, about $3.28.');
  });

  it('is told that somebody else saved meanwhile, and keeps what was typed', async () => {
    const { spec } = await stored();
    const edited = { ...job('shop', SPEC), spec: { ...spec, tags: ['theirs'] } };
    const put = await api.call('PUT', '/api/v1/monitors/shop', {
      token: api.tokens.admin,
      body: edited,
    });
    assert.equal(put.status, 200, put.text);
    await button('Save').click();
    await button('Read it again, and keep what I typed').click();
    await button('Read it again, and keep what I typed').waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('Tags').inputValue(), 'theirs');
    assert.equal(await page.getByLabel('What matters').inputValue(), 'stock and prices');
    complaints.splice(0);
  });

  it('saves it, with all that the form does not know', async () => {
    await button('Save').click();
    await page.getByRole('heading', { name: 'shop', exact: true }).waitFor();
    const spec = (await stored()).spec as unknown as Saved;
    assert.deepEqual(
      [spec.goal.prompt, spec.goal.threshold, spec.tags, spec.conditions, spec.values],
      [
        'stock and prices',
        60,
        ['theirs'],
        [
          { name: 'sold-out', then: 'Alert', text: { contains: 'sold out', side: 'Appears' } },
          SPEC.conditions[1],
        ],
        [{ name: 'price', select: '#price', unit: '€' }],
      ],
    );
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`finds nothing that axe finds wrong beside a back-test, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await open();
      await button('Back-test').click();
      await button('Try on the last 30 days').click();
      await page.getByLabel('At most, in $').waitFor();
      assert.deepEqual(await axeViolations(page), []);
    });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`finds nothing that axe finds wrong beside a picture, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      await open();
      await button('Choose a part').click();
      await page.getByText('Parts of the page as a list').click();
      await page.getByRole('list', { name: 'Parts of the page' }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
    });

  it('never scrolls sideways', async () => {
    assert.deepEqual(await overflows(page), [0, 0]);
  });

  it('A20 has seen nothing that its browser complained about', () => {
    assert.deepEqual(complaints, []);
  });
});
