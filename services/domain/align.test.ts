import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { alignLines } from './align.ts';

const isHeading = (line: string): boolean => line.startsWith('#');
const isValue = (line: string) => /^\d+$/.test(line);
const kept = (older: string[], newer: string[]) =>
  alignLines(older, newer, { isHeading, isValue }).map(([at]) => older[at]);

describe('alignLines', () => {
  const cases: [title: string, older: string, newer: string, kept: string][] = [
    ['keeps equal texts', 'a b c', 'a b c', 'a b c'],
    ['keeps what stands around a change', 'a b c', 'a x c', 'a c'],
    ['keeps nothing of different texts', 'a b', 'c d', ''],
    ['keeps what stands around an insertion', 'a b', 'a x b', 'a b'],
    ['keeps repeated lines in order', 'a a b a', 'a b a a', 'a b a'],
    ['keeps repeated lines around no anchor', 'x a a b b', 'y a b a b', 'a b b'],
    ['holds labels where values swap', 'A 40 B 50', 'A 50 B 40', 'A B'],
    ['holds values between the labels that stay', 'A 40 B 50', 'A 40 C B 50', 'A 40 B 50'],
    ['does not hold a value while its label moves', 'A 1 B 2 C 3', 'C 3 A 1 B 2', 'A 1 B 2'],
    ['holds headings where labelled values swap', '#A P=4 #B P=9', '#A P=9 #B P=4', '#A #B'],
    ['keeps values of a text without labels', '1 2 3', '1 3', '1 3'],
  ];
  for (const [title, older, newer, expected] of cases) {
    it(title, () => assert.equal(kept(older.split(' '), newer.split(' ')).join(' '), expected));
  }

  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '1', '2', '3'), { maxLength: 25 });
  it('pairs equal lines only, rising on both sides', () => {
    fc.assert(
      fc.property(lines, lines, (older, newer) => {
        const pairs = alignLines(older, newer, { isHeading, isValue });
        for (const [index, [left, right]] of pairs.entries()) {
          assert.equal(older[left], newer[right]);
          const previous = pairs[index - 1] ?? [-1, -1];
          assert.ok(previous[0] < left && previous[1] < right);
        }
      }),
    );
  });
  it('keeps all of a text that is compared with itself', () => {
    fc.assert(fc.property(lines, (any) => assert.deepEqual(kept(any, any), any)));
  });
  it('keeps the longest common part of distinct lines', () => {
    const distinct = fc.shuffledSubarray(Array.from('abcdefghij'), { minLength: 10 });
    fc.assert(
      fc.property(distinct, distinct, (older, newer) => {
        assert.equal(kept(older, newer).length, longestCommon(older, newer));
      }),
    );
  });
  it('aligns 20,000 lines that repeat in another order', () => {
    const line = (step: number) => (_: unknown, at: number) => `row ${(at * step) % 101}`;
    const older = Array.from({ length: 20_000 }, line(7));
    const newer = Array.from({ length: 20_000 }, line(11));
    assert.ok(alignLines(older, newer, { isHeading, isValue: () => false }).length < 20_000);
  });
});

/** The textbook's way, for comparison. */
function longestCommon(left: string[], right: string[]): number {
  const table = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const below = table[i + 1] ?? [];
      const row = table[i] ?? [];
      row[j] =
        left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table[0]?.[0] ?? 0;
}
