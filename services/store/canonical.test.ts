import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalJson, plain, sameJson } from './canonical.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, shuffled(part)]),
  );
};

describe('canonical', () => {
  it('writes the same text whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonicalJson(shuffled(value)), canonicalJson(value));
      }),
    );
  });

  it('keeps the order of lists, for it means something', () => {
    assert.equal(sameJson([1, 2], [2, 1]), false);
  });

  it('takes a missing key and undefined as the same', () => {
    assert.equal(sameJson({ a: 1, b: undefined }, { a: 1 }), true);
  });

  it('takes null and a missing key as different', () => {
    assert.equal(sameJson({ a: null }, {}), false);
  });

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('makes of a value what a jsonb column would give back', () => {
    assert.deepEqual(plain({ at: new Date(0), gone: undefined }), {
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});
