import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hashOf, isSubset } from './subset.ts';

describe('kube: subset', () => {
  for (const [what, wish, live, expected] of [
    ['equal values', { a: 1, b: 'x', c: null }, { a: 1, b: 'x', c: null }, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a missing field', { a: 1 }, {}, false],
    ['a default of the server', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, true],
    ['a field that is wished absent', { a: undefined }, { a: 1 }, true],
    ['a record where there is none', { a: { b: 1 } }, { a: 'b' }, false],
    ['a list where there is none', { a: [1] }, { a: { 0: 1 } }, false],
    ['a list of the same values', [1, 2], [1, 2], true],
    ['another order of values', [1, 2], [2, 1], false],
    ['one value more', [1], [1, 2], false],
    ['an empty list with something in it', [], [{ name: 'x' }], false],
    [
      'a container that somebody injected',
      [{ name: 'app', image: 'a' }],
      [
        { name: 'sidecar', image: 's' },
        { name: 'app', image: 'a', tty: false },
      ],
      true,
    ],
    [
      'a container with another image',
      [{ name: 'app', image: 'a' }],
      [{ name: 'app', image: 'b' }],
      false,
    ],
    ['a container that is gone', [{ name: 'app', image: 'a' }], [{ name: 'sidecar' }], false],
    ['unnamed things by place', [{ key: 'a' }], [{ key: 'a', operator: 'Exists' }], true],
  ] as const)
    it(`judges ${what}`, () => {
      assert.equal(isSubset(wish, live), expected);
    });

  it('holds for an object and itself with more fields', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (wish, more) => {
        const plain = JSON.parse(JSON.stringify({ wish })) as object;
        assert.equal(isSubset(plain, { ...more, ...plain }), true);
      }),
    );
  });
});

describe('kube: hash', () => {
  it('does not depend on the order of fields, but on that of lists', () => {
    assert.equal(hashOf({ a: 1, b: { c: 2, d: 3 } }), hashOf({ b: { d: 3, c: 2 }, a: 1 }));
    assert.notEqual(hashOf([1, 2]), hashOf([2, 1]));
    assert.notEqual(hashOf({ a: 1 }), hashOf({ a: 2 }));
    assert.match(hashOf(undefined), /^[0-9a-f]{16}$/);
  });
});
