import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { didYouMean, fieldPath, nearest, pathKeys } from './problem.ts';

describe('nearest', () => {
  const fields = ['interval', 'cron', 'timeZone', 'jitterPercent', 'url'];
  for (const [word, meant] of [
    ['intervall', 'interval'],
    ['itnerval', 'interval'],
    ['TimeZone', 'timeZone'],
    ['timezone', 'timeZone'],
    ['jitter_percent', 'jitterPercent'],
    ['ulr', 'url'],
    ['corn', 'cron'],
  ] as const)
    it(`takes ${word} for ${meant}`, () => {
      assert.equal(nearest(word, fields), meant);
    });
  for (const word of ['steps', 'a', 'retention', 'x'.repeat(1000)])
    it(`has no guess for ${word.slice(0, 20)}`, () => {
      assert.equal(nearest(word, fields), undefined);
    });
  it('prefers the nearest of several', () => {
    assert.equal(nearest('form', ['for', 'from', 'format']), 'for');
  });
  it('finds every known word itself', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
        for (const word of words) assert.equal(nearest(word, words), word);
      }),
    );
  });
});

describe('didYouMean', () => {
  it('asks when a word is near', () => {
    assert.equal(didYouMean('urll', ['url']), '; did you mean "url"?');
  });
  it('says nothing when none is', () => {
    assert.equal(didYouMean('promise', ['url']), '');
  });
});

describe('paths', () => {
  it('join words by dots', () => {
    assert.equal(fieldPath(fieldPath('', 'spec'), 'goal'), 'spec.goal');
  });
  it('quote names that are no words', () => {
    assert.equal(fieldPath('labels', 'a.b/c'), 'labels["a.b/c"]');
  });
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }), (keys) => {
        assert.deepEqual(pathKeys(keys.reduce(fieldPath, '')), keys);
      }),
    );
  });
  it('read places in lists as numbers', () => {
    assert.deepEqual(pathKeys('spec.sources[12].url'), ['spec', 'sources', 12, 'url']);
  });
});
