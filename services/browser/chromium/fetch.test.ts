import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import { fetchResult, type FetchRequest, type FetchResult } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { createHttpBench, type HttpBench } from '../testing/httpBench.ts';
import { WALLS, codeIn, pageIn, requestOf, whyIn } from '../testing/request.ts';

describe('fetch by Chromium', function () {
  this.timeout(20_000);
  let site: Site;
  let other: Site;
  let proxy: TestProxy;
  let http: HttpBench;
  let bench: ChromiumBench;
  before(async () => {
    [site, other] = await Promise.all([startSite(), startSite()]);
    proxy = await startProxy({
      refuse: (target) => {
        if (target.startsWith('169.254.169.254')) return { status: 403, error: 'refused' };
        if (target.startsWith('nowhere.test')) return { status: 502, error: 'nameNotFound' };
        return undefined;
      },
    });
    http = createHttpBench(proxy.url);
    bench = createChromiumBench(proxy.url, { overHttp: http.fetcher, settleCapMs: 1500 });
    // The first one also starts the browser.
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await http.close();
    await Promise.all([proxy.close(), site.close(), other.close()]);
  });

  const get = (
    path: string,
    source: Partial<FetchRequest['source']> = {},
    rest: Partial<FetchRequest> = {},
  ): Promise<FetchResult> => bench.fetch(requestOf(`${site.url}/${path}`, source, rest));
  const text = async (path: string): Promise<string> => pageIn(await get(path)).text;
  const failure = async (path: string, rest: Partial<FetchRequest> = {}): Promise<string> =>
    codeIn(await get(path, {}, rest));

  it('gives a page in the shape of the contract', async () => {
    const result = await get('static', {}, { keepDocument: true, screenshot: true });
    assert.deepEqual(fetchResult.parse(JSON.parse(JSON.stringify(result))), result);
  });

  it('names its extractor, the status and the type', async () => {
    const page = pageIn(await get('static'));
    assert.deepEqual(
      [page.extractor, page.status, page.title, page.contentType],
      ['browser@1', 200, 'Shop', 'text/html; charset=utf-8'],
    );
  });

  it('keeps the document as it was rendered', async () => {
    const result = (await get('app-shell', {}, { keepDocument: true })) as {
      documentGzip?: string;
    };
    const html = gunzipSync(Buffer.from(result.documentGzip ?? '', 'base64')).toString();
    assert.match(html, /<h1>Rendered<\/h1>/);
  });

  it('leaves the document out when its text is known', async () => {
    const request = requestOf(`${site.url}/static`, {}, { keepDocument: true });
    const first = await bench.fetch(request);
    const knownText = hash('sha256', pageIn(first).text, 'hex');
    const second = await bench.fetch({ ...request, knownText });
    const kept = [first, second].map(
      (each) => each.kind === 'page' && each.documentGzip !== undefined,
    );
    assert.deepEqual(kept, [true, false]);
  });

  it('hashes what was rendered, so that late content counts', async () => {
    const before = pageIn(await get('list-0')).htmlHash;
    site.advance('list.json');
    assert.notEqual(pageIn(await get('list-0')).htmlHash, before);
  });

  describe('B2 waits for content that comes late:', () => {
    const late = {
      'list-0': /Sofa/,
      'list-50': /Sofa/,
      'list-200': /Sofa/,
      'list-800': /Sofa/,
      'list-xhr': /Sofa/,
      'list-chain': /Sofa/,
      'late-mutation': /^third$/,
      'late-timer': /^after 700 ms$/,
      'app-shell': /^# Rendered\nBy script$/,
      'moves-on': /Blue chair/,
    };
    for (const [name, expected] of Object.entries(late))
      it(name, async () => assert.match(await text(name), expected));
  });

  it('reads a page that never rests at the cap, with a warning', async () => {
    const page = pageIn(await get('ticking'));
    assert.match(page.text, /^Fixed words\n\d+$/);
    assert.match(page.warnings.join(), /never came to rest/);
  });

  it('does not wait for the script of a worker', async () => {
    assert.deepEqual(pageIn(await get('worker')).warnings, []);
  });

  it('waits for a selector', async () => {
    const waitFor = { selector: '#part', timeoutMs: 5000 };
    assert.match(pageIn(await get('wait-for', { waitFor })).text, /The slow part/);
  });

  it('warns of a selector that never came', async () => {
    const waitFor = { selector: 'xpath://b', timeoutMs: 150 };
    assert.match(pageIn(await get('static', { waitFor })).warnings.join(), /xpath:\/\/b.*150 ms/);
  });

  describe('reads only what a person sees:', () => {
    it('nothing that is hidden by style, place or colour', async () => {
      assert.equal(await text('invisible'), 'Seen\ndecoration');
    });

    it('the structure in the form of the static extractor', async () => {
      const lines = (await text('rich')).split('\n');
      assert.deepEqual(lines.slice(0, 11), [
        '# Title',
        '## Part one',
        'Some bold text',
        'and a second line',
        '- One',
        '- Two',
        '- Two and a half',
        'Plan | Price',
        'Basic | 10',
        'line a',
        'line b',
      ]);
    });

    it('folds white space of each kind to one space, and ends a line where the page does', async () => {
      const spaces = ['\t', '\n', '\u00a0', '\u2003', ' \r\n ', '\n\n', '  ', ' '];
      const words = spaces.map((space, at) => `${at}${space}`).join('');
      site.set('spaces', `<p> ${words}end <b> bold </b> </p><pre>one\n  two\t three</pre>`);
      assert.equal(await text('spaces'), '0 1 2 3 4 5 6 7 end bold\none\ntwo three');
    });

    it('what is in an open shadow tree', async () => {
      assert.equal(await text('shadow'), 'In the shadow');
    });

    it('only what is included and not excluded, by CSS and XPath', async () => {
      const select = { include: ['xpath://main', 'footer'], exclude: ['h1'] };
      assert.equal(pageIn(await get('values', { select })).text, 'Total 1200 pieces\nImprint');
    });

    it('values by CSS, XPath and pattern', async () => {
      const values = [
        { name: 'css', select: '#total' },
        { name: 'xpath', select: 'xpath:string(//b)' },
        { name: 'regex', select: String.raw`regex:Total (\d+)` },
        { name: 'none', select: '.none' },
        { name: 'values.css', select: '#total', all: true as const },
        { name: 'values.xpath', select: 'xpath://b | //footer', all: true as const },
      ];
      assert.deepEqual(pageIn(await get('values', { values })).values, {
        css: '1200',
        xpath: '1200',
        regex: '1200',
        none: null,
        'values.css': '1200',
        'values.xpath': '1200\nImprint',
      });
    });

    it('fails when nothing is included', async () => {
      const result = await get('static', { select: { include: ['#none'] } });
      assert.equal(codeIn(result), 'selectorMissing');
    });

    for (const selector of ['p[', 'xpath://['])
      it(`names the selector ${selector} that cannot be read`, async () => {
        const result = await get('static', { select: { exclude: [selector] } });
        assert.ok(result.kind === 'failed' && result.error.message.includes(selector));
        assert.equal(codeIn(result), 'selectorInvalid');
      });
  });

  describe('C32 recognises', () => {
    const signs = { captcha: 'captcha', consent: 'consentWall', login: 'loginForm' };
    for (const [name, kind] of Object.entries(signs))
      it(`${kind} in ${name} by its structure`, async () => {
        assert.ok(pageIn(await get(name)).signs.some((sign) => sign.kind === kind));
      });

    for (const [name, why] of Object.entries(WALLS))
      it(`${name} as ${why}, which is not judged`, async () => {
        assert.equal(whyIn(await get(name)), why);
      });

    for (const name of ['static', 'rich', 'list-50', 'invisible'])
      it(`${name} as a page that can be judged`, async () => {
        assert.equal(whyIn(await get(name)), 'valid');
      });

    it('nothing in an ordinary page', async () => {
      assert.deepEqual(pageIn(await get('rich')).signs, []);
    });

    it('a page without sign-in by the selector for it', async () => {
      const { signs } = pageIn(await get('login', { loggedOutSelector: '.login-link' }));
      assert.ok(signs.some(({ kind }) => kind === 'loggedOutSelector'));
    });
  });

  it('takes a screenshot in WebP', async () => {
    const result = await get('static', {}, { screenshot: true });
    assert.ok(result.kind === 'page' && result.screenshot);
    const bytes = Buffer.from(result.screenshot.base64, 'base64');
    assert.equal(bytes.toString('latin1', 8, 12), 'WEBP');
    assert.equal(result.screenshot.width, 1280);
  });

  it('loads no images, fonts and media without a screenshot', async () => {
    await get('with-images');
    const paths = site.requests.map(({ path }) => path);
    assert.ok(
      !paths.includes('/pixel.png') && !paths.includes('/f.woff2') && !paths.includes('/v.mp4'),
    );
  });

  it('loads images for a screenshot', async () => {
    await get('with-images', {}, { screenshot: true });
    assert.ok(site.requests.some(({ path }) => path === '/pixel.png'));
  });

  it('shows itself as the source asks', async () => {
    const source = {
      viewport: { width: 800, height: 600 },
      userAgent: 'mine',
      timeZone: 'Asia/Tokyo',
    };
    const page = pageIn(await get('echo', source));
    assert.match(page.text, /Asia\/Tokyo en-GB 800 /);
    assert.equal(
      site.requests.findLast(({ path }) => path === '/echo')?.headers['user-agent'],
      'mine',
    );
  });

  it('sends the headers of the monitor to its own site only', async () => {
    const headers = [{ name: 'X-Key', value: 'secret' }];
    const to = encodeURIComponent(`${other.url}/static`);
    await get(`redirect?to=${to}`, { http: { method: 'GET', headers } });
    const mine = site.requests.findLast(({ path }) => path.startsWith('/redirect?'));
    assert.equal(mine?.headers['x-key'], 'secret');
    assert.equal(
      other.requests.find(({ path }) => path === '/static')?.headers['x-key'],
      undefined,
    );
  });

  it('tells the chain of redirects', async () => {
    const page = pageIn(await get('redirect-chain?n=3'));
    assert.deepEqual([page.finalUrl, page.redirects.length], [`${site.url}/static`, 3]);
  });

  describe('leaves to HTTP', () => {
    for (const [name, expected] of Object.entries({
      'data.json': /40/,
      feed: /First post/,
      pdf: /Report/,
      text: /Line two/,
    }))
      it(name, async () => {
        const page = pageIn(await get(name));
        assert.equal(page.extractor, 'http@1');
        assert.match(page.text, expected);
      });

    it('a format that is no HTML, without a browser', async () => {
      const before = bench.pool.current()?.tabs();
      await get('text', { format: 'Text' });
      assert.equal(bench.pool.current()?.tabs(), before);
    });

    it('a POST', async () => {
      await get('echo', { format: 'Text', http: { method: 'POST', body: 'a=1' } });
      assert.equal(site.requests.at(-1)?.body, 'a=1');
    });
  });

  describe('fails with', () => {
    const failures = {
      'redirect-loop': 'tooManyRedirects',
      'reload-loop': 'tooManyRedirects',
      'redirect-file': 'redirectForbidden',
      reset: 'connectionReset',
      huge: 'tooLarge',
      busy: 'busy',
    };
    for (const [name, code] of Object.entries(failures))
      it(`${code} for ${name}`, async () => assert.equal(await failure(name), code));

    it('tls', async () => {
      const result = await bench.fetch(requestOf(`https://127.0.0.1:${site.port}/static`));
      assert.equal(codeIn(result), 'tls');
    });

    for (const address of ['http://169.254.169.254/', 'https://169.254.169.254/'])
      it(`addressForbidden for ${address}`, async () => {
        assert.equal(codeIn(await bench.fetch(requestOf(address))), 'addressForbidden');
      });

    for (const address of ['http://nowhere.test/', 'https://nowhere.test/'])
      it(`nameNotFound for ${address}`, async () => {
        assert.equal(codeIn(await bench.fetch(requestOf(address))), 'nameNotFound');
      });

    it('addressForbidden for a scheme that is not of the web', async () => {
      assert.equal(codeIn(await bench.fetch(requestOf('file:///etc/passwd'))), 'addressForbidden');
    });

    it('internal when the proxy refuses the credential', async () => {
      assert.equal(await failure('static', { egressCredential: 'refused' }), 'internal');
    });
  });

  describe('and the proxy', () => {
    it('gives each check the credential of its own', async () => {
      const from = proxy.seen.length;
      await Promise.all([
        get('list-50', {}, { egressCredential: 'first' }),
        get('list-200', {}, { egressCredential: 'second' }),
      ]);
      const used = (path: string): Set<string | undefined> =>
        new Set(
          proxy.seen
            .slice(from)
            .filter(({ target }) => target.endsWith(path))
            .map(({ credential }) => credential),
        );
      assert.deepEqual(used('delay=50'), new Set(['first']));
      assert.deepEqual(used('delay=200'), new Set(['second']));
    });

    it('sees also what goes to loopback', async () => {
      const from = proxy.seen.length;
      await get('static');
      assert.ok(proxy.seen.slice(from).some(({ target }) => target === `${site.url}/static`));
    });
  });
});
