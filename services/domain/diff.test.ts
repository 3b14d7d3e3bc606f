import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { diffTexts } from './diff.ts';
import { normalise } from './normalise.ts';
import type { Change, Hunk } from './types.ts';

const lines = (text: string) => text.split(' / ').join('\n');
const diff = (before: string, after: string): Change =>
  diffTexts(normalise(lines(before)), normalise(lines(after)));
const show = ({ kind, before, after }: Hunk) =>
  `${kind}: ${before.replaceAll('\n', ' / ')} → ${after.replaceAll('\n', ' / ')}`;
const shown = (before: string, after: string) => diff(before, after).hunks.map(show);

describe('diffTexts: hunks', () => {
  const cases: [title: string, before: string, after: string, hunks: string[]][] = [
    ['finds nothing in equal texts', 'a / b', 'a / b', []],
    ['tells an added line', 'a / b', 'a / x / b', ['added:  → x']],
    ['tells a removed line', 'a / x / b', 'a / b', ['removed: x → ']],
    [
      'tells a changed line',
      'a / Price 40 / b',
      'a / Price 45 / b',
      ['changed: Price 40 → Price 45'],
    ],
    [
      'tells each of two labelled prices that swap under their own headings',
      '## Basic / Price: 40 / - In stock / ## Pro / Price: 99',
      '## Basic / Price: 99 / - In stock / ## Pro / Price: 40',
      ['changed: Price: 40 → Price: 99', 'changed: Price: 99 → Price: 40'],
    ],
    [
      'takes a lone removed and a lone added line for a change',
      'a / x / b',
      'a / y / b',
      ['changed: x → y'],
    ],
    ['tells neighbouring added lines together', 'a', 'a / x / y', ['added:  → x / y']],
    ['tells neighbouring removed lines together', 'a / x / y', 'a', ['removed: x / y → ']],
    [
      'pairs each changed line with what it became',
      'A 1 one / B 2 two',
      'A 9 one / B 8 two',
      ['changed: A 1 one → A 9 one', 'changed: B 2 two → B 8 two'],
    ],
    [
      'pairs by likeness when a line was put in',
      'h / Price now 40 € / t',
      'h / Sold out soon / Price now 45 € / t',
      ['added:  → Sold out soon', 'changed: Price now 40 € → Price now 45 €'],
    ],
    [
      'tells unlike lines as removed and added',
      'h / The old text here / Some more of it / t',
      'h / Nothing alike at all / And another one / t',
      [
        'removed: The old text here / Some more of it → ',
        'added:  → Nothing alike at all / And another one',
      ],
    ],
    [
      'pairs a value with a value',
      'h / 40 / alpha / t',
      'h / 45 / beta / t',
      ['changed: 40 → 45', 'removed: alpha → ', 'added:  → beta'],
    ],
    [
      'does not pair a value with a label',
      'h / Sold out / Price is 12 now / t',
      'h / New things come / 15 / t',
      ['added:  → New things come', 'changed: Sold out → 15', 'removed: Price is 12 now → '],
    ],
    ['tells everything of a new page', '', 'a / b', ['added:  → a / b']],
    ['tells everything of an emptied page', 'a / b', '', ['removed: a / b → ']],
    ['tells a changed heading', '# Plans / a', '# Prices / a', ['changed: # Plans → # Prices']],
  ];
  for (const [title, before, after, hunks] of cases) {
    it(title, () => assert.deepEqual(shown(before, after), hunks));
  }

  it('numbers the hunks in the order of the page', () => {
    const { hunks } = diff('a / b 1 / c / d 1', 'a / b 2 / c / d 2');
    assert.deepEqual(
      hunks.map(({ id, after }) => [id, after]),
      [
        ['h1', 'b 2'],
        ['h2', 'd 2'],
      ],
    );
  });
  it('gives a hunk its heading and the lines around it', () => {
    const [hunk] = diff('# Plans / a / Price 40 / b', '# Plans / a / Price 45 / b').hunks;
    assert.equal(hunk?.section, 'Plans');
    assert.deepEqual(hunk?.context, { above: 'a', below: 'b' });
  });
  it('gives a removed line the heading it had and the lines that now meet', () => {
    const [hunk] = diff('# Old / x / # New / b', '# New / b').hunks;
    assert.deepEqual(
      [hunk?.section, hunk?.context.above, hunk?.context.below],
      ['Old', '', '# New'],
    );
  });
  it('gives a line that went below a changed one its place in the newer text', () => {
    const { hunks } = diff('h / Price now 40 € / old tail / t', 'h / Price now 45 € / t');
    assert.deepEqual(hunks[1]?.context, { above: 'Price now 45 €', below: 't' });
  });
  it('has no context at the ends of the text', () => {
    const [hunk] = diff('a', 'b').hunks;
    assert.deepEqual(hunk?.context, { above: '', below: '' });
  });
  it('marks the changed words of a line', () => {
    const [hunk] = diff('Price 40 €', 'Price 45 €').hunks;
    assert.deepEqual(
      hunk?.words.filter(({ op }) => op !== 'equal'),
      [
        { op: 'removed', text: '40' },
        { op: 'added', text: '45' },
      ],
    );
  });
  it('counts the characters that went and came', () => {
    const change = diff('Price 40 / gone', 'Price 1200 / b / c');
    assert.ok(change.addedChars >= 4 && change.removedChars >= 6);
  });
  it('breaks a hunk where a moved line stood in it', () => {
    const item = '- Apple pie';
    const { hunks, moved } = diff(`x one / ${item} / y two / k / z`, `k / z / ${item}`);
    assert.equal(moved, 1);
    assert.deepEqual(hunks.map(show), ['removed: x one → ', 'removed: y two → ']);
  });
});

