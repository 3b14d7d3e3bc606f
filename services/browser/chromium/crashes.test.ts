import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processTree } from '../../../scripts/bench/lib/processTree.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { systemClock } from '../../core/clock.ts';
import type { FetchResult } from '../../core/contracts/browser.ts';
import { createChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, requestOf } from '../testing/request.ts';
import { removeStaleFolders } from './folders.ts';

const SETTLE_MS = 300;
const victim = path.join(import.meta.dirname, '..', 'testing', 'victim.ts');

/** Looks until it holds; the test's own time is the bound. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await systemClock.sleep(20);
};

describe('crashes at any point of a fetch', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
  });
  after(() => Promise.all([site.close(), proxy.close()]));

  /** Fetches, does harm after a time, and wants one result, and nothing left of what ran. */
  const harmed = async (afterMs: number, harm: (pid: number) => unknown, by = proxy) => {
    const bench = createChromiumBench(by.url, { settleCapMs: SETTLE_MS });
    const results: FetchResult[] = [];
    const request = requestOf(`${site.url}/list-50`);
    const running = bench.fetch(request).then((result) => results.push(result));
    await until(() => bench.pool.current() !== undefined);
    const { pid, folder } = bench.pool.current() ?? assert.fail();
    await systemClock.sleep(afterMs);
    await harm(pid);
    await running;
    await bench.close();
    assert.equal(results.length, 1);
    await until(() => processTree(pid).length === 0 && !existsSync(folder));
    return codeIn(results[0] ?? assert.fail());
  };

  for (let point = 0; point < 12; point += 1)
    it(`C34 the browser is killed after ${point * 40} ms: one result, and nothing is left`, async () => {
      const code = await harmed(point * 40, (pid) => process.kill(-pid, 'SIGKILL'));
      assert.ok(['page', 'browserCrashed'].includes(code), code);
    });

  for (let point = 0; point < 4; point += 1)
    it(`C34 the proxy goes after ${point * 60} ms: one result, and nothing is left`, async () => {
      const dying = await startProxy();
      const code = await harmed(point * 60, () => dying.close(), dying);
      // the way over HTTP, which alone could tell why, does not exist here
      assert.ok(['page', 'internal', 'connectionReset', 'timeout'].includes(code), code);
    });

  for (let point = 0; point < 4; point += 1)
    it(`C34 the worker is killed ${point * 60} ms into a fetch: its browser goes with it`, async () => {
      const child = fork(victim, [proxy.url, `${site.url}/list-50`]);
      const [{ pid, folder }] = (await once(child, 'message')) as [{ pid: number; folder: string }];
      await systemClock.sleep(point * 60);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await until(() => processTree(pid).length === 0);
      removeStaleFolders(tmpdir());
      assert.equal(existsSync(folder), false);
    });
});
