import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { pageIn, requestOf } from '../testing/request.ts';
import type { Connection } from './connection.ts';
import { browserBytes, residentBytes } from './memory.ts';
import type { PoolLimits } from './pool.ts';

const MEGABYTE = 1024 * 1024;
const NO_PROCESS = 2 ** 30;

describe('bytes of a browser', () => {
  const bytesOf = (...pids: number[]): Promise<number> => {
    const processInfo = pids.map((id) => ({ type: 'renderer', id, cpuTime: 0 }));
    return browserBytes({ send: async () => ({ processInfo }) } as unknown as Connection);
  };

  it('counts once what its processes share', async () => {
    const one = await bytesOf(process.pid);
    const two = await bytesOf(process.pid, process.pid);
    const resident = await residentBytes(process.pid);
    assert.ok(Math.abs(one - resident) < resident / 10, `${one} of ${resident} bytes`);
    assert.ok(two > one * 1.1 && two < one * 1.9, `${one} of one, ${two} of two`);
  });

  it('counts no process that has gone', async () => {
    assert.equal(await bytesOf(NO_PROCESS), 0);
  });
});

describe('memory of a browser', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
  });
  afterEach(() => bench.close());
  after(() => Promise.all([proxy.close(), site.close()]));

  const start = (limits: Partial<PoolLimits> = {}): void => {
    bench = createChromiumBench(proxy.url, { limits });
  };
  const check = async (): Promise<void> => {
    assert.match(pageIn(await bench.fetch(requestOf(`${site.url}/static`))).text, /Blue chair/);
  };

  it('counts what a page holds, and no longer when the page has gone', async () => {
    start();
    const lease = await bench.pool.lease(false, {
      popup: () => {},
      helper: () => {},
      crashed: () => {},
    });
    const before = await lease.browser.bytes();
    const expression = `globalThis.held = new Uint8Array(${200 * MEGABYTE}).fill(1); 0`;
    await lease.tab.session.send('Runtime.evaluate', { expression });
    const grown = (await lease.browser.bytes()) - before;
    assert.ok(grown > 180 * MEGABYTE && grown < 260 * MEGABYTE, `${grown} bytes`);
    await lease.release();
    // Its process ends a moment after its page.
    while ((await lease.browser.bytes()) - before > 60 * MEGABYTE);
  });

  it('replaces a browser above its bound by another, and no check fails by it', async () => {
    start({ maxBytes: MEGABYTE });
    await check();
    const first = bench.pool.current();
    await first?.exited;
    await check();
    assert.equal(bench.starts(), 2);
  });

  it('keeps a browser within its bound', async () => {
    start({ maxBytes: 1024 * MEGABYTE });
    for (let n = 0; n < 3; n += 1) await check();
    assert.equal(bench.starts(), 1);
  });
});
