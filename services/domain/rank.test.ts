import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { diffTexts } from './diff.ts';
import { normalise } from './normalise.ts';
import { chunkHunks, rankHunks, sizeOf } from './rank.ts';
import type { Hunk } from './types.ts';
import { diffWords } from './wordDiff.ts';

const hunk = (id: string, before: string, after: string, section = ''): Hunk => ({
  id,
  kind: before === '' ? 'added' : after === '' ? 'removed' : 'changed',
  section,
  before,
  after,
  context: { above: '', below: '' },
  words: diffWords(before, after),
});
const ids = (hunks: readonly Hunk[]) => hunks.map(({ id }) => id);

describe('rankHunks', () => {
  const hunks = [
    hunk('h1', 'The team has a new office', 'The team has two offices'),
    hunk('h2', 'Price 40 €', 'Price 45 €', 'Pro plan'),
    hunk('h3', '', 'We are hiring'),
  ];
  const cases: [goal: string, first: string][] = [
    ['Tell me when the price of the pro plan changes', 'h2'],
    ['new offices', 'h1'],
    ['HIRING', 'h3'],
    ['prices', 'h2'],
  ];
  for (const [goal, first] of cases) {
    it(`puts ${first} first for "${goal}"`, () =>
      assert.equal(rankHunks(hunks, goal)[0]?.id, first));
  }
  it('keeps the order of hunks that are equally alike', () => {
    assert.deepEqual(ids(rankHunks(hunks, 'weather on mars')), ['h1', 'h2', 'h3']);
  });
  it('counts words of the context and of the heading', () => {
    const far = hunk('h2', '1', '2', 'Delivery costs');
    assert.deepEqual(ids(rankHunks([hunk('h1', '3', '4'), far], 'delivery')), ['h2', 'h1']);
  });
  it('finds words in scripts without spaces', () => {
    const japanese = [
      hunk('h1', '', '天気は晴れ'),
      hunk('h2', '', '価格が変わりました'),
      hunk('h3', '', '一'),
    ];
    assert.equal(rankHunks(japanese, '価格')[0]?.id, 'h2');
    assert.equal(rankHunks(japanese, '一')[0]?.id, 'h3');
  });
  it('ranks nothing', () => assert.deepEqual(rankHunks([], 'a'), []));
  it('loses and invents no hunk', () => {
    const word = fc.constantFrom('price', 'office', 'team', '40', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word)), fc.array(word), (pairs, goal) => {
        const all = pairs.map(([before, after], at) => hunk(`h${at}`, before, after));
        assert.deepEqual(ids(rankHunks(all, goal.join(' '))).sort(), ids(all).sort());
      }),
    );
  });
  it('defect: facts beyond the first 8,000 characters never seen', () => {
    const filler = (word: string) =>
      Array.from({ length: 400 }, (_, at) => `Entry ${at} says ${word} today`).join('\n');
    const before = normalise(`${filler('one')}\nPrice 40`);
    const after = normalise(`${filler('two')}\nPrice 45`);
    const { hunks: all } = diffTexts(before, after);
    assert.equal(rankHunks(all, 'price')[0]?.after, 'Price 45');
    const chunked = chunkHunks(all, 2_000)
      .flat()
      .map((one) => one.after);
    assert.ok(chunked.includes('Price 45') && chunked.includes('Entry 399 says two today'));
  });
});

