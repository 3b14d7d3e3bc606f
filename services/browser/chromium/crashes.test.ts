import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { processTree } from '../../../scripts/bench/lib/processTree.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import type { FetchResult } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, requestOf } from '../testing/request.ts';
import { tapped, type Point } from '../testing/tap.ts';
import { removeStaleFolders } from './folders.ts';

const SETTLE_MS = 300;
const victim = path.join(import.meta.dirname, '..', 'testing', 'victim.ts');

/** From the first word to a new browser to the last one about a page. */
const BROWSER_POINTS: readonly Point[] = [
  'before Target.setDiscoverTargets',
  'after Target.setDiscoverTargets',
  'before Target.createBrowserContext',
  'after Target.createBrowserContext',
  'before Target.createTarget',
  'after Target.attachToTarget',
  'before Target.setAutoAttach',
  'after Page.addScriptToEvaluateOnNewDocument',
  'before Emulation.setDeviceMetricsOverride',
  'before Fetch.enable',
  'before Page.navigate',
  'before Fetch.continueWithAuth',
  'before Storage.overrideQuotaForOrigin',
  'after Page.navigate',
  'before Page.createIsolatedWorld',
  'after Runtime.evaluate',
  'before Page.getLayoutMetrics',
  'before Page.captureScreenshot',
  'after Page.captureScreenshot',
  'before Target.disposeBrowserContext',
];

const WORKER_POINTS: readonly Point[] = [
  'before Target.createBrowserContext',
  'after Page.navigate',
  'before Runtime.evaluate',
  'before Target.disposeBrowserContext',
];

/** Looks until it holds; the test's own time is the bound. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await setImmediate();
};

describe('crashes at any point of a fetch', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
  });
  after(() => Promise.all([site.close(), proxy.close()]));

  /** Fetches, does harm once at a point, and wants one result, and nothing left of what ran. */
  const harmed = async (
    point: Point | undefined,
    harm: (pid: number) => unknown,
    by = proxy,
    name = 'list-50',
  ): Promise<{ readonly code: string; readonly starts: number }> => {
    const browsers: { readonly pid: number; readonly folder: string }[] = [];
    let isDone = false;
    const launch = tapped((reached, { pid, folder }) => {
      if (browsers.at(-1)?.pid !== pid) browsers.push({ pid, folder });
      if (isDone || reached !== point) return;
      isDone = true;
      void harm(pid);
    });
    const bench: ChromiumBench = createChromiumBench(by.url, { settleCapMs: SETTLE_MS, launch });
    const results: FetchResult[] = [];
    const request = requestOf(`${site.url}/${name}`, {}, { screenshot: true, timeoutMs: 8000 });
    await bench.fetch(request).then((result) => results.push(result));
    await bench.close();
    assert.equal(results.length, 1);
    assert.equal(isDone, point !== undefined);
    const isGone = ({ pid, folder }: { pid: number; folder: string }): boolean =>
      processTree(pid).length === 0 && !existsSync(folder);
    await until(() => browsers.every(isGone));
    return { code: codeIn(results[0] ?? assert.fail()), starts: bench.starts() };
  };

  for (const point of BROWSER_POINTS)
    it(`C34 the browser is killed ${point}: the page is read by another, and nothing is left`, async () => {
      const { code, starts } = await harmed(point, (pid) => process.kill(-pid, 'SIGKILL'));
      assert.equal(code, 'page');
      assert.ok(starts <= 2, `${starts} browsers`);
    });

  // the way over HTTP, which alone could tell why, does not exist here
  for (const [point, expected] of [
    ['before Page.navigate', 'internal'],
    ['before Runtime.evaluate', 'page'],
  ] as const)
    it(`C34 the proxy goes ${point}: one result, and nothing is left`, async () => {
      const dying = await startProxy();
      assert.equal((await harmed(point, () => dying.close(), dying)).code, expected);
    });

  for (const [when, sent] of Object.entries({ 'asked for': 0, 'half sent': 300 }))
    it(`C34 the proxy goes when the page is ${when}: one result, and nothing is left`, async () => {
      const dying = await startProxy();
      site.handle('cut', ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/html', 'content-length': 1000 });
        response.write('x'.repeat(sent), () => void dying.close());
      });
      assert.equal((await harmed(undefined, () => {}, dying, 'cut')).code, 'internal');
    });

  for (const point of WORKER_POINTS)
    it(`C34 the worker is killed ${point}: its browser goes with it`, async () => {
      const child = fork(victim, [proxy.url, `${site.url}/list-50`, point]);
      const exited = once(child, 'exit');
      const [{ pid, folder }] = (await once(child, 'message')) as [{ pid: number; folder: string }];
      assert.deepEqual(await exited, [null, 'SIGKILL']);
      await until(() => processTree(pid).length === 0);
      removeStaleFolders(tmpdir());
      assert.equal(existsSync(folder), false);
    });
});
