import assert from 'node:assert/strict';
import { createLedger, readStep, type Ledger } from './ledger.ts';

describe('soak chaos: ledger', () => {
  let ledger: Ledger;
  const step = (before: number, after: number, id = `${before}-${after}`): void =>
    ledger.told({ id, monitor: 'shop', before, after });
  beforeEach(() => {
    ledger = createLedger(100);
    for (const price of [101, 102, 103]) ledger.changed('shop', price);
  });

  it('waits for a newest price until it was told', () => {
    step(100, 101);
    assert.deepEqual(ledger.summary().waiting, ['shop']);
    step(101, 103);
    const { waiting, torn, changes, told } = ledger.summary();
    assert.deepEqual([waiting, torn, changes, told], [[], [], 3, 2]);
  });

  it('finds a step that was lost although the newest price was told', () => {
    step(100, 101);
    step(102, 103);
    assert.deepEqual(ledger.summary().torn, ['shop']);
  });

  it('finds that the first step was lost', () => {
    step(101, 103);
    assert.deepEqual(ledger.summary().torn, ['shop']);
  });

  it('takes steps in any order', () => {
    step(102, 103);
    step(100, 102);
    assert.deepEqual(ledger.summary().torn, []);
  });

  it('tells an alert that was sent twice from two alerts about one price', () => {
    step(100, 103, 'one');
    step(100, 103, 'one');
    step(101, 103, 'other');
    const { duplicates, repeated, torn } = ledger.summary();
    assert.deepEqual([duplicates, repeated, torn], [1, 1, []]);
  });

  it('reads the step of an alert, and nothing of what is about something else', () => {
    const claims = [{ before: '100.00', after: '101.00', quote: 'Price: EUR 101.00' }];
    assert.deepEqual(readStep({ id: 'a', monitor: 'shop', claims }), {
      id: 'a',
      monitor: 'shop',
      before: 100,
      after: 101,
    });
    for (const other of [null, {}, { id: 'a', monitor: 'shop', claims: [] }])
      assert.equal(readStep(other), undefined);
  });
});
