import assert from 'node:assert/strict';
import fc from 'fast-check';
import { placeAfter } from './returnTo.ts';

const PUBLIC = 'https://mon.example.org';

const EVIL = [
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '//\\evil.example',
  'https://evil.example',
  'HTTPS://evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:@evil.example',
  'http://evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://evil.example',
  '@evil.example',
  'evil.example',
  '.evil.example',
  ':evil.example',
  ':80',
  '?//evil.example',
  '#//evil.example',
  ' //evil.example',
  '\t//evil.example',
  '\n//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\u0000//evil.example',
  '/\u3002evil.example',
  '\u2044\u2044evil.example',
  '\uff0f\uff0fevil.example',
  '/\u2215/evil.example',
  '//mon.example.org@evil.example',
  'https://mon.example.org.evil.example',
  'https://mon.example.org@evil.example',
  '/x\r\nLocation: https://evil.example',
] as const;

describe('the place after the sign-in', () => {
  for (const returnTo of EVIL)
    it(`A18 is the start page for ${JSON.stringify(returnTo)}`, () => {
      assert.equal(placeAfter(PUBLIC, returnTo), `${PUBLIC}/`);
    });

  for (const returnTo of [
    '/%5cevil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2f%2fevil',
  ])
    it(`A18 stays on the origin for ${JSON.stringify(returnTo)}`, () => {
      assert.match(placeAfter(PUBLIC, returnTo), /^https:\/\/mon\.example\.org\//);
    });

  it('A18 is on the origin, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '/', '//', '/\\'),
        (text, head) => {
          assert.equal(new URL(placeAfter(PUBLIC, head + text)).origin, PUBLIC);
        },
      ),
    );
  });

  it('is the page that the person was on', () => {
    assert.equal(placeAfter(PUBLIC, '/monitors/a?x=1#y'), `${PUBLIC}/monitors/a?x=1#y`);
    assert.equal(placeAfter(PUBLIC, null), `${PUBLIC}/`);
  });
});
