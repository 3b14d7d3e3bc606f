import assert from 'node:assert/strict';
import { collectionPath, objectPath } from './paths.ts';
import { apiVersionOf, defineResource } from './types.ts';

const pods = defineResource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods' });
const leases = defineResource({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
});
const nodes = defineResource({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
});

describe('kube: paths', () => {
  it('addresses the core group below /api and all others below /apis', () => {
    assert.equal(collectionPath(pods, 'a'), '/api/v1/namespaces/a/pods');
    assert.equal(
      objectPath(leases, { namespace: 'a', name: 'b' }),
      '/apis/coordination.k8s.io/v1/namespaces/a/leases/b',
    );
    assert.deepEqual([apiVersionOf(pods), apiVersionOf(leases)], ['v1', 'coordination.k8s.io/v1']);
  });

  it('addresses all namespaces when none is given', () => {
    assert.equal(collectionPath(pods), '/api/v1/pods');
  });

  it('leaves the namespace out for kinds of the whole cluster', () => {
    assert.equal(objectPath(nodes, { namespace: 'a', name: 'n' }), '/api/v1/nodes/n');
  });

  it('appends a subresource and only the parameters that are given', () => {
    assert.equal(
      objectPath(pods, { namespace: 'a', name: 'b' }, 'status', {
        force: true,
        dryRun: undefined,
        fieldManager: 'x y',
      }),
      '/api/v1/namespaces/a/pods/b/status?force=true&fieldManager=x+y',
    );
  });

  it('escapes selectors', () => {
    assert.equal(
      collectionPath(pods, undefined, { labelSelector: 'a=b,c!=d' }),
      '/api/v1/pods?labelSelector=a%3Db%2Cc%21%3Dd',
    );
  });

  for (const name of ['', '.', '..', 'a/b', 'a%2fb'])
    it(`refuses ${JSON.stringify(name)} as a name, which would address something else`, () => {
      assert.throws(() => objectPath(pods, { namespace: 'a', name }), /cannot be the name/);
      assert.throws(() => collectionPath(pods, name), /cannot be the namespace/);
    });

  it('says which object lacks its namespace', () => {
    assert.throws(() => objectPath(pods, { name: 'b' }), /pods "b" needs a namespace/);
  });
});
