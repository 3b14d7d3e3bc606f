import assert from 'node:assert/strict';
import { processTree } from '../../../scripts/bench/lib/processTree.ts';
import { documentOf, send, type Visit } from '../../../scripts/testing/site/page.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { until } from '../../scheduler/testing/until.ts';
import { DEFAULT_CAPS } from '../caps.ts';
import { sitesApart, type Apart } from '../testing/apart.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, pageIn, requestOf } from '../testing/request.ts';

const SITES = 400;
/** The cap, the one that is too many, the page's own and those that the browser keeps ready. */
const MOST = DEFAULT_CAPS.helpers + 5;

const nameOf = (at: number): string => `http://s${at}.test`;
const framesOf = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, at) => `<iframe src="${nameOf(from + at)}/static"></iframe>`,
  ).join('');
const numberIn = ({ url }: Visit): number => Number(url.searchParams.get('at') ?? 0);

/** Ways to come to a process for each of many sites. */
const WAYS: Readonly<Record<string, (visit: Visit) => string>> = {
  'as many at once as there may be': () => framesOf(0, DEFAULT_CAPS.frames - 1),
  'one after the other, each gone when the next comes': () =>
    `<script>let at = 0; setInterval(() => { document.querySelector('iframe')?.remove();
      const frame = document.createElement('iframe');
      frame.src = 'http://s' + at++ % ${SITES} + '.test/static'; document.body.append(frame); }, 30)</script>`,
  'each within another': (visit) =>
    `<iframe src="${nameOf(numberIn(visit) + 1)}/sites?at=${numberIn(visit) + 1}"></iframe>`,
  'in one frame': (visit) =>
    numberIn(visit) === 0
      ? `<iframe src="${nameOf(SITES)}/sites?at=${SITES}"></iframe>`
      : framesOf(0, SITES),
  'in a tree': (visit) =>
    [1, 2, 3]
      .map((branch) => numberIn(visit) * 3 + branch)
      .map((at) => `<iframe src="${nameOf(at)}/sites?at=${at}"></iframe>`)
      .join(''),
};

describe('a page whose frames have processes of their own', function () {
  this.timeout(120_000);
  let site: Site;
  let proxy: TestProxy;
  let apart: Apart;
  let bench: ChromiumBench;
  before(async () => {
    [site, apart] = await Promise.all([startSite(), sitesApart()]);
    proxy = await startProxy({
      resolve: (target) => (target.endsWith('.test:80') ? `127.0.0.1:${site.port}` : target),
    });
    bench = createChromiumBench(proxy.url, { settleCapMs: 600, wrap: apart.wrap });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close(), apart.close()]);
  });

  const processes = (): number => processTree(bench.pool.current()?.pid ?? 0).length;

  for (const [way, body] of Object.entries(WAYS))
    it(`C30 of ${SITES} sites, ${way}, has its processes bounded, and fails alone`, async () => {
      const visited = Promise.withResolvers<void>();
      const goesOn = Promise.withResolvers<void>();
      site.handle('neighbour', async (visit) => {
        visited.resolve();
        await goesOn.promise;
        send(visit, documentOf('Neighbour', '<p>Blue chair</p>'));
      });
      site.handle('sites', (visit) => send(visit, documentOf('Sites', body(visit))));
      const neighbour = bench.fetch(requestOf(`${site.url}/neighbour`, {}, { timeoutMs: 90_000 }));
      await visited.promise;
      const { pid } = bench.pool.current() ?? assert.fail();
      const before = processes();
      let most = before;
      const looking = setInterval(() => (most = Math.max(most, processes())), 20);
      const waitFor = { selector: '#never', timeoutMs: 60_000 };
      const request = requestOf(`${site.url}/sites`, { waitFor }, { timeoutMs: 60_000 });
      const result = await bench.fetch(request);
      clearInterval(looking);
      goesOn.resolve();
      assert.equal(codeIn(result), 'limitExceeded');
      assert.ok(most <= before + MOST, `${most} processes, ${before} before`);
      assert.match(pageIn(await neighbour).text, /Blue chair/);
      assert.equal(bench.pool.current()?.pid, pid);
      assert.equal(bench.starts(), 1);
      // their processes end a moment after their page
      await until('their processes gone', () => processes() <= before + 1, { times: 1000 });
    });
});
