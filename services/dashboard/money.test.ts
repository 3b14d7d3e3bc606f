import assert from 'node:assert/strict';
import { amountWords, dollars } from './web/src/parts/money.ts';
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

  it('is written as it is in German', () => {
    speakGerman();
    assert.equal(amountWords('12.50'), '12,50');
    assert.equal(dollars('12.5'), '12,50\u00A0$');
  });
});
