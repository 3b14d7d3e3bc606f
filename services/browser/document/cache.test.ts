import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createReadingCache, readingKey } from './cache.ts';
import type { Document, ReadOutcome, ReadingRules } from './types.ts';

const outcome = (text: string): ReadOutcome => ({
  kind: 'extracted',
  title: '',
  text,
  signs: [],
  needsJavaScript: false,
  warnings: [],
  values: {},
});
const document: Document = {
  body: new Uint8Array(),
  hash: 'a'.repeat(64),
  contentType: 'text/html',
  status: 200,
  finalUrl: 'http://a.test/',
};
const rules: ReadingRules = { format: 'Auto', values: [] };

describe('memory of readings', () => {
  it('gives what it was given', () => {
    const cache = createReadingCache(100_000);
    cache.set('a', outcome('text'));
    assert.deepEqual(cache.get('a'), outcome('text'));
    assert.equal(cache.get('b'), undefined);
  });

  it('forgets what was used longest ago', () => {
    const cache = createReadingCache(5000);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, outcome('x'.repeat(200)));
    cache.get('a');
    cache.set('e', outcome('x'.repeat(200)));
    assert.deepEqual(
      ['a', 'b', 'e'].map((key) => cache.get(key) !== undefined),
      [true, false, true],
    );
  });

  it('does not keep one large text in place of all others', () => {
    const cache = createReadingCache(10_000);
    cache.set('a', outcome('x'.repeat(5000)));
    assert.equal(cache.get('a'), undefined);
  });

  it('never holds more than its room', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3000))), (writes) => {
        const cache = createReadingCache(8000);
        for (const [key, length] of writes) cache.set(String(key), outcome('x'.repeat(length)));
        assert.ok(cache.held() <= 8000);
      }),
    );
  });

  describe('has a key that differs with', () => {
    const changed: Record<string, [Partial<Document>, Partial<ReadingRules>]> = {
      'the content': [{ hash: 'b'.repeat(64) }, {}],
      'the type': [{ contentType: 'text/plain' }, {}],
      'the status': [{ status: 404 }, {}],
      'the address': [{ finalUrl: 'http://b.test/' }, {}],
      'the format': [{}, { format: 'Text' }],
      'what is included': [{}, { select: { include: ['p'] } }],
      'what is excluded': [{}, { select: { exclude: ['p'] } }],
      'the values': [{}, { values: [{ name: 'n', select: 'b' }] }],
      'the logged-out selector': [{}, { loggedOutSelector: '.out' }],
    };
    for (const [what, [newDocument, newRules]] of Object.entries(changed))
      it(what, () => {
        const before = readingKey(document, rules);
        assert.notEqual(
          readingKey({ ...document, ...newDocument }, { ...rules, ...newRules }),
          before,
        );
      });

    it('nothing else', () => {
      assert.equal(readingKey({ ...document }, { ...rules }), readingKey(document, rules));
    });
  });
});
