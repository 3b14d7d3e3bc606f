import assert from 'node:assert/strict';
import fc from 'fast-check';
import { validateManifest } from '../../core/manifest/index.ts';
import { job } from '../testing/api.ts';
import type { FieldTree, Manager } from './managers.ts';
import { specSchemaOf } from './resources.ts';
import { takenAway, wishOf, writtenPart } from './wish.ts';

const schema = specSchemaOf('MonitorJob');
const page = { name: 'page', url: 'https://example.org/' };
const OWN: FieldTree = {
  'f:goal': { 'f:prompt': {} },
  'f:schedule': { 'f:interval': {} },
  'f:sources': { 'k:{"name":"page"}': { '.': {}, 'f:name': {}, 'f:url': {} } },
};
type Spec = Record<string, unknown>;

/** The spec as it stands in the cluster once its defaults are filled in. */
function stored(spec: Spec): Spec {
  const result = validateManifest({ ...job('x'), spec });
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problems));
  return { ...(result.object as { spec: object }).spec };
}
const base = job('x')['spec'] as Spec;
const wish = (sent: Spec, live: Spec, owned: FieldTree | undefined): unknown =>
  wishOf(schema, { sent, wanted: stored(sent), live: stored(live) }, owned);

describe('what an edit applies', () => {
  for (const [what, sent, live, owned, expected] of [
    ['what is owned, changed or not', base, base, OWN, base],
    ['nothing of what others set already', base, base, undefined, undefined],
    ['no default that was sent along', stored(base), base, OWN, base],
    [
      'a changed default',
      { ...base, goal: { ...(base['goal'] as object), threshold: 90 } },
      base,
      undefined,
      { goal: { threshold: 90 } },
    ],
    [
      'a changed field of a source, with its name',
      { ...base, sources: [{ ...page, url: 'https://example.org/2' }] },
      base,
      undefined,
      { sources: [{ name: 'page', url: 'https://example.org/2' }] },
    ],
    [
      'a new source as it was sent, and none of the others',
      { ...base, sources: [page, { name: 'new', url: 'https://example.org/n' }] },
      base,
      undefined,
      { sources: [{ name: 'new', url: 'https://example.org/n' }] },
    ],
    [
      'the words that are new or its own',
      { ...base, tags: ['theirs', 'mine', 'new'] },
      { ...base, tags: ['theirs', 'mine'] },
      { 'f:tags': { 'v:"mine"': {} } },
      { tags: ['mine', 'new'] },
    ],
    [
      'nothing of what is left out, which gives it up',
      { ...base, description: undefined },
      { ...base, description: 'x' },
      { 'f:description': {} },
      undefined,
    ],
  ] as const)
    it(`is ${what}`, () => {
      const plain = JSON.parse(JSON.stringify(sent)) as Spec;
      assert.deepEqual(wish(plain, { ...live }, owned), expected);
    });

  it('is a list without keys as a whole', () => {
    const ignoring = (text: string[]) => ({ ...base, sources: [{ ...page, ignore: { text } }] });
    assert.deepEqual(wish(ignoring(['a', 'b']), ignoring(['a']), undefined), {
      sources: [{ name: 'page', ignore: { text: ['a', 'b'] } }],
    });
    assert.equal(wish(ignoring(['a']), ignoring(['a']), undefined), undefined);
  });

  it('is everything when nothing was there', () => {
    const edit = { sent: { a: { b: 1 }, c: {} }, wanted: undefined, live: undefined };
    const open = { type: 'object', properties: {} } as const;
    const loose = {
      ...open,
      properties: { a: { ...open, additionalProperties: { type: 'integer' } }, c: open },
    } as const;
    assert.deepEqual(wishOf(loose, edit, undefined), { a: { b: 1 }, c: {} });
  });

  const specs = fc
    .record({
      description: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
      tags: fc.option(fc.uniqueArray(fc.constantFrom('x', 'y', 'z')), { nil: undefined }),
      threshold: fc.option(fc.constantFrom(75, 90), { nil: undefined }),
      urls: fc.uniqueArray(fc.constantFrom('one', 'two', 'three'), { minLength: 1 }),
    })
    .map(({ description, tags, threshold, urls }): Spec => ({
      ...base,
      ...(description === undefined ? {} : { description }),
      ...(tags === undefined ? {} : { tags }),
      goal: { prompt: 'p', ...(threshold === undefined ? {} : { threshold }) },
      sources: urls.map((name) => ({ name, url: `https://example.org/${name}` })),
    }));

  it('is nothing when the same is sent again to what others own, defaults or not', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        assert.equal(wish(spec, spec, undefined), undefined);
        assert.equal(wish(stored(spec), spec, undefined), undefined);
      }),
      { numRuns: 30 },
    );
  });

  it('never holds a field that was not sent', () => {
    fc.assert(
      fc.property(specs, specs, (sent, live) => {
        const applied = wish(sent, live, OWN) as Spec;
        for (const key of Object.keys(applied)) assert.ok(key in sent, key);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what a replacement would take from others', () => {
  const manager = (name: string, spec: FieldTree): Manager => ({
    name,
    operation: 'Apply',
    fields: { 'f:spec': spec },
  });
  const taken = (sent: Spec, live: Spec, ...managers: Manager[]) =>
    takenAway(schema, { sent, wanted: stored(sent), live: stored(live) }, managers, 'spec').map(
      ({ path, message }) => [path, /^is owned by (\S+);/.exec(message)?.[1]],
    );
  const theirs = {
    ...base,
    description: 'theirs',
    tags: ['a'],
    goal: { prompt: 'p', threshold: 90 },
  };
  const second = { name: 'second', url: 'https://example.org/2' };

  it('is a field that is left out', () => {
    assert.deepEqual(taken(base, theirs, manager('kubectl', { 'f:description': {} })), [
      ['spec.description', 'kubectl'],
    ]);
  });
  it('is a field that would fall back to its default', () => {
    const owner = manager('argocd', { 'f:goal': { '.': {}, 'f:threshold': {} } });
    assert.deepEqual(taken(base, theirs, owner), [['spec.goal.threshold', 'argocd']]);
  });
  it('is a source, and a field of one', () => {
    const item = { '.': {}, 'f:name': {}, 'f:url': {}, 'f:fetch': {} };
    const owner = manager('kubectl', { 'f:sources': { 'k:{"name":"second"}': item } });
    assert.deepEqual(taken(base, { ...base, sources: [page, second] }, owner), [
      ['spec.sources[1]', 'kubectl'],
    ]);
    const live = { ...base, sources: [page, { ...second, fetch: 'Http' }] };
    assert.deepEqual(taken({ ...base, sources: [page, second] }, live, owner), [
      ['spec.sources[1].fetch', 'kubectl'],
    ]);
  });
  it('is a word of a set', () => {
    const owner = manager('kubectl', { 'f:tags': { 'v:"a"': {} } });
    assert.deepEqual(taken(base, theirs, owner), [['spec.tags[0]', 'kubectl']]);
  });
  it('is nothing that nobody else owns', () => {
    assert.deepEqual(taken(base, theirs), []);
    assert.deepEqual(taken(base, theirs, manager('kubectl', { 'f:suspend': {} })), []);
  });
  it('is nothing that is sent, which the API server judges', () => {
    const sent = { ...theirs, description: 'mine' };
    assert.deepEqual(taken(sent, theirs, manager('kubectl', { 'f:description': {} })), []);
  });
});

describe('what people wrote', () => {
  it('is all that somebody owns, without the defaults', () => {
    const live = stored({
      ...base,
      description: 'x',
      sources: [page, { name: 'b', url: 'https://example.org/b' }],
    });
    const others: FieldTree = {
      'f:description': {},
      'f:goal': { 'f:threshold': {} },
      'f:sources': { 'k:{"name":"b"}': { '.': {}, 'f:name': {}, 'f:url': {} } },
    };
    assert.deepEqual(writtenPart(schema, live, [OWN, others]), {
      ...base,
      description: 'x',
      goal: { ...(base['goal'] as object), threshold: 75 },
      sources: [page, { name: 'b', url: 'https://example.org/b' }],
    });
  });
  it('is unknown where nobody is known to own anything', () => {
    assert.equal(writtenPart(schema, stored(base), []), undefined);
  });
});
