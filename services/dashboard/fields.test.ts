import assert from 'node:assert/strict';
import { lockedAt, ownersOf, problemAt, problemsElsewhere } from './web/src/parts/fields.ts';
import './testing/english.ts';

const job = (readOnly: string | null = null) => ({
  status: {
    ownership: {
      readOnly,
      fields: [
        { path: 'spec.description', managers: ['kubectl', 'argocd'] },
        { path: 'spec.goal.threshold', managers: ['kubectl'] },
        { path: 'spec.sources[1].url', managers: ['argocd'] },
        { path: 'spec.tags', managers: ['argocd'] },
      ],
    },
  },
});

describe('the fields of the form', () => {
  it('say whose a field is, and nothing of one that nobody else owns', () => {
    assert.equal(
      lockedAt(job(), ['spec.description']),
      'Owned by kubectl and argocd; change it there.',
    );
    assert.equal(lockedAt(job(), ['spec.goal.prompt']), undefined);
    assert.equal(lockedAt({}, ['spec.description']), undefined);
    assert.deepEqual(ownersOf(job().status.ownership), ['kubectl', 'argocd']);
    assert.deepEqual(ownersOf(undefined), []);
  });

  it('are owned by whoever owns a part of them, or what they are a part of', () => {
    assert.match(lockedAt(job(), ['spec.sources[1]']) ?? '', /argocd/);
    assert.match(lockedAt(job(), ['spec.cron', 'spec.tags[0]']) ?? '', /argocd/);
    assert.equal(lockedAt(job(), ['spec.sources[10].url']), undefined);
  });

  it('are locked without a word where the whole form says why', () => {
    assert.equal(lockedAt(job('is applied elsewhere'), ['spec.goal.prompt']), '');
  });

  it('get the problems of their item too, and leave those of others to be told apart', () => {
    const problems = [
      { path: 'spec.sources[1]', message: 'is owned' },
      { path: 'spec.goal.prompt', message: 'is too long' },
      { path: 'spec.tags', message: 'are too many' },
    ];
    assert.equal(problemAt(problems, 'spec.sources[1].url'), 'is owned');
    assert.equal(problemAt(problems, 'spec.sources[10].url'), '');
    assert.equal(problemAt(problems, 'spec.goal'), 'is too long');
    assert.deepEqual(
      problemsElsewhere(problems, ['spec.sources[1].url', 'spec.goal']).map(({ path }) => path),
      ['spec.tags'],
    );
  });
});
