import assert from 'node:assert/strict';
import { headsInCopy, headText, parseHead } from './auditCopy.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const lines = (...all: object[]): string => all.map((line) => JSON.stringify(line)).join('\n');

describe('a copy of audit heads', () => {
  it('E14 has those of the chain that audit verify wrote, the oldest first, each once', () => {
    const text = lines(
      { chain: 'team', intact: true, rows: 9, head: b },
      { chain: 'team', intact: true, rows: 7, head: a },
      { chain: 'team', intact: true, rows: 7, head: a },
      { chain: 'other', intact: true, rows: 8, head: a },
    );
    assert.deepEqual(headsInCopy(text, 'team'), [
      { seq: 7, hash: a },
      { seq: 9, hash: b },
    ]);
  });

  it('E14 keeps both of two that differ in one place', () => {
    const text = lines({ chain: 'team', rows: 7, head: a }, { chain: 'team', rows: 7, head: b });
    assert.equal(headsInCopy(text, 'team').length, 2);
  });

  it('E14 has every row of an export', () => {
    const text = lines({ seq: 2, actor: 'x', hash: b }, { seq: 1, actor: 'x', hash: a });
    assert.deepEqual(headsInCopy(text, 'team'), [
      { seq: 1, hash: a },
      { seq: 2, hash: b },
    ]);
  });

  it('has none in what is something else', () => {
    const text = lines(
      { chain: 'team', intact: false, rows: 3, head: null },
      { seq: 0, hash: a },
      { seq: 1.5, hash: a },
      { seq: 1, hash: 'short' },
    );
    assert.deepEqual(headsInCopy(`${text}\nno JSON\n[1]\nnull\n`, 'team'), []);
  });

  it('goes through an argument and back', () => {
    assert.deepEqual(parseHead(headText({ seq: 12, hash: a })), { seq: 12, hash: a });
    for (const wrong of ['', '12', `0:${a}`, `12:${a}0`, `x:${a}`])
      assert.equal(parseHead(wrong), undefined, wrong);
  });
});
