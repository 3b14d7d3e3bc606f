import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mediaApplies, parseSheet, specificityOf } from './sheet.ts';

const selectorsOf = (css: string) => parseSheet(css, 100).map(({ selector }) => selector);

describe('parseSheet', () => {
  it('gives one rule for each selector of a list', () => {
    assert.deepEqual(selectorsOf('a, .b{display:none}'), ['a', '.b']);
  });
  it('does not split a list inside parentheses and brackets', () => {
    assert.deepEqual(selectorsOf('a:is(.b,.c), d[e="f"]{display:none}'), [
      'a:is(.b,.c)',
      'd[e="f"]',
    ]);
  });
  it('leaves out rules that say nothing about visibility', () => {
    assert.deepEqual(selectorsOf('a{border:0}b{display:none}'), ['b']);
  });
  it('skips imports and other statements', () => {
    assert.deepEqual(selectorsOf('@charset "x";@import url(a.css);a{display:none}'), ['a']);
  });
  it('skips key frames and fonts', () => {
    assert.deepEqual(selectorsOf('@keyframes k{from{opacity:0}}@font-face{src:x}a{display:none}'), [
      'a',
    ]);
  });
  it('ignores braces in strings', () => {
    assert.deepEqual(selectorsOf('a{content:"}";display:none}b{display:none}'), ['a', 'b']);
  });
  it('ignores a stray brace', () => {
    assert.deepEqual(selectorsOf('}a{display:none}'), ['a']);
  });
  it('ignores a rule that is not closed', () => {
    assert.deepEqual(selectorsOf('a{display:none}b{display:none'), ['a']);
  });
  it('leaves nested rules out of their parent', () => {
    const [rule] = parseSheet('a{color:red;& b{display:none}}', 100);
    assert.deepEqual(rule?.declarations, [{ property: 'color', value: 'red', important: false }]);
  });
  it('stops at the limit', () => {
    assert.equal(parseSheet('a{display:none}b{display:none}c{display:none}', 2).length, 2);
  });
  it('does not descend without end', () => {
    const deep = `${'@layer{'.repeat(50)}a{display:none}${'}'.repeat(50)}`;
    assert.deepEqual(selectorsOf(deep), []);
  });
  it('leaves selectors and queries without end alone', () => {
    const long = 'a'.repeat(2_000);
    assert.deepEqual(
      selectorsOf(`.${long}{display:none}@media ${long}{a{display:none}}b{display:none}`),
      ['b'],
    );
  });
  it('skips container queries, which cannot be decided', () => {
    assert.deepEqual(selectorsOf('@container (min-width:1px){a{display:none}}'), []);
  });
});

describe('mediaApplies', () => {
  const cases: [query: string, applies: boolean][] = [
    ['', true],
    ['all', true],
    ['screen', true],
    ['only screen and (min-width: 768px)', true],
    ['(min-width: 90em)', false],
    ['(max-width: 600px)', false],
    ['(max-width: 2000px)', true],
    ['print', false],
    ['print, screen', true],
    ['not screen', false],
    ['(prefers-color-scheme: dark)', false],
  ];
  for (const [query, applies] of cases) {
    it(`${applies ? 'applies' : 'does not apply'}: "${query}"`, () => {
      assert.equal(mediaApplies(query), applies);
    });
  }
});

describe('specificityOf', () => {
  const rising: [weaker: string, stronger: string][] = [
    ['p', '.a'],
    ['.a.b.c', '#a'],
    ['.a', 'p.a'],
    ['p', 'div p'],
    ['.a', '[x="#y"] .a'],
    [':where(#a) p', '.a'],
    ['.a', ':not(.a) .b'],
    ['p', 'p:first-child'],
  ];
  for (const [weaker, stronger] of rising) {
    it(`${weaker} is weaker than ${stronger}`, () => {
      assert.ok(specificityOf(weaker) < specificityOf(stronger));
    });
  }
});
