import assert from 'node:assert/strict';
import { remembered } from './remembered.ts';

describe('core: remembered', () => {
  it('reads a text once and each text for itself', () => {
    const asked: string[] = [];
    const length = remembered((text) => asked.push(text) && text.length);
    assert.deepEqual([length('a'), length('bb'), length('a')], [1, 2, 1]);
    assert.deepEqual(asked, ['a', 'bb']);
  });

  it('does not keep keys that were rotated away for ever', () => {
    const asked: string[] = [];
    const read = remembered((text) => asked.push(text));
    for (let at = 0; at <= 100; at += 1) read(String(at));
    read('0');
    assert.equal(asked.length, 102);
  });
});
