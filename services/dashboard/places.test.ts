import assert from 'node:assert/strict';
import { placesOf, type WordBox } from './web/src/parts/places.ts';

/** Words of one line, ten pixels a character with a space between. */
function lineOf(text: string, top = 0): WordBox[] {
  let left = 0;
  return text.split(' ').map((word): WordBox => {
    const box: WordBox = [word, left, top, word.length * 10, 12];
    left += (word.length + 1) * 10;
    return box;
  });
}
const shown = (words: readonly WordBox[], quote: string): number[][] =>
  placesOf(words, quote).map((lines) =>
    lines.flatMap(({ left, top, width, height }) => [left, top, width, height]),
  );

describe('the places of a quote on a picture', () => {
  it('is one box over the words of a line', () => {
    assert.deepEqual(shown(lineOf('the price is 35 € today'), 'price is 35 €'), [[40, 0, 130, 12]]);
  });

  it('is a box for each line that it goes on in', () => {
    const words = [...lineOf('the price'), ...lineOf('is 35 €', 20)];
    assert.deepEqual(shown(words, 'price is 35'), [[40, 0, 50, 12, 0, 20, 50, 12]]);
  });

  it('has the rest of a word that is broken at the end of a line', () => {
    const words: WordBox[] = [
      ['one', 0, 0, 30, 12],
      ['hyphenated', 40, 0, 50, 12],
      ['', 0, 20, 50, 12],
      ['two', 60, 20, 30, 12],
    ];
    assert.deepEqual(shown(words, 'hyphenated'), [[40, 0, 50, 12, 0, 20, 50, 12]]);
    assert.deepEqual(shown(words, 'one'), [[0, 0, 30, 12]]);
    assert.deepEqual(shown(words, 'two'), [[60, 20, 30, 12]]);
  });

  it('is found whatever the case, the white space, and the form of its characters', () => {
    assert.deepEqual(shown(lineOf('PRICE: ３５ €'), 'price:\n 35  €').length, 1);
    const touching: WordBox[] = [...lineOf('40'), ['€', 20, 0, 10, 12]];
    assert.deepEqual(shown(touching, '40€'), [[0, 0, 30, 12]]);
  });

  it('is found without the marks that the text of the page adds', () => {
    assert.deepEqual(shown(lineOf('Stock Blue duck 3'), '# Stock').length, 1);
    assert.deepEqual(shown(lineOf('Stock Blue duck 3'), '- Blue duck | 3').length, 1);
    assert.deepEqual(shown(lineOf('a | b'), 'a | b'), [[0, 0, 50, 12]]);
  });

  it('is not inside of a longer word when it stands by itself elsewhere', () => {
    assert.deepEqual(shown(lineOf('135 351 35, 35'), '35'), [
      [80, 0, 30, 12],
      [120, 0, 20, 12],
    ]);
    assert.equal(shown(lineOf('preorder'), 'order').length, 1);
  });

  it('is each time that it stands there, at most twenty', () => {
    assert.equal(shown(lineOf(Array.from({ length: 50 }, () => 'a').join(' ')), 'a').length, 20);
  });

  it('is none for what is not there, or for nothing', () => {
    assert.deepEqual(shown(lineOf('the price'), 'the prices'), []);
    assert.deepEqual(shown(lineOf('the price'), ' '), []);
    assert.deepEqual(shown(lineOf('the price'), '# '), []);
    assert.deepEqual(shown([], 'the'), []);
  });
});
