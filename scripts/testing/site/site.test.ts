import assert from 'node:assert/strict';
import { request } from 'undici';
import { startProxy } from './proxy.ts';
import { PAGE_NAMES, startSite, type Site } from './site.ts';

describe('fixture site', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(() => site.close());
  const text = async (path: string): Promise<string> => (await fetch(`${site.url}/${path}`)).text();

  it('has at least twenty kinds of pages', () => {
    assert.ok(new Set(PAGE_NAMES).size >= 20);
  });

  it('advances a page to its next version', async () => {
    const before = await text('static');
    site.advance('static');
    assert.notEqual(await text('static'), before);
  });

  it('keeps a page as it is until it is advanced', async () => {
    assert.equal(await text('static'), await text('static'));
  });

  it('replaces a page by a document', async () => {
    site.set('static', '<p>mine</p>');
    assert.equal(await text('static'), '<p>mine</p>');
  });

  it('adds a page', async () => {
    site.set('new', 'added');
    assert.equal(await text('new'), 'added');
  });

  it('counts requests and remembers them', async () => {
    await text('flap?x=1');
    assert.equal(site.hits('flap'), 1);
    assert.equal(site.requests[0]?.path, '/flap?x=1');
  });

  it('answers 304 to a known ETag', async () => {
    const etag = (await fetch(`${site.url}/etag`)).headers.get('etag') ?? '';
    const again = await fetch(`${site.url}/etag`, { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });

  it('serves a bomb that is small on the wire', async () => {
    const answer = await fetch(`${site.url}/gzip-bomb`);
    await answer.body?.cancel();
    assert.ok(Number(answer.headers.get('content-length')) < 512 * 1024);
  });

  it('answers 404 for what it does not have', async () => {
    assert.equal((await fetch(`${site.url}/none`)).status, 404);
  });

  it('has a proxy that asks for a credential', async () => {
    const proxy = await startProxy();
    try {
      // The standard fetch hides this status.
      const { statusCode, body } = await request(proxy.url);
      await body.dump();
      assert.equal(statusCode, 407);
    } finally {
      await proxy.close();
    }
  });
});
