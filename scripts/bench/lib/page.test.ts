import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pageOf } from './page.ts';

describe('bench: page', () => {
  it('has exactly the bytes that were asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 40_000 }), (bytes) =>
        assert.equal(Buffer.byteLength(pageOf(bytes)), bytes),
      ),
    );
  });

  it('is mostly text', () => {
    const text = pageOf(16_384).replaceAll(/<[^>]*>/g, '');
    assert.ok(text.length > 8_000, `${text.length} characters of text`);
  });

  it('is a whole document', () => {
    assert.match(pageOf(2000), /^<!doctype html>.*<\/html>$/s);
  });
});
