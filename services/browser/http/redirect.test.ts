import assert from 'node:assert/strict';
import { firstHop, nextHop, type Hop } from './redirect.ts';

const ORIGIN = 'https://shop.test';
const hop = (method: Hop['method'] = 'GET', url = `${ORIGIN}/a#part`): Hop => ({
  url: new URL(url),
  method,
  own: true,
});
const code = (expected: string) => (error: unknown) =>
  (error as { code?: unknown }).code === expected;

describe('first hop', () => {
  for (const address of [
    'file:///etc/passwd',
    'ftp://a.test/',
    'data:text/html,x',
    'not a url',
    '',
  ])
    it(`refuses ${address || 'nothing'}`, () => {
      assert.throws(() => firstHop(address, 'GET'), code('addressForbidden'));
    });

  it('refuses a URL with credentials', () => {
    assert.throws(() => firstHop('http://user:word@a.test/', 'GET'), code('addressForbidden'));
  });

  it('takes http and https', () => {
    assert.equal(firstHop('https://a.test/x', 'HEAD').url.href, 'https://a.test/x');
    assert.equal(firstHop('http://a.test', 'GET').own, true);
  });
});

describe('next hop', () => {
  it('is none for an answer that is no redirect', () => {
    assert.equal(nextHop(hop(), 200, '/b', ORIGIN), undefined);
    assert.equal(nextHop(hop(), 304, '/b', ORIGIN), undefined);
  });

  it('is none without a location', () => {
    assert.equal(nextHop(hop(), 302, undefined, ORIGIN), undefined);
  });

  it('resolves a relative location and keeps the fragment', () => {
    assert.equal(nextHop(hop(), 302, 'b?c', ORIGIN)?.url.href, `${ORIGIN}/b?c#part`);
  });

  it('takes the fragment of the location when it has one', () => {
    assert.equal(nextHop(hop(), 302, '/b#other', ORIGIN)?.url.hash, '#other');
  });

  it('is of another origin when host, port or scheme differ', () => {
    for (const to of ['https://other.test/', 'http://shop.test/', 'https://shop.test:8443/'])
      assert.equal(nextHop(hop(), 302, to, ORIGIN)?.own, false);
  });

  it('comes home again', () => {
    const away = { ...hop('GET', 'https://other.test/'), own: false };
    assert.equal(nextHop(away, 302, `${ORIGIN}/back`, ORIGIN)?.own, true);
  });

  for (const to of ['file:///etc/passwd', 'javascript:alert(1)', 'data:,x', 'http://u:p@a.test/'])
    it(`forbids ${to}`, () => {
      assert.throws(() => nextHop(hop(), 302, to, ORIGIN), code('redirectForbidden'));
    });

  for (const status of [301, 302, 303])
    it(`makes a GET of a POST at ${status}`, () => {
      assert.equal(nextHop(hop('POST'), status, '/b', ORIGIN)?.method, 'GET');
    });

  for (const status of [307, 308])
    it(`keeps a POST at ${status}`, () => {
      assert.equal(nextHop(hop('POST'), status, '/b', ORIGIN)?.method, 'POST');
    });

  it('keeps HEAD at 303', () => {
    assert.equal(nextHop(hop('HEAD'), 303, '/b', ORIGIN)?.method, 'HEAD');
  });

  it('does not carry a body to another site', () => {
    assert.throws(
      () => nextHop(hop('POST'), 307, 'https://other.test/', ORIGIN),
      code('redirectForbidden'),
    );
  });
});
