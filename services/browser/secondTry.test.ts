import assert from 'node:assert/strict';
import type { FetchRequest, FetchResult } from '../core/contracts/browser.ts';
import type { Fetcher } from './fetch.ts';
import { FetchFailure } from './failure.ts';
import { withSecondTry } from './secondTry.ts';
import { requestOf } from './testing/request.ts';

const DONE: FetchResult = { kind: 'notModified', status: 304, timings: { totalMs: 1 } };
const pageBy = (extractor: 'browser@1' | 'http@1', contentType = 'text/html'): FetchResult => ({
  kind: 'page',
  page: {
    extractor,
    requestedUrl: 'http://a.test/',
    finalUrl: 'http://a.test/',
    redirects: [],
    status: 200,
    contentType,
    title: '',
    text: 'Price: 40',
    bytes: 9,
    htmlHash: '',
    signs: [],
    warnings: [],
    values: {},
  },
  timings: { totalMs: 1 },
});

describe('a failure that may be our own', () => {
  let asked: FetchRequest[];
  let stop: AbortController;
  beforeEach(() => {
    asked = [];
    stop = new AbortController();
  });

  /** Gives these one after the other. */
  const giving = (...outcomes: readonly (FetchResult | Error)[]): Fetcher =>
    withSecondTry(async (request) => {
      asked.push(request);
      const outcome = outcomes[asked.length - 1] ?? assert.fail('asked too often');
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
  const reset = (): Error =>
    Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  const crash = (): Error => new FetchFailure('browserCrashed', 'The browser crashed.');
  const fetch = (
    fetcher: Fetcher,
    source: Parameters<typeof requestOf>[1] = {},
    rest: Parameters<typeof requestOf>[2] = {},
  ): Promise<FetchResult> => fetcher(requestOf('http://a.test/', source, rest), stop.signal);

  it('is none of the page when the second try reads it: a proxy died', async () => {
    assert.equal(await fetch(giving(reset(), DONE)), DONE);
    assert.equal(asked[1]?.ownBrowser, false);
  });

  it('is our own when the proxy is not there at the second try', async () => {
    const down = new FetchFailure('internal', 'The egress proxy cannot be reached.');
    await assert.rejects(fetch(giving(reset(), down)), down);
  });

  it('is the page’s when its server resets twice', async () => {
    const second = reset();
    await assert.rejects(fetch(giving(reset(), second)), second);
  });

  it('is none of the page when it stands in a browser of its own: another page ended the shared one', async () => {
    assert.equal(await fetch(giving(crash(), DONE), {}, { via: 'browser' }), DONE);
    assert.deepEqual(
      asked.map(({ ownBrowser }) => ownBrowser),
      [false, true],
    );
  });

  it('F17 is the page’s when it ends a browser of its own as well', async () => {
    const second = crash();
    await assert.rejects(fetch(giving(crash(), second), {}, { via: 'browser' }), second);
  });

  it('takes no page over HTTP that the browser shows at a second try: they do not compare', async () => {
    const shown = pageBy('browser@1');
    assert.equal(await fetch(giving(pageBy('http@1'), shown), {}, { via: 'browser' }), shown);
  });

  it('takes a page over HTTP that the browser cannot show, and what is no page at once', async () => {
    const plain = pageBy('http@1');
    assert.equal(await fetch(giving(pageBy('http@1'), plain), {}, { via: 'browser' }), plain);
    asked = [];
    const feed = pageBy('http@1', 'application/rss+xml');
    assert.equal(await fetch(giving(feed), {}, { via: 'browser' }), feed);
    asked = [];
    assert.equal(await fetch(giving(plain), {}, { via: 'http' }), plain);
  });

  for (const code of ['timeout', 'nameNotFound', 'tls', 'outOfMemory', 'internal'] as const)
    it(`is not in doubt as ${code}`, async () => {
      const failure = new FetchFailure(code, 'so it is');
      await assert.rejects(fetch(giving(failure)), failure);
    });

  it('is not asked for again where asking does something', async () => {
    const first = reset();
    await assert.rejects(fetch(giving(first), { http: { method: 'POST' } }), first);
  });

  it('ends with its time', async () => {
    const first = reset();
    stop.abort();
    await assert.rejects(fetch(giving(first)), first);
  });
});
