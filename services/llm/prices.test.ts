import assert from 'node:assert/strict';
import { PRICES, priceOf } from './prices.ts';

describe('prices', () => {
  it('counts a dated model by its plain name', () => {
    assert.equal(priceOf(PRICES, 'gpt-5.4-mini-2026-03-17'), PRICES['gpt-5.4-mini']);
  });

  it('knows no price for a name that only begins alike', () => {
    assert.equal(priceOf(PRICES, 'gpt-5.4-mini-turbo'), undefined);
  });

  it('knows no price for names of the language itself', () => {
    assert.equal(priceOf(PRICES, 'constructor'), undefined);
  });
});
