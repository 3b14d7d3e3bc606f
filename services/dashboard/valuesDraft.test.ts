import assert from 'node:assert/strict';
import { draftsOfValues, emptyValue, valuesOfDrafts } from './web/src/parts/valuesDraft.ts';

describe('the values of a monitor as somebody writes them', () => {
  it('come back as they were in the spec', () => {
    const values = [
      { name: 'price', select: '.price', unit: '€' },
      { name: 'stock', regex: '(\\d+) left' },
    ];
    assert.deepEqual(valuesOfDrafts(draftsOfValues(values)), values);
  });

  it('have no unit where none is written, and no space around what is', () => {
    const draft = { id: 1, name: ' price ', by: 'select', text: ' .price ', unit: ' ' } as const;
    assert.deepEqual(valuesOfDrafts([draft]), [{ name: 'price', select: '.price' }]);
  });

  it('are not in the spec where there are none', () => {
    assert.equal(valuesOfDrafts(draftsOfValues(undefined)), undefined);
  });

  it('keep their rows apart when one is added', () => {
    const drafts = draftsOfValues([{ name: 'a' }, { name: 'b' }]);
    assert.equal(emptyValue(drafts.slice(1)).id, 3);
    assert.equal(emptyValue([]).id, 1);
  });
});
