import assert from 'node:assert/strict';
import { findRuns, tokensOf } from './tokens.ts';

const texts = (text: string): string[] => tokensOf(text).map((token) => token.text);
const has = (page: string, value: string): boolean =>
  findRuns(tokensOf(page), tokensOf(value)).length > 0;

describe('tokensOf', () => {
  it('drops the punctuation around words', () =>
    assert.deepEqual(texts('"Price": (35.00 €).'), ['price', '35.00', '€']));
  it('keeps grouped and signed numbers whole', () =>
    assert.deepEqual(texts('1.299,00 and 1 299 and -5'), [
      '1.299,00',
      'and',
      '1 299',
      'and',
      '-5',
    ]));
  it('keeps hyphenated words, dates and times whole', () =>
    assert.deepEqual(texts('non-refundable 2026-11-25 10:30'), [
      'non-refundable',
      '2026-11-25',
      '10:30',
    ]));
  it('takes each character of an unspaced script by itself', () =>
    assert.deepEqual(texts('价格35元'), ['价', '格', '35', '元']));
  it('separates a currency from its number', () => assert.deepEqual(texts('€35'), ['€', '35']));
  it('says where each token stands', () =>
    assert.deepEqual(
      tokensOf(' a b').map((t) => [t.start, t.end]),
      [
        [1, 2],
        [3, 4],
      ],
    ));
});

describe('findRuns', () => {
  const pieces: readonly [string, string][] = [
    ['Price 35.00', '35'],
    ['1.299,00 €', '299,00'],
    ['1 299 €', '299 €'],
    ['non-refundable', 'refundable'],
    ['unavailable', 'available'],
    ['-5 °C', '5 °C'],
    ['10:30', '30'],
    ['2026-11-25', '11'],
    ['5–10 days', '10 days'],
    ['a@example.com', 'example.com'],
  ];
  for (const [page, piece] of pieces)
    it(`does not take "${piece}" for a part of "${page}"`, () =>
      assert.equal(has(page, piece), false));
  const wholes: readonly [string, string][] = [
    ['Price: 35.00 €.', '35.00 €'],
    ['Now IN STOCK!', 'in stock'],
    ['价格35元', '35元'],
    ['50% off', '50'],
    ['Don’t wait', "don't wait"],
  ];
  for (const [page, whole] of wholes)
    it(`finds "${whole}" in "${page}"`, () => assert.equal(has(page, whole), true));
  it('finds nothing for an empty value', () => assert.equal(has('anything', ' . '), false));
});
