import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import {
  fetchResult,
  MOST_BOXES,
  type FetchRequest,
  type FetchResult,
  type WordBox,
} from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { openPixels, type Pixels, type Place } from '../testing/pixels.ts';
import { requestOf } from '../testing/request.ts';
import { boxesOn, measure, type FoundWord, type Measured } from './boxes.ts';
import { ProtocolError } from './connection.ts';
import type { Tab } from './tab.ts';

const RED = 'background:#f00;color:#fff';
const MARKED = `<b style="${RED}">planted quote</b>`;

describe('the boxes of a picture', function () {
  this.timeout(30_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  let pixels: Pixels;
  before(async () => {
    [site, proxy, pixels] = await Promise.all([startSite(), startProxy(), openPixels()]);
    bench = createChromiumBench(proxy.url, {
      settleCapMs: 1500,
      caps: { screenshotHeight: 3000 },
    });
  });
  after(async () => {
    await Promise.all([bench.close(), pixels.close()]);
    await Promise.all([proxy.close(), site.close()]);
  });

  type PageResult = Extract<FetchResult, { kind: 'page' }>;
  const visit = async (
    html: string,
    asked: Partial<FetchRequest> = { boxes: {} },
  ): Promise<PageResult> => {
    site.set('boxes', `<!doctype html>${html}`);
    const request = requestOf(`${site.url}/boxes`, {}, { screenshot: true, ...asked });
    const result = fetchResult.parse(JSON.parse(JSON.stringify(await bench.fetch(request))));
    assert.ok(result.kind === 'page', JSON.stringify(result));
    return result;
  };
  const boxes = async (html: string, asked?: FetchRequest['boxes']): Promise<WordBox[]> =>
    (await visit(html, { boxes: asked ?? {} })).boxes ?? [];
  const words = async (html: string, asked?: FetchRequest['boxes']): Promise<string[]> =>
    (await boxes(html, asked)).map(([word]) => word);

  /** The place around the boxes of some words. */
  const around = (all: readonly WordBox[], some: readonly string[]): Place => {
    const those = all.filter(([word]) => some.includes(word));
    const left = Math.min(...those.map((box) => box[1]));
    const top = Math.min(...those.map((box) => box[2]));
    const right = Math.max(...those.map((box) => box[1] + box[3]));
    const bottom = Math.max(...those.map((box) => box[2] + box[4]));
    return [left, top, right - left, bottom - top];
  };

  const stands: Readonly<Record<string, string>> = {
    'in a paragraph': `<p>It says: ${MARKED} and more.</p>`,
    'far below the window': `<p style="margin-top:2000px">It says: ${MARKED}</p>`,
    'below what is as high as the window': `<div style="height:100vh">hero</div>${MARKED}<div style="height:1500px">x</div>`,
    'in a page that scrolled itself': `<p style="margin-top:1200px">${MARKED}</p><div style="height:1500px">x</div><script>scrollTo(0, 900)</script>`,
    'at the lower edge of the window, always': `<div style="height:2500px">x</div><div style="position:fixed;bottom:0">${MARKED}</div>`,
    'in what is turned larger': `<div style="transform:scale(1.5) translate(90px,60px);width:300px">${MARKED}</div>`,
    'in a wide page that reads from the right': `<html dir="rtl"><body><div style="width:3000px">${MARKED}</div>`,
    'in a shadow tree': `<div id="host"></div><script>host.attachShadow({ mode: 'open' }).innerHTML = '<p>${MARKED}</p>'</script>`,
    'in a page that hides the names that we use': `<form name="createRange"></form><img name="getSelection">${MARKED}<script>Range = null; Element.prototype.getBoundingClientRect = () => ({})</script>`,
  };
  for (const [where, html] of Object.entries(stands))
    it(`stand over the words that the picture shows: ${where}`, async () => {
      const { boxes: found = [], screenshot } = await visit(html);
      const place = around(found, ['planted', 'quote']);
      const shown = await pixels.placeOf(screenshot?.base64 ?? '', 'red');
      const isNear = place.every((edge, at) => Math.abs(edge - (shown[at] ?? Infinity)) <= 2);
      assert.ok(isNear, `${place.join()} where ${shown.join()} is red`);
    });

  it('are not of what nobody sees, nor of what is no text', async () => {
    const hidden =
      '<p hidden>a</p><p style="color:#fff">b</p><script>c</script><p style="position:absolute;left:-999px">d</p><details><summary>shown</summary>e</details><select><option>f</select>';
    assert.deepEqual(await words(hidden), ['shown']);
  });

  it('are not of what a part that scrolls does not show', async () => {
    const scrolling = `<div style="width:100px;height:40px;overflow:auto;line-height:20px">one<br>two<br>three<br>four</div>`;
    assert.deepEqual(await words(scrolling), ['one', 'two']);
  });

  it('are not of what lies below the end of the picture', async () => {
    const long = `above<p style="margin-top:3100px">below</p>`;
    assert.deepEqual(await words(long), ['above']);
  });

  it('are of the parts that are watched where these are found, else of the whole page', async () => {
    const parts = '<main>one <i>two</i></main><p>three</p>';
    assert.deepEqual(await words(parts, { include: ['main'], exclude: ['i'] }), ['one']);
    assert.deepEqual(await words(parts, { include: ['#gone', '<'] }), ['one', 'two', 'three']);
  });

  it('of a word that goes on in the next line are two, the second without its text', async () => {
    const broken = await boxes(
      '<p style="font:20px monospace;width:120px;line-break:anywhere">abcdefghijklmnop</p>',
    );
    assert.deepEqual(
      broken.map(([word]) => word),
      ['abcdefghijklmnop', ''],
    );
    assert.ok((broken[1]?.[2] ?? 0) > (broken[0]?.[2] ?? Infinity));
  });

  it('are of each character where a script has no spaces', async () => {
    assert.deepEqual(await words('<p>価格は40€</p>'), ['価', '格', 'は', '40€']);
  });

  it('D16 are text and numbers of this picture, whatever the page says', async () => {
    const [payload, at] = ['<img src=x onerror=alert(1)>', 'position:absolute;left:1e30px'];
    const found = await boxes(
      `<p></p><i style="${at}">far</i><script>document.querySelector('p').textContent = '${payload}'</script>`,
    );
    assert.deepEqual(
      found.map(([word]) => word),
      ['<img', 'src=x', 'onerror=alert(1)>'],
    );
  });

  it('C25 are bounded, however many words there are', async () => {
    const many = `<p style="font-size:1px">${'a '.repeat(100_000)}</p>`;
    assert.equal((await boxes(many)).length, MOST_BOXES);
  });

  it('are measured only when they are asked for', async () => {
    const result = await visit(MARKED, {});
    assert.ok(result.screenshot && !('boxes' in result));
    const unpictured = await visit(MARKED, { screenshot: false, boxes: {} });
    assert.ok(!('boxes' in unpictured));
  });

  it('take whole numbers within the picture, and leave out what is none', () => {
    const found: FoundWord[] = [
      ['cut', -10, -10.4, 20, 30],
      ['far', 500, 0, 10, 10],
      ['nowhere', Number.NaN, 0, 10, 10],
      ['endless', 90.6, 0, Infinity, 9.5],
    ];
    assert.deepEqual(
      boxesOn({ words: found, window: { pageX: 0, pageY: 0 } }, { width: 100, height: 100 }),
      [
        ['cut', 0, 0, 10, 20],
        ['endless', 91, 0, 9, 10],
      ],
    );
  });
});

describe('the boxes of a page that changes while it is measured', () => {
  const answers: Readonly<Record<string, unknown>> = {
    'Page.getLayoutMetrics': { cssLayoutViewport: { pageX: 0, pageY: 0 } },
    'Page.createIsolatedWorld': { executionContextId: 1 },
  };
  const measured = (
    evaluate: () => unknown,
    secrets: readonly string[] = [],
  ): Promise<Measured> => {
    const send = async (method: string): Promise<unknown> =>
      method === 'Runtime.evaluate' ? evaluate() : answers[method];
    return measure({ session: { send }, targetId: 't' } as unknown as Tab, {}, secrets);
  };
  const shows =
    (...words: string[]) =>
    (): unknown => ({
      result: { value: words.map((word) => [word, 0, 0, 9, 9]) },
    });

  it('E9 are none once it shows something of the login, also in pieces', async () => {
    const secret = ['correct horse'];
    assert.equal((await measured(shows('a', 'horse'), secret)).words.length, 2);
    for (const words of [
      ['correct', 'horse'],
      ['corr', 'ect ho', 'rse'],
    ])
      assert.deepEqual((await measured(shows(...words), secret)).words, []);
  });

  it('are none when it has gone on, which fails nothing', async () => {
    const moved = await measured(() => {
      throw new ProtocolError('Cannot find context with specified id');
    });
    assert.deepEqual(moved.words, []);
    const answer = measured(() => ({ result: { value: { words: 'none' } } }));
    assert.deepEqual((await answer).words, []);
  });
});
