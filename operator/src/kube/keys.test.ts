import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyFor, keyOf, refOf } from './keys.ts';

describe('kube: keys', () => {
  it('are namespace/name, or the name alone for objects of the whole cluster', () => {
    assert.equal(keyOf({ metadata: { namespace: 'a', name: 'b' } }), 'a/b');
    assert.equal(keyOf({ metadata: { name: 'b' } }), 'b');
    assert.equal(keyOf({ metadata: {} }), '');
  });

  it('lead back to the object', () => {
    const name = fc.stringMatching(/^[a-z0-9.-]{1,20}$/);
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), name, (namespace, own) => {
        const ref = namespace === undefined ? { name: own } : { namespace, name: own };
        assert.deepEqual(refOf(keyFor(ref)), ref);
      }),
    );
  });
});
