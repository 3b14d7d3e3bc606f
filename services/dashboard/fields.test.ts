import assert from 'node:assert/strict';
import type { MonitorJob } from './web/src/objects.ts';
import {
  formFields,
  ownersOf,
  ownerText,
  problemsAt,
  problemsElsewhere,
  withValues,
} from './web/src/parts/fields.ts';

const job = (spec: Partial<MonitorJob['spec']> = {}): MonitorJob => ({
  metadata: { name: 'shop' },
  spec: {
    suspend: false,
    description: 'mine',
    goal: { prompt: 'prices' },
    schedule: { interval: '15m', timeZone: 'UTC' },
    sources: [
      { name: 'a', url: 'https://example.org/a' },
      { name: 'b', url: 'https://example.org/b' },
    ],
    ...spec,
  },
});

describe('the fields of the form', () => {
  it('put what was typed where it belongs and leave the rest as it was', () => {
    const typed = new Map([
      ['spec.goal.prompt', ' stock '],
      ['spec.sources[1].url', 'https://example.org/c'],
    ]);
    const { spec } = withValues(job(), typed);
    assert.deepEqual(spec.goal, { prompt: 'stock' });
    assert.deepEqual(
      spec.sources.map(({ url }) => url),
      ['https://example.org/a', 'https://example.org/c'],
    );
    assert.deepEqual([spec.description, spec.schedule.interval], ['mine', '15m']);
  });

  it('take an optional field away when it is emptied', () => {
    const changed = withValues(job(), new Map([['spec.description', '']]));
    assert.equal('description' in changed.spec, false);
  });

  it('have no interval where a cron says when', () => {
    const paths = formFields(job({ schedule: { cron: '0 9 * * *', timeZone: 'UTC' } })).map(
      ({ path }) => path,
    );
    assert.equal(paths.includes('spec.schedule.interval'), false);
  });

  it('say whose a field is, and nothing of one that nobody else owns', () => {
    const ownership = {
      readOnly: null,
      fields: [
        { path: 'spec.description', managers: ['kubectl', 'argocd'] },
        { path: 'spec.goal.threshold', managers: ['kubectl'] },
      ],
    };
    assert.equal(
      ownerText(ownership, 'spec.description'),
      'Owned by kubectl and argocd; change it there.',
    );
    assert.equal(ownerText(ownership, 'spec.goal.prompt'), undefined);
    assert.deepEqual(ownersOf(ownership), ['kubectl', 'argocd']);
    assert.deepEqual(ownersOf(undefined), []);
  });

  it('get the problems of their item too, and leave those of others to be told apart', () => {
    const problems = [
      { path: 'spec.sources[1]', message: 'is owned' },
      { path: 'spec.goal.prompt', message: 'is owned' },
      { path: 'spec.tags', message: 'is owned' },
    ];
    const at = (path: string): string[] =>
      problemsAt(problems, path).map((problem) => problem.path);
    assert.deepEqual(at('spec.sources[1].url'), ['spec.sources[1]']);
    assert.deepEqual(at('spec.sources[10].url'), []);
    assert.deepEqual(at('spec.goal.prompt'), ['spec.goal.prompt']);
    assert.deepEqual(
      problemsElsewhere(problems, formFields(job())).map(({ path }) => path),
      ['spec.tags'],
    );
  });
});
