import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { startProxy, type TestProxy } from '../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../scripts/testing/site/site.ts';
import { systemClock } from '../core/clock.ts';
import {
  FETCH_PATH,
  fetchResult,
  type FetchRequest,
  type FetchResult,
} from '../core/contracts/browser.ts';
import { KEYS_PATH, loadedKeys } from '../core/contracts/keys.ts';
import { SetupError } from '../core/errors.ts';
import { freePort } from '../core/http/testing/freePort.ts';
import { createInternalClient, type InternalClient } from '../core/internal/client.ts';
import { newKeyEntry } from '../core/keyring.ts';
import type { Running } from '../core/lifecycle.ts';
import { deriveServiceKeys } from '../core/serviceKeys.ts';
import { fakeClock, type FakeClock } from '../core/testing/clock.ts';
import { readConfig } from './config.ts';
import { FIRST_MS, SILENCE_MS } from './oneCheck.ts';
import { startBrowser, type BrowserDeps } from './start.ts';
import { codeIn, pageIn, requestOf, silentLog } from './testing/request.ts';

const root = { keys: [newKeyEntry(new Date())] };

describe('browser service', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let running: Running;
  let client: InternalClient;
  const start = async (
    variables: Record<string, string> = {},
    deps: Partial<BrowserDeps> = {},
  ): Promise<void> => {
    const env = { KEYS_FILE: 'unused', BROWSER_PORT: '0', EGRESS_URL: proxy.url, ...variables };
    const keys = deriveServiceKeys(root, 'browser');
    running = await startBrowser(readConfig(env), {
      log: silentLog,
      keys: () => keys,
      ...deps,
    });
    const callerKeys = deriveServiceKeys(root, 'scheduler');
    client = createInternalClient({
      caller: 'scheduler',
      callee: 'browser',
      baseUrl: running.url,
      keys: () => callerKeys,
      clock: systemClock,
    });
  };
  beforeEach(async () => {
    site = await startSite();
    proxy = await startProxy();
  });
  afterEach(async () => {
    await client.close();
    await running.stop();
    await Promise.all([proxy.close(), site.close()]);
  });
  const post = (body: unknown, signal?: AbortSignal): Promise<FetchResult> =>
    client.post(FETCH_PATH, body, fetchResult, { signal });
  const metrics = async (): Promise<string> => (await fetch(`${running.url}/metrics`)).text();

  it('fetches over HTTP for the scheduler', async () => {
    await start();
    assert.match(pageIn(await post(requestOf(`${site.url}/static`))).text, /Blue chair/);
  });

  it('fetches by Chromium for the scheduler', async () => {
    await start();
    const result = await post(requestOf(`${site.url}/list-50`, {}, { via: 'browser' }));
    assert.match(pageIn(result).text, /Sofa/);
  });

  it('keeps the document over HTTP, unless its text is known', async () => {
    await start();
    const request = requestOf(`${site.url}/static`, {}, { keepDocument: true });
    const first = await post(request);
    const knownText = hash('sha256', pageIn(first).text, 'hex');
    const second = await post({ ...request, knownText });
    const kept = [first, second].map(
      (each) => each.kind === 'page' && each.documentGzip !== undefined,
    );
    assert.deepEqual(kept, [true, false]);
  });

  it('refuses a call without the internal key, with a constant body', async () => {
    await start();
    const answer = await fetch(`${running.url}${FETCH_PATH}`, { method: 'POST' });
    assert.equal(answer.status, 401);
    assert.equal(
      ((await answer.json()) as { error: { message: string } }).error.message,
      'Unauthorized',
    );
  });

  it('names the fields of a request that is wrong', async () => {
    await start();
    const wrong = { ...requestOf(site.url), timeoutMs: -1, surprise: true };
    await assert.rejects(post(wrong), /400/);
  });

  it('answers 429 when all slots are in use', async () => {
    await start({ HTTP_SLOTS: '1' });
    const gone = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      site.handle('held', (visit) => {
        resolve();
        return visit.wait(10_000);
      });
    });
    const held = post(requestOf(`${site.url}/held`), gone.signal);
    await arrived;
    await assert.rejects(post(requestOf(`${site.url}/static`)), {
      problem: { kind: 'busy', message: 'browser is busy', retryAfterSeconds: 1 },
    });
    gone.abort(new Error('gone'));
    await assert.rejects(held);
  });

  it('cancels the fetch when the caller goes', async () => {
    await start({ HTTP_SLOTS: '1' });
    const left = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    site.handle('held', async (visit) => {
      arrived.resolve();
      await visit.wait(10_000);
      left.resolve();
    });
    const gone = new AbortController();
    const held = post(requestOf(`${site.url}/held`), gone.signal);
    await arrived.promise;
    gone.abort(new Error('gone'));
    await assert.rejects(held);
    await left.promise;
  });

  describe('without a Chromium', () => {
    const none = (): Promise<never> =>
      Promise.reject(new SetupError('No Chromium was found; install chromium-headless-shell.'));

    it('is ready, fetches over HTTP and tells by a metric', async () => {
      await start({}, { findChromium: none });
      assert.equal((await fetch(`${running.url}/readyz`)).status, 200);
      assert.equal(codeIn(await post(requestOf(`${site.url}/static`))), 'page');
      assert.match(await metrics(), /mon_browser_chromium_found\{[^}]*\} 0/);
    });

    it('answers the next step to what needs a browser', async () => {
      await start({}, { findChromium: none });
      const result = await post(requestOf(`${site.url}/static`, {}, { via: 'browser' }));
      assert.ok(result.kind === 'failed');
      assert.match(result.error.message, /install chromium-headless-shell/);
    });
  });

  it('counts fetches by way and outcome', async () => {
    await start();
    await post(requestOf(`${site.url}/static`));
    await post(requestOf(`${site.url}/image`));
    const text = await metrics();
    assert.match(text, /mon_browser_fetches_total\{via="http",outcome="page"[^}]*\} 1/);
    assert.match(
      text,
      /mon_browser_fetches_total\{via="http",outcome="unsupportedContent"[^}]*\} 1/,
    );
  });

  it('G14 has its metrics on their own port only, when there is one', async () => {
    const port = await freePort();
    await start({ METRICS_PORT: String(port) });
    assert.equal((await fetch(`${running.url}/metrics`)).status, 404);
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.match(await answer.text(), /mon_browser_slots_used/);
  });

  describe('with BROWSER_ONCE', () => {
    const other = '0190c0de-0000-7000-8000-000000000002';
    let clock: FakeClock;
    /** Time stands still for the worker, which yet must take the signatures of now. */
    const startOnce = async (): Promise<void> => {
      clock = fakeClock();
      await start({ BROWSER_ONCE: 'true' }, { clock: { ...clock, now: () => new Date() } });
    };
    const fetchBy = (via: 'http' | 'browser', rest: Partial<FetchRequest> = {}) =>
      post(requestOf(`${site.url}/static`, {}, { via, ...rest }));

    it('takes the fetches of one check in both ways, and refuses another one in both', async () => {
      await startOnce();
      for (const via of ['http', 'browser'] as const)
        assert.equal(codeIn(await fetchBy(via)), 'page');
      for (const via of ['http', 'browser'] as const)
        await assert.rejects(fetchBy(via, { checkId: other }), {
          problem: { kind: 'busy', message: 'browser is busy', retryAfterSeconds: 1 },
        });
    });

    it('stays ready for its check, which is found by that', async () => {
      await startOnce();
      await fetchBy('http');
      assert.equal((await fetch(`${running.url}/readyz`)).status, 200);
    });

    it('is done when its check asked nothing for a while', async () => {
      await startOnce();
      await fetchBy('http');
      clock.advance(SILENCE_MS);
      await running.done;
    });

    it('takes nobody who asks for its keys for its check, before it and during its silence', async () => {
      await startOnce();
      const askKeys = () => client.get(KEYS_PATH, loadedKeys);
      await askKeys();
      assert.equal(codeIn(await fetchBy('http')), 'page');
      clock.advance(SILENCE_MS - 1);
      await askKeys();
      clock.advance(1);
      await running.done;
    });

    it('is done when no check came', async () => {
      await startOnce();
      clock.advance(FIRST_MS);
      await running.done;
    });
  });

  it('is never done otherwise', async () => {
    await start();
    assert.equal(running.done, undefined);
  });

  it('starts no browser before a fetch needs it', async () => {
    await start();
    await post(requestOf(`${site.url}/static`));
    assert.match(await metrics(), /mon_browser_chromium_starts_total\{[^}]*\} 0/);
  });
});
