import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSharing } from './share.ts';

/** A new copy, as from another answer of the server. */
const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('kube: sharing', () => {
  it('keeps equal parts once, in one object and in many', () => {
    const share = createSharing();
    const retry = { after: 5, words: ['never', 'always'] };
    const first = share(copyOf({ a: retry, b: retry, name: 'x' }));
    const second = share(copyOf({ a: retry, b: { ...retry, after: 6 }, name: 'y' }));
    assert.equal(first.a, first.b);
    assert.equal(second.a, first.a);
    assert.notEqual(second.b, first.a);
    assert.equal(second.b.words, first.a.words);
    assert.deepEqual(second, { a: retry, b: { ...retry, after: 6 }, name: 'y' });
  });

  it('tells apart what only looks alike', () => {
    const share = createSharing();
    const alike = [{}, [], { a: '1' }, { a: 1 }, { b: 1 }, { a: null }, { a: false }, { a: 0 }];
    const values = alike.map((one) => share({ one: copyOf(one) }));
    assert.deepEqual(
      values.map(({ one }) => one),
      alike,
    );
  });

  it('changes no value, whatever came before', () => {
    const share = createSharing();
    const texts = fc.constantFrom('', 'a', 'b', 'x'.repeat(200), '{}', '0');
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        texts,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '0', '1'), tie('tree')),
      ),
    })).tree;
    fc.assert(
      fc.property(value, (one) => {
        const whole = copyOf({ one });
        assert.deepEqual(share(copyOf(whole)), whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('remembers only so many values, and goes on', () => {
    const share = createSharing();
    const first = share({ part: { number: -1 } });
    for (let number = 0; number < 100_000; number += 1) share({ part: { number } });
    const again = share({ part: { number: -1 } });
    assert.notEqual(again.part, first.part);
    assert.equal(share({ part: { number: -1 } }).part, again.part);
  });
});
