import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import type { WordChange } from './types.ts';
import { diffWords, piecesOf } from './wordDiff.ts';

const show = (words: readonly WordChange[]) =>
  words
    .map(({ op, text }) =>
      op === 'equal' ? text : op === 'removed' ? `[-${text}-]` : `[+${text}+]`,
    )
    .join('');

describe('diffWords', () => {
  const cases: [before: string, after: string, shown: string][] = [
    ['Price 40 €', 'Price 45 €', 'Price [-40-][+45+] €'],
    ['$1,299.00 now', '$1,399.00 now', '$[-1,299.00-][+1,399.00+] now'],
    ['2024-05-01', '2024-06-01', '[-2024-05-01-][+2024-06-01+]'],
    ['v1.2.3', 'v1.2.4', '[-v1.2.3-][+v1.2.4+]'],
    ['12 %', '21 %', '[-12-][+21+] %'],
    ['in stock', 'not in stock', '[+not +]in stock'],
    ['a b c', 'a c', 'a [-b -]c'],
    ['a', 'b', '[-a-][+b+]'],
    ['', 'a', '[+a+]'],
    ['a', '', '[-a-]'],
    ['a', 'a', 'a'],
    ['', '', ''],
  ];
  for (const [before, after, shown] of cases) {
    it(`tells "${before}" from "${after}"`, () =>
      assert.equal(show(diffWords(before, after)), shown));
  }

  const words = fc.array(fc.constantFrom('a', 'b', 'c', '40', ' ', '  ', '.', '€'), {
    maxLength: 30,
  });
  const text = fc.oneof(
    words.map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }),
  );
  for (const coarse of [false, true]) {
    it(`spells both texts exactly, ${coarse ? 'coarsely' : 'word by word'}`, () => {
      fc.assert(
        fc.property(text, text, (before, after) => {
          const changes = diffWords(before, after, { coarse });
          const spell = (op: string) =>
            changes.map((one) => (one.op === op || one.op === 'equal' ? one.text : '')).join('');
          assert.deepEqual([spell('removed'), spell('added')], [before, after]);
        }),
      );
    });
  }
  it('has no empty pieces and no neighbours of one kind', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = diffWords(before, after);
        assert.ok(changes.every((one) => one.text !== ''));
        assert.ok(changes.every((one, at) => one.op !== changes[at - 1]?.op));
      }),
    );
  });
  it('keeps every character in the pieces', () => {
    fc.assert(fc.property(text, (any) => assert.equal(piecesOf(any).join(''), any)));
  });
  it('gives up on a million different words in little time', () => {
    const many = (word: string) =>
      Array.from({ length: 100_000 }, (_, at) => `${word}${at}`).join(' ');
    const changes = diffWords(`x ${many('a')} y`, `x ${many('b')} y`);
    assert.deepEqual(
      changes.map((one) => one.op),
      ['equal', 'removed', 'added', 'equal'],
    );
  });
});
