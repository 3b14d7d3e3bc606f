import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeCursor, encodeCursor, newestFirstAfter, pageLimit, pageOf } from './paging.ts';
import { storeError } from './testing/suite.ts';

describe('paging', () => {
  it('gives back the key that a cursor was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (key) => {
        assert.deepEqual(
          decodeCursor(
            encodeCursor(key),
            key.map(() => /^/),
          ),
          key,
        );
      }),
    );
  });

  it('E5 refuses every word that is no cursor of the list', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        assert.throws(() => decodeCursor(word, [/^only-this$/]), storeError('invalid'));
      }),
    );
  });

  it('E7 refuses a cursor whose parts have another form', () => {
    const cursor = encodeCursor(["2026'; DROP TABLE users", 'x']);
    assert.throws(() => newestFirstAfter(cursor), storeError('invalid'));
  });

  it('begins at the newest without a cursor', () => {
    assert.deepEqual(newestFirstAfter(undefined), [null, null]);
  });

  for (const [given, limit] of [
    [undefined, 50],
    [0, 1],
    [-5, 1],
    [7.9, 7],
    [1_000_000, 500],
  ] as const)
    it(`takes ${String(given)} as a limit of ${limit}`, () => {
      assert.equal(pageLimit({ limit: given }), limit);
    });

  it('names no next page on the last one', () => {
    assert.deepEqual(
      pageOf([1, 2], 2, (n) => [String(n)], String),
      { items: ['1', '2'] },
    );
  });

  it('names the next page after the last row shown', () => {
    const page = pageOf([1, 2, 3], 2, (n) => [String(n)], String);
    assert.deepEqual(page, { items: ['1', '2'], nextCursor: encodeCursor(['2']) });
  });
});
