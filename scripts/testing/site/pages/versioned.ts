/** Pages whose content changes when the test advances them. */
import { html, send, documentOf, type Pages } from '../page.ts';

const PRICES = ['40.00', '35.00', '35.00', '52.50'];
const NEWS = ['Alpha opens', 'Beta closes', 'Gamma moves', 'Delta waits'];

const items = (texts: readonly string[]): string =>
  `<h1>News</h1><ul>${texts.map((text) => `<li>${text}</li>`).join('')}</ul>`;

/** Rotates a list by `by` places. */
const rotate = <T>(list: readonly T[], by: number): T[] => [
  ...list.slice(by % list.length),
  ...list.slice(0, by % list.length),
];

export const versionedPages: Pages = {
  static: html(
    'Shop',
    ({ version }) =>
      `<h1>Blue chair</h1><p>Price: EUR ${PRICES[version % PRICES.length]}</p>
       <p class="stock">In stock</p><div hidden>secret offer</div><script>var x = 1;</script>`,
  ),
  reorder: html('News', ({ version }) => items(rotate(NEWS, version))),
  swap: html('Prices', ({ version }) => {
    const [basic, pro] = version % 2 === 0 ? ['10', '20'] : ['20', '10'];
    return `<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Basic</td><td>${basic}</td></tr>
      <tr><td>Pro</td><td>${pro}</td></tr></table>`;
  }),
  flap: html('Experiment', ({ hits }) => `<p>Variant ${hits % 2 === 0 ? 'A' : 'B'}</p>`),
  clock: html(
    'Clock',
    ({ hits }) => `<p>Offer of the day</p><p class="seen">Seen ${hits} times</p>`,
  ),
  etag: (visit) => {
    const tag = `"v${visit.version}"`;
    const validators = { etag: tag, 'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT' };
    if (visit.request.headers['if-none-match'] === tag) {
      visit.response.writeHead(304, validators).end();
      return;
    }
    send(visit, documentOf('Tagged', `<p>Version ${visit.version}</p>`), validators);
  },
  values: html(
    'Values',
    ({ version }) =>
      `<main><h1>Stock</h1><p>Total <b id="total">${1200 + version}</b> pieces</p></main>
       <aside class="ad">Buy now</aside><footer>Imprint</footer>`,
  ),
};
