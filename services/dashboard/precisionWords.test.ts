import assert from 'node:assert/strict';
import { precisionWords } from './web/src/parts/precisionWords.ts';
import './testing/english.ts';

describe('the precision of a monitor in words', () => {
  const none = { right: 0, wrong: 0 };
  for (const [what, told, silent, precision, words] of [
    ['before anything was rated', none, none, null, 'nothing that was told was rated yet'],
    [
      'by what was told',
      { right: 9, wrong: 1 },
      none,
      0.9,
      '90 % of what was told was right (9 of 10)',
    ],
    [
      'with silences that were wrong',
      { right: 1, wrong: 0 },
      { right: 4, wrong: 2 },
      1,
      '100 % of what was told was right (1 of 1); 2 silences were wrong',
    ],
    [
      'by one silence alone',
      none,
      { right: 0, wrong: 1 },
      null,
      'nothing that was told was rated yet; 1 silence was wrong',
    ],
  ] as const)
    it(`is said ${what}`, () => {
      assert.equal(precisionWords({ told, silent, precision }), words);
    });
});
