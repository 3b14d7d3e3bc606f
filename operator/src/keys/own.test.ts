import assert from 'node:assert/strict';
import { deriveServiceKeys } from '../../../services/core/serviceKeys.ts';
import { createOwnKeys } from './own.ts';
import { keyOf, noon } from './testing/rings.ts';

const root = { keys: [keyOf('one', 'current', noon), keyOf('two', 'next', noon)] };

describe("operator: the operator's own keys", () => {
  it('are none until a root is known', () => {
    assert.deepEqual(createOwnKeys().source().calls, { scheduler: [] });
  });
  it('are those of the root, as a key file would hold them', () => {
    const own = createOwnKeys();
    own.take(root);
    assert.deepEqual(own.source(), deriveServiceKeys(root, 'operator'));
  });
  it('stay the same object until they change', () => {
    const own = createOwnKeys();
    own.take(root);
    const before = own.source();
    own.take({ keys: [...root.keys] });
    assert.equal(own.source(), before);
    own.take({ keys: root.keys.slice(0, 1) });
    assert.notEqual(own.source(), before);
  });
});
