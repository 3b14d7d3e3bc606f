import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startProxy } from '../../scripts/testing/site/proxy.ts';
import { startSite } from '../../scripts/testing/site/site.ts';
import type { TestApi } from '../api/testing/api.ts';
import { createChromiumBench } from '../browser/testing/chromiumBench.ts';
import { openPixels, type Place } from '../browser/testing/pixels.ts';
import { requestOf } from '../browser/testing/request.ts';
import type { FetchResult } from '../core/contracts/browser.ts';
import { newId } from '../core/ids.ts';
import { putBlob } from '../store/blobs.ts';
import { seedCheck, seedFinding, seedSnapshot, seedVerdict } from '../store/testing/rows.ts';
import { withWorkspace, type Tx } from '../store/workspace.ts';
import { axeViolations } from './testing/axe.ts';
import { overflows } from './testing/pages.ts';
import { startVisit, type Visit } from './testing/visit.ts';

const QUOTE = 'Price: 35 €';
const PAYLOAD = '<img src=x onerror=alert(1)>';
const SHOP = `<!doctype html><html lang="en"><title>Rubber ducks</title>
  <body style="font:18px sans-serif;margin:40px"><h1>Rubber ducks</h1>
  <p>${'A duck for each bath, and a bath for each duck. '.repeat(30)}</p>
  <p>Now <b style="background:#f00;color:#fff">${QUOTE}</b> as long as stocks last.</p>
  <p id="odd"></p><div style="height:1200px"></div><p>Open daily. Open on Sundays.</p>
  <script>odd.textContent = ${JSON.stringify(PAYLOAD)}</script></body></html>`;
const AT = new Date('2026-03-01T11:00:00Z');

const claim = (quote: string, side = 'after') => ({
  source: 'page',
  kind: 'changed',
  subject: 'Price',
  before: '40 €',
  after: '35 €',
  quote,
  side,
});
const CLAIMS = [
  claim(QUOTE),
  claim('Open'),
  claim('Price: 40 €', 'before'),
  claim('Sold out'),
  claim(PAYLOAD),
];

/** A real picture of the page, with the places of its words and of its red. */
async function picturePage(): Promise<Extract<FetchResult, { kind: 'page' }> & { red: Place }> {
  const [site, proxy, pixels] = await Promise.all([startSite(), startProxy(), openPixels()]);
  const bench = createChromiumBench(proxy.url, { settleCapMs: 1500 });
  try {
    site.set('shop', SHOP);
    const asked = { screenshot: true, boxes: {} };
    const result = await bench.fetch(requestOf(`${site.url}/shop`, {}, asked));
    assert.ok(result.kind === 'page' && result.screenshot, JSON.stringify(result));
    return { ...result, red: await pixels.placeOf(result.screenshot.base64, 'red') };
  } finally {
    await Promise.all([bench.close(), pixels.close(), proxy.close(), site.close()]);
  }
}

