import assert from 'node:assert/strict';
import { amountWords, dollars } from './web/src/parts/money.ts';
import { first as german } from './web/src/texts/de/first.ts';
import { first } from './web/src/texts/en/first.ts';
import { speak } from './web/src/texts/texts.ts';

describe('an amount of money', () => {
  afterEach(() => speak('en', 'en', first));

  it('has as many places as were set, and cents where there are any', () => {
    speak('en', 'en', first);
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
    speak('de', 'de', german);
    assert.equal(amountWords('12.50'), '12,50');
    assert.equal(dollars('12.5'), '12,50\u00A0$');
  });
});
