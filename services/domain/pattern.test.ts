import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compilePattern, firstMatch, replaceMatches, type Pattern } from './pattern.ts';

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

describe('firstMatch', () => {
  it('gives the first group', () => assert.equal(firstMatch(compiled('a(\\d)'), 'a1a2'), '1'));
  it('gives the match when there is no group', () =>
    assert.equal(firstMatch(compiled('\\d'), 'a1'), '1'));
  it('gives null without a match', () => assert.equal(firstMatch(compiled('b'), 'a'), null));
  it('gives null for a group that took no part', () => {
    assert.equal(firstMatch(compiled('a|(b)'), 'a'), null);
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