describe('chunkHunks', () => {
  it('puts hunks into one portion when they fit', () => {
    assert.equal(chunkHunks([hunk('h1', 'a', 'b'), hunk('h2', 'c', 'd')], 1_000).length, 1);
  });
  it('begins a new portion when the next does not fit', () => {
    const chunks = chunkHunks(
      [hunk('h1', '', 'x'.repeat(50)), hunk('h2', '', 'y'.repeat(50))],
      100,
    );
    assert.deepEqual(chunks.map(ids), [['h1'], ['h2']]);
  });
  it('gives no portion for no hunks', () => assert.deepEqual(chunkHunks([], 100), []));
  it('splits a large hunk at its lines and numbers the parts', () => {
    const parts = chunkHunks([hunk('h3', '', 'aaaa\nbbbb\ncccc\n'.repeat(20).trim())], 140).flat();
    assert.deepEqual(ids(parts).slice(0, 2), ['h3.1', 'h3.2']);
    assert.ok(parts.every((part) => /^(?:aaaa|bbbb|cccc)/.test(part.after)));
  });
  it('splits a long line at its spaces', () => {
    const parts = chunkHunks([hunk('h1', '', 'word '.repeat(100).trim())], 140).flat();
    assert.ok(parts.length > 3);
    assert.ok(parts.every((part) => part.after.startsWith('word')));
  });
  it('splits a word without spaces between whole characters', () => {
    const parts = chunkHunks([hunk('h1', '', '😀'.repeat(200))], 61).flat();
    assert.ok(parts.every((part) => part.after.isWellFormed() && part.after !== ''));
    assert.equal(parts.map((part) => part.after).join(''), '😀'.repeat(200));
  });
  it('keeps a value with what replaced it', () => {
    const text = (value: string) => `${'same word '.repeat(7)}${value} ${'same word '.repeat(40)}`;
    const parts = chunkHunks(
      [hunk('h1', text('123456789012345'), text('543210987654321'))],
      200,
    ).flat();
    assert.equal(parts.length, 1);
    assert.match(parts[0]?.before ?? '', /123456789012345/);
    assert.match(parts[0]?.after ?? '', /543210987654321/);
  });
  it('leaves out parts of a large hunk in which nothing changed', () => {
    const same = 'same words '.repeat(500);
    const parts = chunkHunks([hunk('h1', `${same}40`, `${same}45`)], 500).flat();
    assert.equal(parts.length, 1);
  });
  it('tells what kind each part is', () => {
    const parts = chunkHunks([hunk('h1', 'a '.repeat(200), 'b '.repeat(200))], 150).flat();
    assert.deepEqual(
      [...new Set(parts.map((part) => part.kind))].sort(),
      ['added', 'changed', 'removed']
        .filter((kind) => parts.some((part) => part.kind === kind))
        .sort(),
    );
    assert.ok(parts.every((part) => (part.before === '') === (part.kind === 'added')));
    assert.ok(parts.every((part) => (part.after === '') === (part.kind === 'removed')));
  });
  it('ends even when a portion has no room for anything', () => {
    const parts = chunkHunks([hunk('h1', '', 'abcdef', 'A long heading')], 1).flat();
    assert.equal(parts.map((part) => part.after).join(''), 'abcdef');
  });

  const text = fc
    .array(fc.constantFrom('price', '40', 'a\nb', 'x'.repeat(30), '😀'), { maxLength: 40 })
    .map((parts) => parts.join(' '));
  const size = fc.integer({ min: 60, max: 400 });
  it('loses no removed and no added character', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), size, (pairs, maxChars) => {
        const all = pairs
          .map(([before, after], at) => hunk(`h${at}`, before, after))
          .filter((one) => one.before !== one.after);
        const changed = (hunks: readonly Hunk[], op: string) =>
          hunks
            .flatMap((one) => one.words)
            .filter((word) => word.op === op)
            .map((word) => word.text)
            .join('');
        const parts = chunkHunks(all, maxChars).flat();
        assert.equal(changed(parts, 'removed'), changed(all, 'removed'));
        assert.equal(changed(parts, 'added'), changed(all, 'added'));
      }),
    );
  });
  it('keeps each portion within its size', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), size, (pairs, maxChars) => {
        const all = pairs.map(([before, after], at) => hunk(`h${at}`, before, after));
        for (const chunk of chunkHunks(all, maxChars)) {
          const total = chunk.reduce((sum, one) => sum + sizeOf(one), 0);
          assert.ok(total <= maxChars, `${total} > ${maxChars}`);
        }
      }),
    );
  });
});