describe('diffTexts: size', () => {
  const many = (line: (at: number) => string) =>
    normalise(Array.from({ length: 20_000 }, (_, at) => line(at)).join('\n'));
  it('compares 20,000 lines that are all different', () => {
    const change = diffTexts(
      many((at) => `old ${at} alpha beta`),
      many((at) => `new ${at} gamma delta`),
    );
    assert.equal(
      change.hunks.flatMap((hunk) => hunk.after.split('\n')).filter(Boolean).length,
      20_000,
    );
  });
  it('compares 20,000 lines that all changed by one word', () => {
    const change = diffTexts(
      many((at) => `row ${at} alpha beta 1`),
      many((at) => `row ${at} alpha beta 2`),
    );
    assert.equal(change.hunks.length, 20_000);
    assert.deepEqual(change.hunks.at(-1)?.words.slice(1), [
      { op: 'removed', text: '1' },
      { op: 'added', text: '2' },
    ]);
  });
  it('compares long lines coarsely when there are very many', () => {
    const long = (at: number, word: string) => `row ${at} ${`${word} same `.repeat(300)}`;
    const older = Array.from({ length: 60 }, (_, at) => long(at, 'a')).join('\n');
    const newer = Array.from({ length: 60 }, (_, at) => long(at, 'b')).join('\n');
    const { hunks } = diffTexts(normalise(older), normalise(newer));
    assert.equal(hunks.length, 60);
    assert.ok((hunks[0]?.words.length ?? 0) > (hunks.at(-1)?.words.length ?? 0));
  });
  it('moves 20,000 list items into the opposite order', () => {
    const older = many((at) => `- item ${at} x`);
    const newer = many((at) => `- item ${19_999 - at} x`);
    const change = diffTexts(older, newer);
    assert.deepEqual([change.hunks.length, change.moved], [0, 19_999]);
  });
  it('defect: facts beyond the first 8,000 characters never seen', () => {
    const filler = 'A sentence that never changes at all. / '.repeat(2_000);
    assert.deepEqual(shown(`${filler}Price 40`, `${filler}Price 45`), [
      'changed: Price 40 → Price 45',
    ]);
  });
});
