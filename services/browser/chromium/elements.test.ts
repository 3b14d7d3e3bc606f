import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { fetchResult, type PictureElement } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { createHttpBench, type HttpBench } from '../testing/httpBench.ts';
import { requestOf } from '../testing/request.ts';
import { isGenerated } from './inPage/elements.ts';

const PAGE = `<!doctype html><title>Shop</title><main>
  <h1>Ducks</h1>
  <div id="price-box"><span class="css-1x2y3z">Price</span> <b class="sc-aXbYz amount">40 €</b></div>
  <p data-testid="stock">12 in stock</p>
  <p id="ember1234" class="hQwPkx">Ships today</p>
  <ul><li>one</li><li>two</li><li aria-label="the third">three</li></ul>
  <p hidden>unseen</p><p style="position:absolute;left:-9999px">far away</p>
</main><footer role="contentinfo">Imprint</footer>`;

describe('the elements of a picture', function () {
  this.timeout(30_000);
  let site: Site;
  let proxy: TestProxy;
  let http: HttpBench;
  let bench: ChromiumBench;
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
    http = createHttpBench(proxy.url);
    bench = createChromiumBench(proxy.url, { overHttp: http.fetcher, settleCapMs: 1500 });
  });
  after(async () => {
    await bench.close();
    await http.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  const listed = async (html: string): Promise<readonly PictureElement[]> => {
    site.set('pick', html);
    const asked = { via: 'browser', screenshot: true, elements: true } as const;
    const result = await bench.fetch(requestOf(`${site.url}/pick`, {}, asked));
    const parsed = fetchResult.parse(JSON.parse(JSON.stringify(result)));
    assert.ok(parsed.kind === 'page');
    return parsed.elements ?? [];
  };
  const selectorOf = (elements: readonly PictureElement[], label: string): string | undefined =>
    elements.findLast((element) => element.label === label)?.selector;

  it('have selectors of what their authors named, and none of what a build tool did', async () => {
    const elements = await listed(PAGE);
    assert.deepEqual(
      [
        'Ducks',
        'Price 40 €',
        'Price',
        '40 €',
        '12 in stock',
        'Ships today',
        'two',
        'three',
        'Imprint',
      ].map((label) => selectorOf(elements, label)),
      [
        'h1',
        '#price-box',
        '#price-box > span',
        'b.amount',
        '[data-testid="stock"]',
        'main > p:nth-of-type(2)',
        'main > ul > li:nth-of-type(2)',
        '[aria-label="the\\ third"]',
        '[role="contentinfo"]',
      ],
    );
  });

  it('are found again by their selectors, each alone', async () => {
    for (const { selector, label } of await listed(PAGE)) {
      const select = { include: [selector] };
      const result = await bench.fetch(
        requestOf(`${site.url}/pick`, { select }, { via: 'browser' }),
      );
      assert.ok(result.kind === 'page', `${selector}: ${JSON.stringify(result)}`);
      const bare = (text: string): string => text.replaceAll(/[#\-|\s]+/g, '').slice(0, 30);
      assert.equal(bare(result.page.text), bare(label), selector);
    }
  });

  it('lie where the picture shows them, and what nobody sees is not among them', async () => {
    const elements = await listed(
      '<body style="margin:0"><p id="low" style="position:absolute;left:30px;top:900px;width:200px;height:40px;margin:0">deep</p><p hidden>unseen</p>',
    );
    assert.deepEqual(elements, [
      { left: 30, top: 900, width: 200, height: 40, selector: '#low', label: 'deep' },
    ]);
  });

  it('lie where the picture shows them in a wide page that reads from the right and scrolled itself', async () => {
    const [element] = await listed(
      '<!doctype html><html dir="rtl"><body style="margin:0"><div style="width:3000px;height:2000px"></div><p id="first" style="position:absolute;right:40px;top:900px;width:200px;height:40px;margin:0">far right</p><script>scrollTo(-300, 600)</script>',
    );
    // the picture is 3,000 wide and begins at the left end
    assert.deepEqual([element?.left, element?.top], [2760, 900]);
  });

  it('are bounded, the larger ones first', async () => {
    const elements = await listed(
      `<section id="all" style="font:8px sans-serif">${Array.from({ length: 900 }, (_none, at) => `<p style="margin:0">line ${at}</p>`).join('')}</section>`,
    );
    assert.ok(elements.length === 400, String(elements.length));
    assert.equal(elements[0]?.selector, '#all');
  });

  it('are not listed unless they are asked for', async () => {
    site.set('pick', PAGE);
    const result = await bench.fetch(
      requestOf(`${site.url}/pick`, {}, { via: 'browser', screenshot: true }),
    );
    assert.ok(result.kind === 'page' && result.elements === undefined);
  });

  it('know the names that tools make', () => {
    const made = [
      'css-1x2y3z',
      'sc-aXbYz',
      'ember1234',
      'hQwPkx',
      'jss42',
      '_ngcontent-abc',
      ':r1:',
      'Card__title--x8Kd2',
    ];
    assert.deepEqual(
      made.filter((name) => !isGenerated(name)),
      [],
    );
    const kept = ['price', 'product-title', 'main-content', 'stock', 'col-2', 'nav', 'btn-buy'];
    assert.deepEqual(kept.filter(isGenerated), []);
  });
});
