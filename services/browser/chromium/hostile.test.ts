import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { html } from '../../../scripts/testing/site/page.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, pageIn, requestOf } from '../testing/request.ts';

const MEGABYTE = 1024 * 1024;

describe('hostile pages in Chromium', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  before(async () => {
    site = await startSite();
    proxy = await startProxy();
    const caps = { rendererBytes: 400 * MEGABYTE };
    bench = createChromiumBench(proxy.url, { caps, settleCapMs: 600 });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  const get = (
    name: string,
    rest: Partial<FetchRequest> = {},
    source: Partial<FetchRequest['source']> = {},
  ): Promise<FetchResult> => bench.fetch(requestOf(`${site.url}/${name}`, source, rest));

  /** A check after a bad one must go well, in the same browser. */
  const stillWorks = async (): Promise<void> => {
    const pid = bench.pool.current()?.pid;
    assert.match(pageIn(await get('static')).text, /Blue chair/);
    assert.equal(bench.pool.current()?.pid, pid);
  };

  for (const name of ['spin', 'spin-late'])
    it(`C25 ends ${name} at its deadline and the browser lives on`, async () => {
      const startedAt = performance.now();
      assert.equal(codeIn(await get(name, { timeoutMs: 700 })), 'timeout');
      assert.ok(performance.now() - startedAt < 1700);
      await stillWorks();
    });

  for (const name of ['drip', 'silent'])
    it(`ends ${name} at its deadline`, async () => {
      assert.equal(codeIn(await get(name, { timeoutMs: 500 })), 'timeout');
    });

  it('C25 dismisses alerts and reads the page', async () => {
    const page = pageIn(await get('alerts'));
    assert.match(page.text, /After the alerts/);
    assert.match(page.warnings.join(), /dismissed: 20/);
  });

  it('C25 gives up a loop of alerts', async () => {
    assert.equal(codeIn(await get('alert-loop')), 'limitExceeded');
    await stillWorks();
  });

  it('C26 closes a window and tells', async () => {
    assert.match(pageIn(await get('popup')).warnings.join(), /closed: 1/);
  });

  it('C26 gives up a flood of windows', async () => {
    assert.equal(codeIn(await get('popups')), 'limitExceeded');
    await stillWorks();
  });

  it('C26 gives up a flood of frames', async () => {
    assert.equal(codeIn(await get('frames')), 'limitExceeded');
  });

  it('C24 kills a renderer that eats memory, and the next check is fine', async () => {
    const waitFor = { selector: '#never', timeoutMs: 15_000 };
    const result = await get('memory', { timeoutMs: 15_000 }, { waitFor });
    assert.equal(codeIn(result), 'outOfMemory');
    await stillWorks();
  });

  it('C27 stops a gzip bomb', async () => {
    assert.equal(codeIn(await get('gzip-bomb')), 'tooLarge');
  });

  it('C28 refuses a download that the page begins', async () => {
    const page = pageIn(await get('starts-download'));
    assert.match(page.warnings.join(), /refused: 1/);
    const { folder } = bench.pool.current() ?? { folder: '' };
    assert.deepEqual(readdirSync(path.join(folder, 'tmp')), []);
  });

  it('C28 names a download', async () => {
    assert.equal(codeIn(await get('attachment')), 'download');
  });

  it('C31 reads a page that grows without end at the cap', async () => {
    const page = pageIn(await get('growing'));
    assert.match(page.text, /^Bait\nmore 0/);
    assert.match(page.warnings.join(), /never came to rest/);
  });

  it('C13 keeps no state from one check to the next', async () => {
    await get('state');
    assert.match(pageIn(await get('state')).text, /cookie= store=null/);
  });

  it('C13 leaves no service worker to the next check', async () => {
    await get('service-worker');
    const from = site.requests.length;
    await get('static');
    assert.ok(site.requests.slice(from).every(({ path: asked }) => asked !== '/sw.js'));
  });

  it('denies every permission', async () => {
    const page = pageIn(await get('permissions'));
    assert.equal(page.text, 'geolocation=denied notifications=denied camera=denied');
  });

  it('closes a page that does not want to be left', async () => {
    assert.match(pageIn(await get('unload')).text, /Bait/);
    await stillWorks();
  });

  it('ends when the caller goes', async () => {
    const gone = new AbortController();
    const result = bench.fetch(requestOf(`${site.url}/silent`), gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(result, /gone/);
    assert.equal(bench.pool.current()?.active(), 0);
  });

  it('looks again in a browser of its own when the browser dies, and starts another', async () => {
    const { pid } = bench.pool.current() ?? { pid: 0 };
    const blueChair = html('Shop', () => '<p>Blue chair, 120 €</p>');
    let visits = 0;
    const visited = new Promise<void>((resolve) => {
      site.handle('silent', (visit) => {
        visits += 1;
        resolve();
        return visits === 1 ? visit.wait(8000) : blueChair(visit);
      });
    });
    const starts = bench.starts();
    const dying = get('silent', { timeoutMs: 8000 });
    await visited;
    process.kill(-pid, 'SIGKILL');
    assert.match(pageIn(await dying).text, /Blue chair/);
    assert.equal(visits, 2);
    assert.equal(bench.starts(), starts + 1);
    assert.match(pageIn(await get('static')).text, /Blue chair/);
    assert.notEqual(bench.pool.current()?.pid, pid);
  });

  it('gives a check a browser of its own and leaves nothing of it', async () => {
    const before = bench.starts();
    const shared = bench.pool.current()?.folder ?? '';
    pageIn(await get('static', { ownBrowser: true }));
    assert.equal(bench.starts(), before + 1);
    assert.ok(existsSync(shared));
  });
});
