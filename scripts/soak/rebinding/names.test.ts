import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isForbidden, scriptName } from './names.ts';

/** Numbers in [0, 1) from a list, over and over. */
const randomFrom = (list: readonly number[]): (() => number) => {
  let at = 0;
  return () => (list[at++ % list.length] ?? 0) / 1000;
};
const numbers = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 20 });

describe('soak: rebinding names', () => {
  it('answers harmlessly and harmfully in turns', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const name = scriptName(randomFrom(list));
        for (let at = 0; at < 10; at += 1)
          assert.equal(name.answer().some(isForbidden), at % 2 === 1);
      }),
    );
  });

  it('gives one to three addresses', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const { length } = scriptName(randomFrom(list)).answer();
        assert.ok(length >= 1 && length <= 3, `${length}`);
      }),
    );
  });

  it('takes its harmless addresses from those that it is given', () => {
    const name = scriptName(() => 0.9, ['192.0.2.1']);
    assert.deepEqual(new Set(name.answer()), new Set(['192.0.2.1']));
    assert.deepEqual(
      name.answer().filter((address) => !isForbidden(address)),
      ['192.0.2.1', '192.0.2.1'],
    );
  });

  it('remembers what it answered', () => {
    const name = scriptName(() => 0);
    const answers = [name.answer(), name.answer()];
    assert.deepEqual(name.given, answers);
  });

  it('knows the address of the metadata service in its disguises', () => {
    assert.ok(['169.254.169.254', '::ffff:a9fe:a9fe', 'fd00:ec2::254'].every(isForbidden));
    assert.equal(isForbidden('8.8.8.8'), false);
  });
});
