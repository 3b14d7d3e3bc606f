import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseTarget, type TargetOptions } from './url.ts';

const why = (text: string, options?: TargetOptions): string => {
  const target = parseTarget(text, options);
  assert.equal(target.ok, false, text);
  return target.ok ? '' : target.why;
};

/** Written URL, canonical URL, host, port. */
const accepted: readonly [string, string, string, number][] = [
  ['https://example.com', 'https://example.com/', 'example.com', 443],
  ['http://example.com:80/a?b=c#d', 'http://example.com/a?b=c', 'example.com', 80],
  ['HTTP://EXAMPLE.com/', 'http://example.com/', 'example.com', 80],
  ['https://example.com:8443/x', 'https://example.com:8443/x', 'example.com', 8443],
  ['https://example.com./x', 'https://example.com./x', 'example.com', 443],
  ['https://münchen.example/', 'https://xn--mnchen-3ya.example/', 'xn--mnchen-3ya.example', 443],
  ['https://example.com/a/../b', 'https://example.com/b', 'example.com', 443],
  ['https://example.com/%00', 'https://example.com/%00', 'example.com', 443],
  ['https://8.8.8.8/', 'https://8.8.8.8/', '8.8.8.8', 443],
  [
    'https://[2606:4700:4700::1111]/',
    'https://[2606:4700:4700::1111]/',
    '2606:4700:4700::1111',
    443,
  ],
  ['https://a_b.example.com/', 'https://a_b.example.com/', 'a_b.example.com', 443],
  ['https://example.com/@user', 'https://example.com/@user', 'example.com', 443],
  ['https://example.com/?to=http://x@y', 'https://example.com/?to=http://x@y', 'example.com', 443],
];

const schemes = [
  'file:///etc/passwd',
  'ftp://example.com/',
  'gopher://example.com/',
  'data:text/html,x',
  'blob:https://example.com/x',
  'filesystem:https://example.com/x',
  'view-source:https://example.com/',
  'chrome://version',
  'devtools://x',
  'javascript:alert(1)',
  'about:blank',
  'ws://example.com/',
  'wss://example.com/',
  'jar:https://example.com!/',
  'httpx://example.com/',
  'JavaScript:alert(1)',
];

const differential: readonly string[] = [
  'http:///example.com',
  'http:example.com',
  'http:/example.com',
  'https:////example.com',
  'http://',
  'https://?x',
  'http://#',
  '//example.com',
  'example.com',
  '/x',
  '',
  'http//example.com',
  '://example.com',
  'http://example.com\\@evil.test',
  'http:\\\\example.com',
  'http://example.com\\.evil.test',
  'http://evil.test\\/example.com',
  'http://exa\tmple.com',
  'ht\ntp://example.com',
  ' http://example.com',
  'http://example.com ',
  'http://exam ple.com',
  'http://example.com/a b',
  'http://example.com/\r\nHost:x',
  'http://example.com\u0000',
  'http://example.com\u200b',
  'http://exam\u00adple.com',
  'http://\u202eexample.com',
  '\u0001http://example.com',
  'http://example.com/\u2028',
  'http://user@example.com',
  'http://user:pass@example.com',
  'http://@example.com',
  'http://:@example.com',
  'http://a@b@example.com',
  'http://example.com:80@evil.test',
  'http://example.com%40evil.test',
  'http://example.com@evil.test#@',
  'https://a%3Ab@example.com/',
  'http://%65xample.com',
  'http://example%2ecom',
  'http://example.com%00.evil.test',
  'http://example.com%2f@evil.test',
  'http://%31%32%37.0.0.1',
  'http://127.0.0.1%2f',
  'http://example.com:99999',
  'http://example.com:x',
  'http://example.com:-1',
  'http://example.com:0',
  'http://example.com:80:80',
  'http://exa<mple.com',
  'http://exa|mple.com',
  'http://exa^mple.com',
  'http://[::1',
  'http://::1/',
  'http://[::1]x/',
  'http://[v1.x]/',
  'http://[fe80::1%25eth0]/',
  'http://[1.2.3.4]/',
  'http://example..com',
  'http://.example.com',
  'http://-.',
  'http://a!b.example',
  "http://a'b.example",
  'http://a,b.example',
  'http://a;b.example',
  'http://*.example.com',
  'http://a+b.example.com',
  'http://a~b.example',
  'http://a(b).example',
  'http://{x}.example',
  'http://$x.example',
  `https://example.com/${'x'.repeat(2048)}`,
];