describe('a person who looks at the proof on a screenshot', function () {
  this.timeout(120_000);
  let visit: Visit;
  let api: TestApi;
  let page: Page;
  let picture: Awaited<ReturnType<typeof picturePage>>;
  const [check, older, finding] = [newId(), newId(), newId()];

  const seed = async (tx: Tx): Promise<void> => {
    const put = (content: Uint8Array, mediaType: string): Promise<string> =>
      putBlob(tx, 'team-a', { content, mediaType, keepUntil: new Date('2027-01-01') }, AT);
    const { screenshot, boxes } = picture;
    assert.ok(screenshot);
    const { width, height } = screenshot;
    const places = JSON.stringify({ width, height, words: boxes });
    const shot = {
      at: AT,
      title: 'Rubber ducks',
      text_blob: await put(Buffer.from(picture.page.text), 'text/plain'),
      screenshot_blob: await put(Buffer.from(screenshot.base64, 'base64'), 'image/webp'),
    };
    const boxes_blob = await put(Buffer.from(places), 'application/json');
    for (const [id, own] of [
      [check, { boxes_blob }],
      [older, {}],
    ] as const) {
      const verdict = { verdict: 'match', relevance: 90, summary: 'It fell.', reason: '' };
      const verdictId = await seedVerdict(tx, {
        check_id: id,
        at: AT,
        verdict: JSON.stringify({ ...verdict, claims: CLAIMS, droppedClaims: [] }),
      });
      await seedCheck(tx, { id, at: AT, outcome: 'Alerted', verdict_id: verdictId });
      await seedSnapshot(tx, { ...shot, ...own, check_id: id });
    }
    await seedFinding(tx, { id: finding, check_id: check, claims: JSON.stringify(CLAIMS) });
  };

  before(async () => {
    picture = await picturePage();
    visit = await startVisit();
    ({ api, page } = visit);
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', seed);
  });
  after(() => visit?.stop());

  const open = async (path: string): Promise<void> => {
    await page.goto(`${visit.pages.publicUrl}/${path}`);
    const image = page.locator('.proof img');
    await image.waitFor();
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction("document.querySelector('.proof img')?.naturalWidth > 1");
  };
  const list = () => page.getByRole('list', { name: 'Quotes on the screenshot of page' });
  const marks = (quote: string) => page.locator(`.quoted[data-quote="${quote}"]`);
  const boxOf = async (what: ReturnType<typeof marks>): Promise<Place> => {
    const box = await what.boundingBox();
    assert.ok(box);
    return [box.x, box.y, box.width, box.height];
  };

  for (const [name, path] of [
    ['check', `checks/${check}`],
    ['finding', `findings/${finding}`],
  ] as const)
    for (const width of [1440, 390])
      it(`sees a box over the quoted words of a ${name}, ${width} px wide`, async () => {
        await page.setViewportSize({ width, height: 900 });
        await open(path);
        const image = await boxOf(page.locator('.proof img'));
        const scale = image[2] / (picture.screenshot?.width ?? Number.NaN);
        const [left, top, across, down] = picture.red.map((edge) => edge * scale);
        const box = await boxOf(marks(QUOTE));
        const wanted = [image[0] + (left ?? 0), image[1] + (top ?? 0), across ?? 0, down ?? 0];
        const isOver = box.every((edge, at) => Math.abs(edge - (wanted[at] ?? Infinity)) <= 2);
        assert.ok(isOver, `${box.join()} where the words are at ${wanted.join()}`);
      });

  it('reads where each quote stands, and which one the screenshot does not show', async () => {
    await open(`checks/${check}`);
    const lines = await list().getByRole('listitem').allTextContents();
    const [left, top] = picture.red;
    assert.match(lines[0] ?? '', new RegExp(`^${QUOTE} [\\d,]+ px from the top, ${left} px`));
    const written = Number(/([\d,]+) px from the top/.exec(lines[0] ?? '')?.[1]?.replace(',', ''));
    assert.ok(Math.abs(written - top) <= 2, `${written}, not ${top}`);
    assert.match(lines[1] ?? '', /^Open .* and at 1 more place$/);
    assert.match(lines[2] ?? '', /^Price: 40 € is of the page before/);
    assert.match(lines[3] ?? '', /^Sold out is not found on the screenshot$/);
  });

  it('goes by keyboard to where a quote stands, and reads it there', async () => {
    await open(`checks/${check}`);
    await list().getByRole('button', { name: 'Open' }).focus();
    const mark = marks('Open').first();
    await mark.locator('.said').waitFor();
    await page.keyboard.press('Enter');
    const [, top] = await boxOf(mark);
    const [, frameTop, , frameHeight] = await boxOf(page.locator('.proof .frame'));
    assert.ok(top >= frameTop && top < frameTop + frameHeight, `${top} in ${frameTop}`);
    assert.equal(await marks(QUOTE).locator('.said').isVisible(), false);
  });

  it('D16 reads what a page says of its words as text, and runs nothing of it', async () => {
    await open(`checks/${check}`);
    assert.equal(await marks(PAYLOAD).locator('.said').textContent(), PAYLOAD);
    assert.equal(await page.locator('.proof img').count(), 1);
    assert.deepEqual(visit.complaints, []);
  });

  it('is told when the places were not measured, and sees the picture all the same', async () => {
    await open(`checks/${older}`);
    await page.getByText('Where the quotes stand was not measured on this screenshot.').waitFor();
    assert.equal(await page.locator('.quoted').count(), 0);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds wrong, in the ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(`findings/${finding}`);
      await list().getByRole('button').first().focus();
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await overflows(page), [0, 0]);
    });
});
