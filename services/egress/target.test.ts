import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Refusal } from './refusal.ts';
import { parseAbsolute, parseAuthority } from './target.ts';

const isMalformed = (error: unknown): boolean =>
  error instanceof Refusal && error.reason === 'malformed';

describe('egress: request targets', () => {
  for (const [text, host, port] of [
    ['shop.test:443', 'shop.test', 443],
    ['SHOP.Test.:80', 'shop.test', 80],
    ['10.0.0.1:1', '10.0.0.1', 1],
    ['[FD00::1]:65535', 'fd00::1', 65_535],
  ] as const)
    it(`reads the authority ${text}`, () => {
      assert.deepEqual(parseAuthority(text), { host, port });
    });

  for (const text of [
    '',
    'shop.test',
    ':80',
    'shop.test:',
    'shop.test:0',
    'shop.test:65536',
    'shop.test:80x',
    'shop test:80',
    'a@b.test:80',
    'fd00::1:80',
    '[shop.test]:80',
    'shop.test\\:80',
    'shop.test/x:80',
    '%73hop.test:80',
  ])
    it(`refuses the authority ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseAuthority(text), isMalformed);
    });

  it('gives a host without brackets, dot at the end or capitals, whatever was written', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const { host } = parseAuthority(`${name.toUpperCase()}.:${port}`);
        assert.equal(host, name.toLowerCase());
      }),
    );
  });

  it('reads an absolute form with the port of http when there is none', () => {
    assert.deepEqual(parseAbsolute('http://Shop.Test?a=1', 'shop.test'), {
      host: 'shop.test',
      port: 80,
      path: '/?a=1',
      authority: 'shop.test',
    });
  });

  it('takes the default port and no port in Host for the same', () => {
    assert.equal(parseAbsolute('http://shop.test:80/', 'shop.test').authority, 'shop.test');
    assert.equal(parseAbsolute('http://shop.test/', 'shop.test:80').authority, 'shop.test');
  });

  for (const host of [
    undefined,
    '',
    'other.test',
    'shop.test:81',
    'shop.test, other.test',
    'a@shop.test',
    'shop.test/x',
  ])
    it(`C16 refuses the Host ${JSON.stringify(host)} for another target`, () => {
      assert.throws(() => parseAbsolute('http://shop.test/', host), isMalformed);
    });

  for (const text of [
    'https://shop.test/',
    'http:/shop.test',
    'http:shop.test',
    '/path',
    'http://',
    'http://a\\b/',
    'http://a#b/',
    'http://a:b@c/',
    'http://%61/',
    'HTTP://[::1/',
  ])
    it(`C11 refuses the absolute form ${text}`, () => {
      assert.throws(() => parseAbsolute(text, 'a'), isMalformed);
    });
});