const oddAddresses = [
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.1/',
  'http://0/',
  'http://0x7f.1/',
  'http://127.0.0.1./',
  'http://１２７.0.0.1/',
  'http://①27.0.0.1/',
  'http://127。0。0。1/',
  'http://017700000001/',
  'http://0x7f.0x0.0x0.0x1/',
  'http://127.0.1/',
  'http://00000127.0.0.1/',
];
const internal = [
  'http://localhost/',
  'http://localhost:3000/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://kubernetes/',
  'http://kubernetes.default/',
  'http://kubernetes.default.svc/',
  'http://kubernetes.default.svc.cluster.local/',
  'http://api.team.svc/',
  'http://api.team.svc.cluster.example/',
  'http://metadata.google.internal/',
  'http://metadata/',
  'http://printer.local/',
  'http://a.localhost/',
  'http://nas.lan/',
  'http://router.home.arpa/',
  'http://x.localdomain/',
  'http://wiki.corp/',
  'http://wiki.intranet/',
  'http://x.onion/',
  'http://1.0.0.127.in-addr.arpa/',
  'http://a.svc./',
];

describe('parseTarget', () => {
  for (const [text, url, host, port] of accepted)
    it(`C11 reads ${text} as ${host}:${port}`, () =>
      assert.deepEqual(parseTarget(text), { ok: true, url, host, port }));
  for (const text of differential)
    it(`C11 refuses ${JSON.stringify(text).slice(0, 60)}`, () =>
      assert.match(why(text), /\S.*\.$/));
  for (const text of schemes)
    it(`C12 refuses ${text}`, () => assert.match(why(text), /scheme|begin with/));
  for (const text of internal)
    it(`refuses the internal name in ${text}`, () =>
      assert.match(why(text), /single-label|internal host/));
  for (const text of oddAddresses)
    it(`C2 refuses the address form of ${text}`, () => assert.match(why(text), /unusual form/));
  it('tells how to write an address plainly', () =>
    assert.match(why('http://127.1/'), /write it as 127\.0\.0\.1/));
  it('names the scheme it refuses', () => assert.match(why('ftp://example.com'), /"ftp:"/));
  it('allows an internal name that is named in the options', () =>
    assert.equal(
      parseTarget('http://demo.localhost:9100/', { allowHosts: ['Demo.localhost'] }).ok,
      true,
    ));
  it('allows a single-label name that is named in the options', () =>
    assert.equal(parseTarget('http://shop/', { allowHosts: ['shop'] }).ok, true));
  it('leaves an address to the proxy when no policy is given', () =>
    assert.equal(parseTarget('http://127.0.0.1:9100/').ok, true));
  it('classifies an address at once when a policy is given', () =>
    assert.match(
      why('http://169.254.169.254/latest', { addresses: {} }),
      /cloud metadata address/,
    ));
  it('classifies an IPv6 address as well', () =>
    assert.match(why('http://[::1]/', { addresses: {} }), /loopback/));
  it('allows the address and port that the policy opens', () => {
    const addresses = { allow: [{ cidr: '127.0.0.1/32', ports: [9100] }] };
    assert.equal(parseTarget('http://127.0.0.1:9100/', { addresses }).ok, true);
    assert.equal(parseTarget('http://127.0.0.1:9101/', { addresses }).ok, false);
  });
  it('C11 reads its own answer the same way again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
          fc.constantFrom(...differential),
        ),
        (text) => {
          const once = parseTarget(text);
          if (once.ok) assert.deepEqual(parseTarget(once.url), once);
        },
      ),
    );
  });
  it('C11 never throws and never accepts credentials, other schemes or control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const target = parseTarget(`http://${text}`);
        if (target.ok) assert.match(target.url, /^http:\/\/[^@\\\s/]+\//);
      }),
    );
  });
});
