import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { pageIn, requestOf } from '../testing/request.ts';
import { ProtocolError, type Connection } from './connection.ts';
import { browserBytes, createLook, residentBytes, type MemoryEvents } from './memory.ts';
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

describe('a look at the memory of a browser', () => {
  /** Looks so many times; what was told of them. */
  const look = async (answer: () => Promise<unknown>, times = 1): Promise<unknown[]> => {
    const told: unknown[] = [];
    const events: MemoryEvents = {
      tabs: () => 1,
      filled: () => told.push('filled'),
      killed: () => told.push('killed'),
      blind: (error) => told.push(error),
    };
    const caps = { rendererBytes: Infinity, browserBytes: Infinity };
    const once = createLook({ send: answer } as unknown as Connection, caps, events);
    for (let n = 0; n < times; n += 1) await once();
    return told;
  };
  const browserIs = (id: number) => async () => ({
    processInfo: [{ type: 'browser', id, cpuTime: 0 }],
  });
  const refusal = new ProtocolError('SystemInfo.getProcessInfo: not now');

  it('tells nothing when it went well', async () => {
    assert.deepEqual(await look(browserIs(process.pid)), []);
  });

  it('tells why it failed, once a minute and not each half second', async () => {
    const refuse = () => Promise.reject(refusal);
    assert.deepEqual(await look(refuse, 120), [refusal]);
    assert.deepEqual(await look(refuse, 121), [refusal, refusal]);
  });

  it('tells that the system shows nothing of a browser that answers', async () => {
    const [error] = await look(browserIs(NO_PROCESS));
    assert.match(String(error), /statm of the browser could not be read/);
  });

  it('tells nothing of a browser that has ended', async () => {
    assert.deepEqual(await look(() => Promise.reject(new ProtocolError('gone', true))), []);
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
