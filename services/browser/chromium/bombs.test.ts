import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { documentOf, send } from '../../../scripts/testing/site/page.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import {
  memoryOf,
  openFilesOf,
  processTree,
  zombiesOf,
} from '../../../scripts/bench/lib/processTree.ts';
import { systemClock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { codeIn, pageIn, requestOf } from '../testing/request.ts';

/** Writes until it may not, and says how much it was. */
const filling = (open: string, write: string): string =>
  documentOf(
    'Fill',
    `<p>Bait</p><script>(async () => {
      // what repeats itself would be stored as almost nothing
      const chunks = () => Array.from({ length: 64 }, () => crypto.getRandomValues(new Uint8Array(65536)));
      const piece = new Blob(chunks());
      const bytes = await piece.arrayBuffer();
      let count = 0, why = '';
      const opened = (name) => { const opening = indexedDB.open(name);
        opening.onupgradeneeded = () => opening.result.createObjectStore('s'); return done(opening); };
      const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = request.oncomplete = () => resolve(request.result);
        request.onerror = request.onabort = () => reject(request.error);
      });
      try { ${open}; for (; count < 2560; count += 1) { ${write}; } } catch (error) { why = error.name; }
      document.body.append(Object.assign(document.createElement('p'),
        { id: 'done', textContent: 'stored ' + count * 4 + ' MB ' + why }));
    })()</script>`,
  );

const STORES = {
  'the Cache': filling(
    `const cache = await caches.open('x')`,
    `await cache.put('/c' + count, new Response(piece))`,
  ),
  'the private file system': filling(
    `const folder = await navigator.storage.getDirectory()`,
    `const file = await folder.getFileHandle('f' + count, { create: true });
     const writer = await file.createWritable(); await writer.write(piece); await writer.close()`,
  ),
  'a database': filling(
    `const database = await opened('x')`,
    `const change = database.transaction('s', 'readwrite');
     change.objectStore('s').put(bytes, count); await done(change)`,
  ),
  'many databases': filling(
    ``,
    `const change = (await opened('x' + count)).transaction('s', 'readwrite');
     change.objectStore('s').put(bytes, count); await done(change)`,
  ),
};

const AWHILE = `if (count % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5))`;

/** What no quota counts, because it is not stored yet, lies in the browser's own process. */
const UNCOUNTED = {
  'Blobs that it keeps': filling(
    `const kept = globalThis.kept = []`,
    `kept.push(new Blob([bytes, String(count)])); ${AWHILE}`,
  ),
  'Blobs that it names': filling(
    ``,
    `URL.createObjectURL(new Blob([bytes, String(count)])); ${AWHILE}`,
  ),
  'changes of a database that all wait': filling(
    `const database = await opened('x')`,
    `database.transaction('s', 'readwrite').objectStore('s').put(bytes, count); ${AWHILE}`,
  ),
  'one change of a database': filling(
    `const store = (await opened('x')).transaction('s', 'readwrite').objectStore('s')`,
    `store.put(bytes, count).onerror = () => {}`,
  ),
};

const MEGABYTE = 1024 * 1024;

describe('pages that use up the machine', function () {
  this.timeout(30_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  before(async () => {
    site = await startSite();
    proxy = await startProxy({
      resolve: (target) => (target.endsWith('.test:80') ? `127.0.0.1:${site.port}` : target),
    });
    bench = createChromiumBench(proxy.url, {
      settleCapMs: 600,
      caps: { helpers: 12, browserBytes: 250 * MEGABYTE },
    });
    await bench.fetch(requestOf('http://origin.test/static'));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  // only a secure origin may store, and loopback counts as one
  const get = (
    name: string,
    source: Partial<FetchRequest['source']> = {},
    rest: Partial<FetchRequest> = {},
  ): Promise<FetchResult> => bench.fetch(requestOf(`${site.url}/${name}`, source, rest));
  const browser = () => bench.pool.current() ?? assert.fail('no browser runs');
  const filesIn = (folder: string): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).length;

  for (const [where, document] of Object.entries(STORES))
    it(`C29 stops a page that fills ${where}: its quota ends, and the disk has nothing of it`, async () => {
      site.set('fill', document);
      const before = filesIn(browser().folder);
      const waitFor = { selector: '#done', timeoutMs: 8000 };
      const { text } = pageIn(await get('fill', { waitFor }, { timeoutMs: 15_000 }));
      const [, stored = '', why] = /stored (\d+) MB (\w+)/.exec(text) ?? [];
      assert.equal(why, 'QuotaExceededError', text);
      assert.ok(Number(stored) <= 16, text);
      assert.ok(filesIn(browser().folder) <= before + 20);
      assert.deepEqual(readdirSync(path.join(browser().folder, 'tmp')), []);
    });

  /** What the browser's processes held at the most, beyond what they held before. */
  const growthDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const { pid } = browser();
    const before = memoryOf(pid);
    let most = before;
    const looking = setInterval(() => (most = Math.max(most, memoryOf(pid))), 50);
    await work().finally(() => clearInterval(looking));
    return most - before;
  };
  const fill = async (document: string): Promise<void> => {
    site.set('fill', document);
    const waitFor = { selector: '#done', timeoutMs: 20_000 };
    assert.equal(codeIn(await get('fill', { waitFor }, { timeoutMs: 20_000 })), 'outOfMemory');
  };

  for (const [what, document] of Object.entries(UNCOUNTED))
    it(`C29 ends a page that fills the browser by ${what}, and the next check is fine`, async () => {
      const bytes = await growthDuring(() => fill(document));
      assert.ok(bytes < 1024 * MEGABYTE, `${bytes} bytes`);
      assert.match(pageIn(await get('static')).text, /Blue chair/);
    });

  it('C29 the neighbour of a page that fills the browser goes on', async () => {
    const visited = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    let visits = 0;
    site.handle('neighbour', async (visit) => {
      visits += 1;
      visited.resolve();
      await goesOn.promise;
      send(visit, documentOf('Neighbour', '<p>Blue chair</p>'));
    });
    const neighbour = get('neighbour', {}, { timeoutMs: 25_000 });
    await visited.promise;
    await fill(UNCOUNTED['Blobs that it keeps']);
    goesOn.resolve();
    assert.match(pageIn(await neighbour).text, /Blue chair/);
    assert.equal(visits, 1);
  });

  it('C29 bounds the storage of a frame of another origin as well', async () => {
    const other = await startSite();
    site.set(
      'outer',
      documentOf(
        'Outer',
        `<p>Bait</p><iframe src="${other.url}/fill"></iframe>
      <script>addEventListener('message', ({ data }) => { document.title = data; })</script>`,
      ),
    );
    other.set(
      'fill',
      STORES['the Cache'].replace(
        'document.body.append(',
        "parent.postMessage('frame stored ' + count * 4 + ' MB ' + why, '*'); document.body.append(",
      ),
    );
    const waitFor = { selector: 'xpath://title[contains(.,"stored")]', timeoutMs: 8000 };
    const { title } = pageIn(await get('outer', { waitFor }, { timeoutMs: 15_000 }));
    await other.close();
    assert.match(title, /stored (\d|1[0-6]) MB QuotaExceededError/);
  });

  it('C30 a page of many sites has few processes, or fails alone', async () => {
    const frames = Array.from(
      { length: 60 },
      (_, at) => `<iframe src="http://s${at}.test/static"></iframe>`,
    );
    site.set('sites', documentOf('Sites', frames.join('')));
    const before = processTree(browser().pid).length;
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, processTree(bench.pool.current()?.pid ?? 0).length);
    }, 20);
    const waitFor = { selector: '#never', timeoutMs: 2500 };
    const result = await get('sites', { waitFor });
    clearInterval(looking);
    assert.ok(most <= before + 12 + 8, `${most} processes, ${before} before`);
    assert.ok(['page', 'limitExceeded'].includes(codeIn(result)), codeIn(result));
    assert.match(pageIn(await get('static')).text, /Blue chair/);
  });

  it('C26 gives up a flood of workers', async () => {
    site.set(
      'workers',
      documentOf(
        'Workers',
        `<p>Bait</p><script>const source = URL.createObjectURL(new Blob(['setInterval(() => {}, 1000)']));
          for (let at = 0; at < 30; at += 1) new Worker(source);</script>`,
      ),
    );
    assert.equal(codeIn(await get('workers')), 'limitExceeded');
    assert.match(pageIn(await get('static')).text, /Blue chair/);
  });

  it('C35 leaves no file open, no process and no file behind, however many checks there were', async () => {
    const { pid, folder } = browser();
    const round = async (): Promise<void> => {
      for (let at = 0; at < 12; at += 1) pageIn(await get(at % 3 === 0 ? 'state' : 'static'));
    };
    const counts = () => [openFilesOf(pid), openFilesOf(process.pid), processTree(pid).length];
    await round();
    const before = counts();
    await round();
    const isBack = () => counts().every((now, at) => now <= (before[at] ?? 0) + 6);
    // a connection that was just let go is open for a moment yet, and a process that ended not yet waited for
    while (!isBack() || zombiesOf(process.pid).length > 0) await systemClock.sleep(100);
    assert.deepEqual(readdirSync(path.join(folder, 'tmp')), []);
    await bench.close();
    assert.equal(existsSync(folder), false);
    assert.deepEqual(processTree(pid), []);
  });
});
