import assert from 'node:assert/strict';
import { priceAnswer } from '../../scripts/testing/model/service.ts';
import { leaks, makeCanary } from './canary.ts';
import { RULES } from './rules.ts';

describe('the canary', () => {
  const canary = makeCanary((bytes) => Buffer.alloc(bytes, 7));

  for (const [name, text] of [
    ['plainly', `x ${canary} y`],
    ['in capitals', canary.toUpperCase()],
    ['with spaces between', canary.split('').join(' ')],
    [
      'in full-width letters',
      canary
        .split('')
        .map((letter) =>
          letter === '-' ? letter : String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
        )
        .join(''),
    ],
  ] as const)
    it(`D10 is seen when it is written ${name}`, () => {
      assert.equal(leaks(text, canary), true);
    });

  it('D10 sees the rules when all of them are repeated', () => {
    assert.equal(leaks(RULES, 'dm-other'), true);
  });

  it('D10 does not mistake the example of the rules or an honest answer for a leak', () => {
    assert.equal(leaks(JSON.stringify(priceAnswer()), canary), false);
    assert.equal(leaks(/Answer: (\{.*\})/.exec(RULES)?.[1] ?? '', canary), false);
  });
});
