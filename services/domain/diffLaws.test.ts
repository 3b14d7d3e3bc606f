import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { diffTexts } from './diff.ts';
import { noiseOf } from './noise.ts';
import { normalise } from './normalise.ts';
import type { Hunk } from './types.ts';

describe('diffTexts: laws', () => {
  const line = fc.constantFrom(
    '# A',
    '## B',
    '## C',
    'Plan A',
    'Plan B',
    '40',
    '50',
    '60',
    '- x1 one',
    '- y',
    'Yes',
    'No',
    'A | 1',
    'B | 2',
    'Price now 40 €',
    'Price now 45 €',
    'p[id=a].v: 1',
  );
  const page = fc.array(line, { maxLength: 20 });
  const count = (all: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  };
  const sorted = (counts: ReadonlyMap<string, number>) =>
    Array.from(counts, ([one, times]) => `${one}: ${times}`).toSorted();
  const linesOf = (hunks: readonly Hunk[], side: 'before' | 'after') =>
    hunks.flatMap((hunk) => (hunk[side] === '' ? [] : hunk[side].split('\n')));

  it('gives the newer lines: the older ones less the removed ones plus the added ones', () => {
    fc.assert(
      fc.property(page, page, (before, after) => {
        const { hunks } = diffTexts(normalise(before.join('\n')), normalise(after.join('\n')));
        const left = count([...before, ...linesOf(hunks, 'after')]);
        const right = count([...after, ...linesOf(hunks, 'before')]);
        assert.deepEqual(sorted(left), sorted(right));
      }),
      { numRuns: 1_000 },
    );
  });
  it('finds nothing between a text and itself', () => {
    fc.assert(
      fc.property(page, (any) => {
        const text = normalise(any.join('\n'));
        assert.deepEqual(diffTexts(text, text), {
          hunks: [],
          moved: 0,
          addedChars: 0,
          removedChars: 0,
        });
      }),
    );
  });
  it('spells both sides of each hunk by its words', () => {
    fc.assert(
      fc.property(page, page, (before, after) => {
        for (const hunk of diffTexts(normalise(before.join('\n')), normalise(after.join('\n')))
          .hunks) {
          const spell = (op: string) =>
            hunk.words
              .map((word) => (word.op === op || word.op === 'equal' ? word.text : ''))
              .join('');
          assert.deepEqual([spell('removed'), spell('added')], [hunk.before, hunk.after]);
        }
      }),
    );
  });
  it('has the lines of each side of a hunk in a row', () => {
    fc.assert(
      fc.property(page, page, (before, after) => {
        const { hunks } = diffTexts(normalise(before.join('\n')), normalise(after.join('\n')));
        for (const hunk of hunks) {
          assert.ok(`\n${before.join('\n')}\n`.includes(hunk.before && `\n${hunk.before}\n`));
          assert.ok(`\n${after.join('\n')}\n`.includes(hunk.after && `\n${hunk.after}\n`));
        }
      }),
    );
  });
  it('never takes a changed association of labels and values for a move', () => {
    const label = ['Alpha', 'Beta', 'Gamma', 'Delta'];
    const values = fc.shuffledSubarray(['10 €', '20 €', '30 €', '40 €'], { minLength: 4 });
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(values, values, order, (older, newer, places) => {
        const before = label.map((name, at) => `${name}\n${older[at]}`).join('\n');
        const after = places.map((at) => `${label[at]}\n${newer[at]}`).join('\n');
        const change = diffTexts(normalise(before), normalise(after));
        if (older.join() !== newer.join()) assert.equal(noiseOf(change), undefined);
      }),
      { numRuns: 1_000 },
    );
  });
  it('takes any order of sections that keep their text for moved', () => {
    const sections = ['## A\n10 €', '## B\n20 €\nYes', '## C\nwords', '## D\n- x1 y'];
    const order = fc.shuffledSubarray(sections, { minLength: 4 });
    fc.assert(
      fc.property(order, order, (before, after) => {
        const change = diffTexts(normalise(before.join('\n')), normalise(after.join('\n')));
        assert.deepEqual(change.hunks, []);
      }),
    );
  });
});
