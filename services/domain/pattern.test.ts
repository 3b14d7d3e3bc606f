import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { allMatches, compilePattern, replaceMatches, type Pattern } from './pattern.ts';

const compiled = (source: string) =>
  (compilePattern(source) as Extract<Pattern, { kind: 'pattern' }>).compiled;

describe('compilePattern', () => {
  for (const source of ['(', '[a', '(?=a)', '(a)\\1', '*a']) {
    it(`refuses ${source} with a reason`, () => {
      const pattern = compilePattern(source);
      assert.equal(pattern.kind, 'invalid');
      assert.ok(pattern.kind === 'invalid' && pattern.message.length > 5);
    });
  }
});

describe('allMatches', () => {
  it('gives the first group of each match', () =>
    assert.deepEqual(allMatches(compiled('a(\\d)'), 'a1a2', 9), ['1', '2']));
  it('gives the matches when there is no group', () =>
    assert.deepEqual(allMatches(compiled('\\d'), 'a1', 9), ['1']));
  it('gives no more than are asked for', () =>
    assert.deepEqual(allMatches(compiled('\\d'), '123', 2), ['1', '2']));
  it('gives nothing without a match', () =>
    assert.deepEqual(allMatches(compiled('b'), 'a', 9), []));
  it('gives null for a group that took no part', () => {
    assert.deepEqual(allMatches(compiled('a|(b)'), 'a', 9), [null]);
  });
});

describe('replaceMatches', () => {
  const never = () => false;
  it('replaces all matches', () =>
    assert.equal(replaceMatches(compiled('\\d+'), 'a1b22', 'X', never), 'aXbX'));
  it('does not read the replacement as a pattern', () => {
    assert.equal(replaceMatches(compiled('a'), 'a', '$0\\1', never), '$0\\1');
  });
  it('passes over empty matches', () =>
    assert.equal(replaceMatches(compiled('x*'), 'ab', 'X', never), 'ab'));
  it('keeps what is protected', () => {
    assert.equal(
      replaceMatches(compiled('a'), 'aba', 'X', (start) => start === 0),
      'abX',
    );
  });
});
