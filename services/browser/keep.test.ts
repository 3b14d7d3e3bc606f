import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { startProxy, type TestProxy } from '../../scripts/testing/site/proxy.ts';
import { documentOf, send } from '../../scripts/testing/site/page.ts';
import { startSite, type Site } from '../../scripts/testing/site/site.ts';
import { systemClock } from '../core/clock.ts';
import {
  MAX_DOCUMENT_BYTES,
  type FetchRequest,
  type FetchResult,
} from '../core/contracts/browser.ts';
import { createEgressTransport } from '../core/egress/transport.ts';
import { DEFAULT_CAPS } from './caps.ts';
import { createReader } from './document/reader.ts';
import { fetchKeeping } from './keep.ts';
import { pageIn, requestOf } from './testing/request.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The kept document of a result; undefined when there is none. */
function keptIn(result: FetchResult): string | undefined {
  const packed = result.kind === 'page' ? result.documentGzip : undefined;
  return packed === undefined ? undefined : gunzipSync(Buffer.from(packed, 'base64')).toString();
}

describe('the document of a page over HTTP', () => {
  let site: Site;
  let proxy: TestProxy;
  const reader = createReader({ caps: DEFAULT_CAPS });
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
  });
  after(() => Promise.all([site.close(), proxy.close(), reader.close()]));

  const get = async (
    path: string,
    rest: Partial<FetchRequest> = {},
    source: Partial<FetchRequest['source']> = {},
  ): Promise<FetchResult> => {
    const egress = createEgressTransport(proxy.url, () => '');
    try {
      const request = requestOf(`${site.url}/${path}`, source, { keepDocument: true, ...rest });
      const deps = { clock: systemClock, caps: DEFAULT_CAPS, reader, egress };
      return await fetchKeeping(request, deps, new AbortController().signal);
    } finally {
      await egress.close();
    }
  };

  it('is kept as it came', async () => {
    site.set('plain', documentOf('Plain', '<!-- a note --><p>Text</p>'));
    assert.equal(keptIn(await get('plain')), documentOf('Plain', '<!-- a note --><p>Text</p>'));
  });

  it('is the same twice, so that it is stored once', async () => {
    assert.deepEqual(keptIn(await get('static')), keptIn(await get('static')));
  });

  it('is left out when its text is known', async () => {
    const knownText = sha256(pageIn(await get('static')).text);
    assert.equal(keptIn(await get('static', { knownText })), undefined);
  });

  it('is kept when its text is another one than the known', async () => {
    assert.match(keptIn(await get('static', { knownText: sha256('other') })) ?? '', /<html/);
  });

  it('is left out when nobody asks for it', async () => {
    assert.equal(keptIn(await get('static', { keepDocument: false })), undefined);
  });

  it('is left out over the bound, with a warning, and the page is there all the same', async () => {
    const noise = randomBytes(MAX_DOCUMENT_BYTES).toString('base64');
    site.set('huge', documentOf('Huge', `<!-- ${noise} --><p>Text</p>`));
    const result = await get('huge');
    assert.equal(keptIn(result), undefined);
    assert.equal(pageIn(result).text, 'Text');
    assert.match(pageIn(result).warnings.join(), /not kept: it has more than 2 MB/);
  });

  it('E9 holds no header that the page echoes', async () => {
    site.handle('echo', (visit) =>
      send(
        visit,
        documentOf(
          'Echo',
          `<p hidden>${visit.request.headers['x-api-key'] as string}</p><p>Hi</p>`,
        ),
      ),
    );
    const headers = [{ name: 'X-Api-Key', value: '0123456789abcdef' }];
    const result = await get('echo', {}, { http: { method: 'GET', headers } });
    assert.match(keptIn(result) ?? '', /<p hidden>\*{16}<\/p>/);
  });
});
