import assert from 'node:assert/strict';
import { createLedger, priceText, type Ledger } from './ledger.ts';

describe('soak: ledger of changes', () => {
  let ledger: Ledger;
  beforeEach(() => {
    ledger = createLedger();
    ledger.changed({ monitor: 'a', price: 10, at: 0 });
  });
  const tell = (id: string, monitor: string, price: number): void =>
    ledger.told({ id, monitor, text: `Basic ${priceText(price)} a month` });

  it('holds a change for lost until it was told', () => {
    assert.equal(ledger.isOpen('a'), true);
    assert.deepEqual(
      ledger.summary().open.map(({ price }) => price),
      [10],
    );
    tell('1', 'a', 10);
    assert.deepEqual([ledger.isOpen('a'), ledger.summary().told], [false, 1]);
  });

  it('is not satisfied by an alert of another monitor', () => {
    tell('1', 'b', 10);
    assert.equal(ledger.isOpen('a'), true);
  });

  it('is not satisfied by an alert about another price', () => {
    tell('1', 'a', 100);
    assert.equal(ledger.isOpen('a'), true);
  });

  it('counts each further post of the same alert as a duplicate', () => {
    tell('1', 'a', 10);
    tell('1', 'a', 10);
    tell('1', 'a', 10);
    tell('2', 'a', 10);
    assert.equal(ledger.summary().duplicates, 2);
  });

  it('counts a change once, however often it is told', () => {
    tell('1', 'a', 10);
    tell('2', 'a', 10);
    assert.deepEqual([ledger.summary().changes, ledger.summary().told], [1, 1]);
  });
});
