import assert from 'node:assert/strict';
import { amountWords, cents, dollars, exactDollars, roundDollars } from './web/src/parts/money.ts';
import { first } from './web/src/texts/en/first.ts';
import { speak } from './web/src/texts/texts.ts';
import { speakEnglish, speakGerman } from './testing/english.ts';

describe('an amount of money', () => {
  afterEach(speakEnglish);

  it('has as many places as were set, and cents where there are any', () => {
    assert.deepEqual(
      ['12.5', '12.50', '0.0001', '1000'].map((amount) => amountWords(amount)),
      ['12.5', '12.50', '0.0001', '1000'],
    );
    assert.deepEqual(
      ['12.5', '0.0001', '50'].map((amount) => dollars(amount)),
      ['$12.50', '$0.0001', '$50'],
    );
  });

  it('writes sums of less than a cent exactly', () => {
    assert.deepEqual([0, 0.00123, 0.0201, 3].map(roundDollars), [
      '$0',
      '$0.0012',
      '$0.02',
      '$3.00',
    ]);
    assert.deepEqual(['0.000123', '2'].map(exactDollars), ['$0.000123', '$2']);
    assert.equal(cents('1234.5'), '$1,234.50');
  });

  it('is in the dollars that are meant, also where people have others', () => {
    speak('en', 'en-AU', first);
    for (const words of [dollars('2'), exactDollars('2'), cents('2'), roundDollars(2)])
      assert.match(words, /^\$/);
  });

  it('is written as it is in German', () => {
    speakGerman();
    assert.equal(amountWords('12.50'), '12,50');
    assert.equal(dollars('12.5'), '12,50\u00A0$');
  });
});
