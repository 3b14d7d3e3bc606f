import assert from 'node:assert/strict';
import { clientSideManager, fieldsOfOthers, ownFields, type Managed } from './managers.ts';

const entry = (manager: string, fieldsV1: object, more: object = {}): object => ({
  manager,
  operation: 'Apply',
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const managed = (...managedFields: object[]): Managed => ({ managedFields });
const update = { operation: 'Update' };
const lastApplied = {
  'f:metadata': {
    'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/last-applied-configuration': {} },
  },
};
const item = { '.': {}, 'f:name': {}, 'f:url': {} };
const spec = {
  description: 'x',
  tags: ['a', 'b'],
  sources: [
    { name: 'first', url: 'https://example.org/1' },
    { name: 'second', url: 'https://example.org/2' },
  ],
  goal: { prompt: 'p', threshold: 90 },
};

describe('the owners of fields', () => {
  for (const [what, fields, expected] of [
    ['a field', { 'f:description': {} }, ['spec.description']],
    [
      'a field of an object, and not the object',
      { 'f:goal': { '.': {}, 'f:prompt': {} } },
      ['spec.goal.prompt'],
    ],
    [
      'a source by the place it has now, and its fields',
      { 'f:sources': { '.': {}, 'k:{"name":"second"}': item } },
      ['spec.sources[1]', 'spec.sources[1].name', 'spec.sources[1].url'],
    ],
    [
      'a field of a source that somebody else made',
      { 'f:sources': { 'k:{"name":"second"}': { 'f:url': {} } } },
      ['spec.sources[1].url'],
    ],
    [
      'a source that is gone, by its key',
      { 'f:sources': { 'k:{"name":"third"}': { '.': {} } } },
      ['spec.sources[{"name":"third"}]'],
    ],
    ['an item of a set', { 'f:tags': { 'v:"b"': {} } }, ['spec.tags[1]']],
    ['a list as a whole', { 'f:tags': {} }, ['spec.tags']],
  ] as const)
    it(`are told for ${what}`, () => {
      const fieldsV1 = { 'f:spec': fields };
      assert.deepEqual(
        fieldsOfOthers(managed(entry('kubectl', fieldsV1)), spec),
        expected.map((path) => ({ path, managers: ['kubectl'] })),
      );
    });

  it('are told together where two own the same', () => {
    const fieldsV1 = { 'f:spec': { 'f:description': {} } };
    const both = managed(entry('kubectl', fieldsV1), entry('argocd-controller', fieldsV1));
    assert.deepEqual(fieldsOfOthers(both, spec), [
      { path: 'spec.description', managers: ['kubectl', 'argocd-controller'] },
    ]);
  });

  it('leave out the dashboard itself, the status, and what is outside of the spec', () => {
    const fieldsV1 = { 'f:spec': { 'f:description': {} } };
    const others = managed(
      entry('duckmon-dashboard', fieldsV1),
      entry('duckmon-dashboard', { 'f:metadata': {} }, update),
      entry('duckmon-operator-monitorjob', fieldsV1, { subresource: 'status' }),
      entry('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }, update),
    );
    assert.deepEqual(fieldsOfOthers(others, spec), []);
  });

  for (const [what, managedFields] of [
    ['nothing', undefined],
    ['an empty list', []],
    ['something else', [null, 'x', { manager: 'x' }, { operation: 'Apply' }]],
  ] as const)
    it(`are nobody where managedFields is ${what}`, () => {
      const odd = managedFields === undefined ? {} : { managedFields };
      assert.deepEqual(fieldsOfOthers(odd, spec), []);
      assert.deepEqual(ownFields(odd), {});
    });

  it('know what the dashboard applied from what it patched', () => {
    const applied = { 'f:spec': { 'f:suspend': {} } };
    const own = managed(
      entry('duckmon-dashboard', { 'f:metadata': { 'f:annotations': {} } }, update),
      entry('duckmon-dashboard', applied),
    );
    assert.deepEqual(ownFields(own), applied);
  });
});

describe('a client-side apply', () => {
  const fields = { 'f:spec': { 'f:description': {} } };
  for (const [what, managers, expected] of [
    [
      'kubectl’s',
      [entry('kubectl-client-side-apply', fields, update)],
      'kubectl-client-side-apply',
    ],
    [
      'that of any program which writes kubectl’s annotation',
      [entry('argocd-controller', { ...fields, ...lastApplied }, update)],
      'argocd-controller',
    ],
    ['not an edit', [entry('kubectl-edit', fields, update)], undefined],
    ['not a server-side apply', [entry('kubectl', { ...fields, ...lastApplied })], undefined],
    [
      'not one that owns no field of the spec any more',
      [entry('kubectl-client-side-apply', lastApplied, update)],
      undefined,
    ],
  ] as const)
    it(`is ${what}`, () => {
      assert.equal(clientSideManager(managed(...managers)), expected);
    });
});
