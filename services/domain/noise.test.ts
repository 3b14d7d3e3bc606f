import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { diffTexts } from './diff.ts';
import { isFlapping } from './flapping.ts';
import { noiseOf } from './noise.ts';
import { normalise } from './normalise.ts';

const noise = (before: string, after: string) =>
  noiseOf(diffTexts(normalise(before), normalise(after)));

describe('noiseOf', () => {
  const silent: [title: string, before: string, after: string][] = [
    ['case', 'In Stock now', 'in stock NOW'],
    ['spelling of quotes', 'the “best” shop', 'the "best" shop'],
    ['spelling of dashes', 'open 9–17', 'open 9-17'],
    ['the level of a heading', '## Plans', '### Plans'],
    ['a masked time that came', 'a\nb', 'a\n3 minutes ago\nb'],
    ['a masked time that went', 'a 3 minutes ago', 'a'],
    ['separators', 'a | b', 'a · b'],
  ];
  for (const [title, before, after] of silent) {
    it(`is noise when only ${title} differs`, () => assert.equal(noise(before, after), 'noise'));
  }
  const telling: [title: string, before: string, after: string][] = [
    ['a number', 'Price 40', 'Price 45'],
    ['a sign', '-5 %', '5 %'],
    ['a minus that looks like a list mark', '- 5 %', '5 %'],
    ['a unit', '12 %', '12'],
    ['a word', 'available', 'not available'],
    ['a comparison', '> 5', '5'],
    ['a decimal point', '1.5', '15'],
    ['a look-alike letter', 'price', 'рrice'],
    ['one of two lines', 'A\nPrice 40', 'a\nPrice 45'],
  ];
  for (const [title, before, after] of telling) {
    it(`is no noise when ${title} differs`, () => assert.equal(noise(before, after), undefined));
  }
  it('is moved when blocks only moved', () => {
    assert.equal(noise('- Apple\n- Pear', '- Pear\n- Apple'), 'moved');
  });
  it('is noise when nothing differs', () => assert.equal(noise('a', 'a'), 'noise'));
  it('is noise when blocks moved and the rest is noise', () => {
    assert.equal(noise('- Apple\n- Pear\nX', '- Pear\n- Apple\nx'), 'noise');
  });
});

describe('isFlapping', () => {
  const cases: [recent: string, hash: string, flapping: boolean][] = [
    ['ABA', 'B', true],
    ['xxABA', 'B', true],
    ['BA', 'B', false],
    ['', 'B', false],
    ['ABC', 'B', false],
    ['CBA', 'B', false],
    ['BBB', 'B', false],
    ['AAB', 'B', false],
    ['ABAB', 'B', false],
    ['ABAC', 'B', false],
  ];
  for (const [recent, hash, flapping] of cases) {
    it(`${flapping ? 'holds' : 'does not hold'} for ${recent}, then ${hash}`, () => {
      assert.equal(isFlapping(Array.from(recent), hash), flapping);
    });
  }
});
