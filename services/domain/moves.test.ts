import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { diffTexts } from './diff.ts';
import { noiseOf } from './noise.ts';
import { normalise } from './normalise.ts';
import type { Change, Hunk } from './types.ts';

const lines = (text: string) => text.split(' / ').join('\n');
const diff = (before: string, after: string): Change =>
  diffTexts(normalise(lines(before)), normalise(lines(after)));
const show = ({ kind, before, after }: Hunk) =>
  `${kind}: ${before.replaceAll('\n', ' / ')} → ${after.replaceAll('\n', ' / ')}`;

describe('diffTexts: moves', () => {
  const moves: [title: string, before: string, after: string, moved: number][] = [
    ['a list item', '- a1 x / - b / - c', '- b / - c / - a1 x', 1],
    ['all list items', '- Apple / - Pear / - Plum / - Fig', '- Fig / - Plum / - Pear / - Apple', 3],
    ['rows of a table', 'Plan | Price / A | 40 / B | 50', 'Plan | Price / B | 50 / A | 40', 1],
    ['a whole section', '# P / ## A / 40 / ## B / 50', '# P / ## B / 50 / ## A / 40', 2],
    ['a section with sections in it', '# A / ## B / 1 / # C / 2', '# C / 2 / # A / ## B / 1', 2],
    ['a label with its value', 'Plan A / 40 / Plan B / 50', 'Plan B / 50 / Plan A / 40', 2],
    [
      'two labels with their values',
      'Plan A / 40 / Plan B / 50 / Plan C / 60',
      'Plan C / 60 / Plan A / 40 / Plan B / 50',
      2,
    ],
    ['items of JSON', 'p[id=a].v: 1 / p[id=b].v: 2', 'p[id=b].v: 2 / p[id=a].v: 1', 1],
    [
      'a paragraph',
      'The council has agreed to build a new bridge over the river. / Short one / Another',
      'Short one / Another / The council has agreed to build a new bridge over the river.',
      1,
    ],
    [
      'a section that ends the page before sentences',
      '## A / 1 / ## B / - x',
      '## B / - x / ## A / 1',
      2,
    ],
  ];
  for (const [title, before, after, moved] of moves) {
    it(`takes ${title} in another place for moved`, () => {
      const change = diff(before, after);
      assert.deepEqual(change.hunks.map(show), []);
      assert.equal(change.moved, moved);
      assert.equal(noiseOf(change), 'moved');
    });
  }

  const changes: [title: string, before: string, after: string][] = [
    ['two prices that swap places', 'Plan A / 40 / Plan B / 50', 'Plan A / 50 / Plan B / 40'],
    ['two prices under headings that swap', '## A / 40 / ## B / 50', '## A / 50 / ## B / 40'],
    ['two headings that swap over their prices', '## A / 40 / ## B / 50', '## B / 40 / ## A / 50'],
    ['two prices in rows that swap', 'A | 40 / B | 50', 'A | 50 / B | 40'],
    [
      'two prices in list items that swap',
      '- Plan A / - 40 / - Plan B / - 50',
      '- Plan A / - 50 / - Plan B / - 40',
    ],
    ['three prices that go round', 'A / 1 / B / 2 / C / 3', 'A / 2 / B / 3 / C / 1'],
    [
      'two states that swap',
      'API / Operational / Web / Degraded',
      'API / Degraded / Web / Operational',
    ],
    [
      'two labels that swap over their states',
      'API / Operational / Web / Degraded',
      'Web / Operational / API / Degraded',
    ],
    ['unknown words that swap', 'API / Flying / Web / Sinking', 'API / Sinking / Web / Flying'],
    ['yes and no that swap', 'Parking / Yes / Pool / No', 'Parking / No / Pool / Yes'],
    [
      'a badge that goes to another card',
      'Plan A / Popular / Plan B / Buy',
      'Plan A / Plan B / Popular / Buy',
    ],
    [
      'an item that goes to another section',
      '## Open / - Bug 1 x / ## Done / - y',
      '## Open / ## Done / - Bug 1 x / - y',
    ],
    [
      'a section that goes under another heading',
      '# In stock / ## Lamp / 40 / # Gone / ## Bed / 50',
      '# In stock / # Gone / ## Lamp / 40 / ## Bed / 50',
    ],
    [
      'a heading that leaves its text behind',
      '## A / x / 40 / ## B / y',
      '## B / x / 40 / ## A / y',
    ],
    [
      'a label that leaves its value behind',
      'Plan A / 40 / Plan B / 50 / End',
      'Plan B / Plan A / 40 / 50 / End',
    ],
    ['a section that swallows what follows', '## A / 1 / ## B / 2 / 3', '## B / 2 / ## A / 1 / 3'],
    [
      'a group that comes between a label and its value',
      'Plan A / 40 / Plan B / 50 / Plan C / 60',
      'Plan B / Plan A / 40 / 50 / Plan C / 60',
    ],
    [
      'a group that comes below a label without a value',
      'Plan A / 40 / Intro / End',
      'Intro / Plan A / 40 / End',
    ],
    [
      'a group that comes between two values',
      'Plan A / 40 / Plan B / 50 / 60 / Plan C',
      'Plan B / 50 / Plan A / 40 / 60 / Plan C',
    ],
    [
      'a group that moves between a label and its value',
      'Plan A / 40 / Plan B / 50',
      'Plan B / Plan A / 40 / 50',
    ],
  ];
  for (const [title, before, after] of changes) {
    it(`takes ${title} for a change`, () => {
      const change = diff(before, after);
      assert.notEqual(change.hunks.length, 0);
      assert.equal(noiseOf(change), undefined);
    });
  }

  it('defect: moved-text heuristics call a price swap trivial', () => {
    const change = diff('Basic / 10 € / Pro / 20 €', 'Basic / 20 € / Pro / 10 €');
    assert.equal(change.moved, 0);
    assert.deepEqual(change.hunks.map(show), ['changed: 10 € → 20 €', 'changed: 20 € → 10 €']);
  });
  it('defect: "12 %" → "21 %" seen as equal by a sorted-character comparison', () => {
    const change = diff('Rate / 12 %', 'Rate / 21 %');
    assert.deepEqual(change.hunks.map(show), ['changed: 12 % → 21 %']);
    assert.equal(noiseOf(change), undefined);
  });
  it('defect: A→B(suppressed)→A judged as a whole-page change', () => {
    const page = (price: number) =>
      Array.from({ length: 500 }, (_, at) => `Line ${at} of the page`).join(' / ') +
      ` / Price ${price}`;
    const { hunks } = diff(page(45), page(40));
    assert.deepEqual(hunks.map(show), ['changed: Price 45 → Price 40']);
  });
  it('pairs equal lines that moved in runs, however often they repeat', () => {
    const block = '- same / - same / - same';
    const change = diff(`${block} / k / l`, `k / l / ${block}`);
    assert.deepEqual([change.hunks.length, change.moved], [0, 3]);
  });
});
