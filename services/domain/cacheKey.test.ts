import assert from 'node:assert/strict';
import { verdictCacheKey, type CacheKeyInput } from './cacheKey.ts';
import { page } from './testing.ts';

const input: CacheKeyInput = {
  workspace: 'team',
  texts: [{ before: page('A'), after: page('B') }],
  goal: { prompt: 'Tell me about the price', kind: 'Change', language: 'en' },
  previousFindings: [{ subject: 'price', kind: 'changed', value: '35' }],
  promptVersion: 'judge@1',
  models: ['large', 'small'],
  schemaVersion: 'verdict@1',
};
const variants: Readonly<Record<string, Partial<CacheKeyInput>>> = {
  'defect: verdict cache without model: another model': { models: ['small'] },
  'another order of models': { models: ['small', 'large'] },
  'defect: verdict cache without prompt version: another prompt version': {
    promptVersion: 'judge@2',
  },
  'another schema version': { schemaVersion: 'verdict@2' },
  'D11 another workspace': { workspace: 'other' },
  'another goal text': { goal: { ...input.goal, prompt: 'Tell me about the stock' } },
  'another goal kind': { goal: { ...input.goal, kind: 'State' } },
  'another language': { goal: { ...input.goal, language: 'de' } },
  'other open findings': { previousFindings: [] },
  'the value null instead of "null"': {
    previousFindings: [{ subject: 'price', kind: 'changed', value: null }],
  },
  'another text before': { texts: [{ before: page('C'), after: page('B') }] },
  'another text after': { texts: [{ before: page('A'), after: page('C') }] },
  'no text before': { texts: [{ before: undefined, after: page('B') }] },
  'the texts the other way round': { texts: [{ before: page('B'), after: page('A') }] },
  'one more source': { texts: [...input.texts, { before: page('A'), after: page('B') }] },
};

describe('verdictCacheKey', () => {
  for (const [what, change] of Object.entries(variants))
    it(`${what} has another key`, () =>
      assert.notEqual(verdictCacheKey({ ...input, ...change }), verdictCacheKey(input)));
  it('is the same for the same input', () =>
    assert.equal(verdictCacheKey(structuredClone(input)), verdictCacheKey(input)));
  it('does not depend on the sections of a text that reads the same', () => {
    const same = { ...page('A'), blocks: [] };
    assert.equal(
      verdictCacheKey({ ...input, texts: [{ before: same, after: page('B') }] }),
      verdictCacheKey(input),
    );
  });
  it('cannot be confused by where one part ends and the next begins', () =>
    assert.notEqual(
      verdictCacheKey({ ...input, workspace: 'a', promptVersion: 'bc' }),
      verdictCacheKey({ ...input, workspace: 'ab', promptVersion: 'c' }),
    ));
  it('is a SHA-256 in hex', () => assert.match(verdictCacheKey(input), /^[0-9a-f]{64}$/));
});
