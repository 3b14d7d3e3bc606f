import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOlder } from './versions.ts';

describe('kube: versions', () => {
  it('are in the order of their numbers, also beyond what a number holds', () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 80n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        assert.equal(isOlder(String(a), String(b)), a < b);
      }),
    );
  });

  it('are in no order when one is no number or unknown', () => {
    for (const [a, b] of [
      ['abc', '7'],
      ['7', 'abc'],
      ['01', '7'],
      ['', '7'],
      [undefined, '7'],
      ['7', undefined],
    ] as const)
      assert.equal(isOlder(a, b), false);
  });
});
