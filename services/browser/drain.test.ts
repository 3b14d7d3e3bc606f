import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startProxy, type TestProxy } from '../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../scripts/testing/site/site.ts';
import { systemClock } from '../core/clock.ts';
import { FETCH_PATH, fetchResult, type FetchResult } from '../core/contracts/browser.ts';
import { freePort } from '../core/http/testing/freePort.ts';
import { createInternalClient, type InternalClient } from '../core/internal/client.ts';
import { testKeys } from '../core/testing/keys.ts';
import { codeIn, requestOf } from './testing/request.ts';

const main = path.join(import.meta.dirname, 'main.ts');

describe('browser service as a process', function () {
  this.timeout(20_000);
  const keys = testKeys();
  let folder: string;
  let site: Site;
  let proxy: TestProxy;
  let child: ChildProcess;
  let exited: Promise<unknown[]>;
  let lines: AsyncIterator<string>;
  let url: string;
  let client: InternalClient;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-browser-'));
    writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(keys.of('browser')()));
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await exited;
    await client.close();
    await Promise.all([site.close(), proxy.close()]);
    rmSync(folder, { recursive: true });
  });

  /** Reads the log until a line of it has the message. */
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, `the log ended without "${message}"`);
      const line = JSON.parse(value) as Record<string, unknown>;
      if (line['msg'] === message) return line;
    }
  };
  const start = async (env: Record<string, string> = {}): Promise<void> => {
    child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        KEYS_FILE: path.join(folder, 'keys.json'),
        BROWSER_PORT: '0',
        EGRESS_URL: proxy.url,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    exited = once(child, 'exit');
    assert.ok(child.stdout);
    lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    url = String((await logged('listening'))['url']);
    client = createInternalClient({
      caller: 'scheduler',
      callee: 'browser',
      baseUrl: url,
      keys: keys.of('scheduler'),
      clock: systemClock,
    });
  };
  const get = (name: string): Promise<FetchResult> =>
    client.post(FETCH_PATH, requestOf(`${site.url}/${name}`), fetchResult);
  /** A fetch that runs until `finish`. */
  const held = async (): Promise<{ result: Promise<FetchResult>; finish: () => void }> => {
    const arrived = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    site.handle('held', async ({ response }) => {
      arrived.resolve();
      await hold.promise;
      response.setHeader('content-type', 'text/plain');
      response.end('The duck is blue.');
    });
    const result = get('held');
    // One that the end of the process cuts is looked at by its test.
    result.catch(() => {});
    await arrived.promise;
    return { result, finish: hold.resolve };
  };

  it('F21 finishes its fetches after SIGTERM, refuses new ones, and ends with 0', async () => {
    const port = await freePort();
    await start({ HOST: '127.0.0.1', METRICS_PORT: String(port) });
    const { result, finish } = await held();
    child.kill('SIGTERM');
    await logged('stopping');
    await assert.rejects(get('static'), {
      problem: { kind: 'busy', message: 'browser is busy', retryAfterSeconds: 1 },
    });
    for (const base of [url, `http://127.0.0.1:${port}`])
      assert.equal((await fetch(`${base}/readyz`)).status, 503);
    finish();
    assert.equal(codeIn(await result), 'page');
    assert.deepEqual(await exited, [0, null]);
  });

  it('cuts what runs longer than DRAIN_SECONDS, and ends with 0', async () => {
    await start({ DRAIN_SECONDS: '0' });
    const { result, finish } = await held();
    child.kill('SIGTERM');
    await assert.rejects(result, /not responding/);
    assert.deepEqual(await exited, [0, null]);
    finish();
  });

  it('ends at once on a second signal', async () => {
    await start();
    const { result, finish } = await held();
    child.kill('SIGTERM');
    await logged('stopping');
    child.kill('SIGTERM');
    await assert.rejects(result, /not responding/);
    assert.deepEqual(await exited, [1, null]);
    finish();
  });
});
