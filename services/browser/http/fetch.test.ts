import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { fetchResult, type FetchRequest, type FetchResult } from '../../core/contracts/browser.ts';
import { createHttpBench, type HttpBench } from '../testing/httpBench.ts';
import { WALLS, codeIn, pageIn, requestOf, whyIn } from '../testing/request.ts';

describe('fetch over HTTP', () => {
  let site: Site;
  let other: Site;
  let proxy: TestProxy;
  let bench: HttpBench;
  before(async () => {
    [site, other] = await Promise.all([startSite(), startSite()]);
    proxy = await startProxy({
      refuse: (target) => {
        if (target.startsWith('169.254.169.254')) return { status: 403, error: 'refused' };
        if (target.startsWith('nowhere.test')) return { status: 502, error: 'nameNotFound' };
        return undefined;
      },
    });
    bench = createHttpBench(proxy.url);
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close(), other.close()]);
  });

  const get = (
    path: string,
    source: Partial<FetchRequest['source']> = {},
    rest: Partial<FetchRequest> = {},
  ): Promise<FetchResult> => bench.fetch(requestOf(`${site.url}/${path}`, source, rest));
  const text = async (path: string): Promise<string> => pageIn(await get(path)).text;

  describe('gives a page', () => {
    it('with its text, title, status and type', async () => {
      const page = pageIn(await get('static'));
      assert.equal(page.text, '# Blue chair\nPrice: EUR 40.00\nIn stock');
      assert.deepEqual(
        [page.extractor, page.title, page.status, page.contentType],
        ['http@1', 'Shop', 200, 'text/html; charset=utf-8'],
      );
    });

    it('in the shape of the contract', async () => {
      const asked = { probeJavaScript: true, keepDocument: true };
      const values = [{ name: 'total', select: '#total' }];
      const result = await get('values', { values }, asked);
      assert.deepEqual(fetchResult.parse(JSON.parse(JSON.stringify(result))), result);
    });

    it('with the hash and size of the decoded document', async () => {
      const plain = pageIn(await get('gzip'));
      const document = (await get('gzip', {}, { keepDocument: true })) as { documentGzip?: string };
      const body = gunzipSync(Buffer.from(document.documentGzip ?? '', 'base64'));
      assert.equal(plain.htmlHash, createHash('sha256').update(body).digest('hex'));
      assert.equal(plain.bytes, body.length);
    });

    it('and no document when it is not asked for', async () => {
      assert.equal('documentGzip' in (await get('static')), false);
    });

    it('that changes when the page changes', async () => {
      const before = pageIn(await get('reorder'));
      site.advance('reorder');
      const after = pageIn(await get('reorder'));
      assert.notEqual(before.text, after.text);
      assert.notEqual(before.htmlHash, after.htmlHash);
    });

    it('whose values swap', async () => {
      const before = await text('swap');
      site.advance('swap');
      assert.deepEqual(
        [before, await text('swap')],
        ['Plan | Price\nBasic | 10\nPro | 20', 'Plan | Price\nBasic | 20\nPro | 10'],
      );
    });

    it('that flaps between two variants', async () => {
      const seen = [await text('flap'), await text('flap'), await text('flap')];
      assert.deepEqual(seen, ['Variant A', 'Variant B', 'Variant A']);
    });

    it('with the values that conditions need', async () => {
      const values = [
        { name: 'total', select: '#total' },
        { name: 'pattern', select: String.raw`regex:Total (\d+)` },
        { name: 'none', select: '#none' },
      ];
      assert.deepEqual(pageIn(await get('values', { values })).values, {
        total: '1200',
        pattern: '1200',
        none: null,
      });
    });

    it('with only what is included and without what is excluded', async () => {
      const select = { include: ['main'], exclude: ['h1'] };
      assert.equal(pageIn(await get('values', { select })).text, 'Total 1200 pieces');
    });

    it('that is an error page with its status', async () => {
      assert.deepEqual(
        [pageIn(await get('missing')).status, pageIn(await get('broken')).status],
        [404, 500],
      );
    });

    it('with a sign for a captcha', async () => {
      assert.ok(pageIn(await get('captcha')).signs.some(({ kind }) => kind === 'captcha'));
    });

    it('with a sign for a login form', async () => {
      assert.ok(pageIn(await get('login')).signs.some(({ kind }) => kind === 'loginForm'));
    });

    for (const [name, why] of Object.entries(WALLS))
      it(`C32 that is not judged: ${name} as ${why}`, async () => {
        assert.equal(whyIn(await get(name)), why);
      });

    for (const name of ['static', 'rich', 'invisible', 'feed', 'data.json', 'pdf'])
      it(`C32 that can be judged: ${name}`, async () => {
        assert.equal(whyIn(await get(name)), 'valid');
      });

    it('with a sign when the logged-out selector matches', async () => {
      const { signs } = pageIn(await get('login', { loggedOutSelector: '.login-link' }));
      assert.ok(signs.some(({ kind }) => kind === 'loggedOutSelector'));
    });

    it('of more than a megabyte, read in a thread', async () => {
      assert.match(await text('large'), /An entry of the list\nThe end$/);
    });
  });

  describe('reads', () => {
    const formats = {
      'data.json': /price: 40/,
      feed: /First post/,
      text: /^Line one\nLine two$/,
      pdf: /Report of the year\nSecond page/,
      'windows-1251': /^Цена$/,
      'shift-jis': /^価格$/,
      latin: /^Größe$/,
      undeclared: /^Größe$/,
      utf16: /^sixteen bits$/,
      gzip: /^Unpacked text$/,
      brotli: /^Unpacked text$/,
      zstd: /^Unpacked text$/,
      deflate: /^Unpacked text$/,
      'deflate-raw': /^Unpacked text$/,
      'gzip-twice': /^Unpacked text$/,
      'gzip-cut': /^Unpacked text$/,
      slow: /^At last$/,
    };
    for (const [name, expected] of Object.entries(formats))
      it(name, async () => assert.match(await text(name), expected));
  });

  describe('fails with', () => {
    const failures = {
      'gzip-wrong': 'decodeFailed',
      'unknown-encoding': 'decodeFailed',
      'pdf-broken': 'decodeFailed',
      image: 'unsupportedContent',
      binary: 'unsupportedContent',
      reset: 'connectionReset',
      'cut-body': 'connectionReset',
      'redirect-loop': 'tooManyRedirects',
      'redirect-file': 'redirectForbidden',
    };
    for (const [name, code] of Object.entries(failures))
      it(`${code} for ${name}`, async () => assert.equal(codeIn(await get(name)), code));

    for (const name of ['huge', 'endless', 'gzip-bomb', 'brotli-bomb', 'zstd-bomb', 'nested-bomb'])
      it(`C27 tooLarge for ${name}`, async () => assert.equal(codeIn(await get(name)), 'tooLarge'));

    for (const name of ['attachment', 'endless-download'])
      it(`C28 download for ${name}`, async () => assert.equal(codeIn(await get(name)), 'download'));

    for (const name of ['drip', 'silent'])
      it(`timeout for ${name}`, async () => {
        assert.equal(codeIn(await get(name, {}, { timeoutMs: 300 })), 'timeout');
      });

    it('tls when the server speaks no TLS', async () => {
      const result = await bench.fetch(requestOf(`https://127.0.0.1:${site.port}/static`));
      assert.equal(codeIn(result), 'tls');
    });

    it('addressForbidden when the proxy refuses', async () => {
      const result = await bench.fetch(requestOf('http://169.254.169.254/latest'));
      assert.equal(codeIn(result), 'addressForbidden');
    });

    it('addressForbidden when a redirect leads where the proxy refuses', async () => {
      const to = encodeURIComponent('http://169.254.169.254/');
      assert.equal(codeIn(await get(`redirect?to=${to}`)), 'addressForbidden');
    });

    it('nameNotFound', async () => {
      assert.equal(codeIn(await bench.fetch(requestOf('https://nowhere.test/'))), 'nameNotFound');
    });

    it('connectionRefused', async () => {
      assert.equal(
        codeIn(await bench.fetch(requestOf('http://127.0.0.1:1/'))),
        'connectionRefused',
      );
    });

    it('internal when the proxy refuses the credential', async () => {
      assert.equal(codeIn(await get('static', {}, { egressCredential: 'refused' })), 'internal');
    });

    it('selectorMissing when nothing is included', async () => {
      assert.equal(
        codeIn(await get('static', { select: { include: ['#none'] } })),
        'selectorMissing',
      );
    });

    it('selectorInvalid for a selector that cannot be read', async () => {
      assert.equal(codeIn(await get('static', { select: { include: ['p['] } })), 'selectorInvalid');
    });

    it('busy and the time to wait for 429', async () => {
      const result = await get('busy');
      assert.ok(result.kind === 'failed');
      assert.deepEqual([result.error.code, result.error.retryAfterSeconds], ['busy', 17]);
    });

    it('busy for 503 with a date, held to a day', async () => {
      const result = await get('unavailable');
      assert.ok(result.kind === 'failed');
      assert.equal(result.error.retryAfterSeconds, 86_400);
    });
  });

  describe('with validators', () => {
    it('answers notModified for an unchanged page', async () => {
      const { etag, lastModified } = pageIn(await get('etag'));
      const validators = { etag, lastModified } as { etag: string; lastModified: string };
      assert.equal((await get('etag', {}, { validators })).kind, 'notModified');
    });

    it('answers the page when it has changed', async () => {
      const { etag } = pageIn(await get('etag'));
      site.advance('etag');
      const result = await get('etag', {}, { validators: { etag: etag ?? '' } });
      assert.equal(pageIn(result).text, 'Version 1');
    });
  });

  describe('follows redirects', () => {
    it('and tells the chain', async () => {
      const page = pageIn(await get('redirect-chain?n=3'));
      assert.equal(page.finalUrl, `${site.url}/static`);
      assert.equal(page.redirects.length, 3);
    });

    it('and drops the headers of the monitor at another origin', async () => {
      const http = { method: 'GET' as const, headers: [{ name: 'X-Key', value: 'secret' }] };
      const to = encodeURIComponent(`${other.url}/static`);
      await get(`redirect?to=${to}`, { http });
      assert.equal(site.requests.at(-1)?.headers['x-key'], 'secret');
      assert.equal(other.requests.at(-1)?.headers['x-key'], undefined);
    });

    it('but not without a location', async () => {
      assert.equal(pageIn(await get('redirect-nowhere')).status, 302);
    });

    it('and sends the body again at 307', async () => {
      await get('redirect-keep', { http: { method: 'POST', body: 'a=1' } });
      const last = site.requests.at(-1);
      assert.deepEqual([last?.method, last?.body], ['POST', 'a=1']);
    });
  });

  it('sends a body and headers as asked', async () => {
    const headers = [{ name: 'Content-Type', value: 'application/json' }];
    await get('echo', { http: { method: 'POST', headers, body: '{"a":1}' } });
    const last = site.requests.at(-1);
    assert.deepEqual(
      [last?.method, last?.body, last?.headers['content-type']],
      ['POST', '{"a":1}', 'application/json'],
    );
  });

  it('reads no body of a HEAD', async () => {
    const page = pageIn(await get('static', { http: { method: 'HEAD' } }));
    assert.deepEqual([page.status, page.text, page.bytes], [200, '', 0]);
  });

  it('warns of headers that it does not send', async () => {
    const http = { method: 'GET' as const, headers: [{ name: 'Host', value: 'x' }] };
    assert.match(pageIn(await get('static', { http })).warnings.join(), /Host/);
  });

  it('tells that a page needs JavaScript only when it is asked', async () => {
    const asked = (await get('app-shell', {}, { probeJavaScript: true })) as {
      needsJavaScript?: boolean;
    };
    assert.equal(asked.needsJavaScript, true);
    assert.equal('needsJavaScript' in (await get('app-shell')), false);
  });

  it('does not take a plain page for one that needs JavaScript', async () => {
    const asked = (await get('static', {}, { probeJavaScript: true })) as {
      needsJavaScript?: boolean;
    };
    assert.equal(asked.needsJavaScript, false);
  });

  it('gives the proxy the credential of this fetch', async () => {
    await get('static', {}, { egressCredential: 'of-this-check' });
    assert.equal(proxy.seen.at(-1)?.credential, 'of-this-check');
  });

  it('ends when the caller goes', async () => {
    const gone = new AbortController();
    const result = bench.fetch(requestOf(`${site.url}/silent`), gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(result, /gone/);
  });
});
