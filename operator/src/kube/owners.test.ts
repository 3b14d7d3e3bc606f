import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defineResource, type KubeObject } from '../../../services/core/kube/types.ts';
import { namesFor } from './names.ts';
import {
  childMeta,
  childName,
  isChildOf,
  ownerIndex,
  ownerKeys,
  ownerReference,
} from './owners.ts';

const OWNERS = defineResource<KubeObject>({
  group: 'example.com',
  version: 'v1',
  kind: 'Owner',
  plural: 'owners',
});
const names = namesFor('tester', 'example.com');
const owner: KubeObject = { metadata: { namespace: 'a', name: 'o', uid: 'u1' } };

describe('kube: names of children', () => {
  it('are prefix, name and eight digits of the hash of namespace and name', () => {
    assert.equal(childName('pool', { namespace: 'team-a', name: 'shop' }), 'pool-shop-6b3e3555');
  });

  it('are DNS labels of at most 62 characters, the same each time', () => {
    const prefix = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/);
    fc.assert(
      fc.property(prefix, name, (start, own) => {
        const child = childName(start, { namespace: 'a', name: own });
        assert.match(child, /^[a-z]([a-z0-9-]*[a-z0-9])?$/);
        assert.ok(child.length <= 62);
        assert.equal(childName(start, { namespace: 'a', name: own }), child);
      }),
    );
  });

  it('differ for long names with the same beginning, and for namespaces', () => {
    const long = 'x'.repeat(50);
    const all = [
      childName('p', { namespace: 'a', name: `${long}1` }),
      childName('p', { namespace: 'a', name: `${long}2` }),
      childName('p', { namespace: 'b', name: `${long}1` }),
      childName('p', { name: `${long}1` }),
    ];
    assert.equal(new Set(all).size, 4);
  });

  for (const prefix of ['', 'Pool', '1st', 'thirteen-long'])
    it(`refuse the prefix ${JSON.stringify(prefix)}`, () => {
      assert.throws(() => childName(prefix, { name: 'x' }), /must be a DNS label of at most 12/);
    });
});

describe('kube: owners', () => {
  it('are referred to as controllers, by uid', () => {
    assert.deepEqual(ownerReference(OWNERS, owner), {
      apiVersion: 'example.com/v1',
      kind: 'Owner',
      name: 'o',
      uid: 'u1',
      controller: true,
    });
  });

  it('must have been stored', () => {
    assert.throws(() => ownerReference(OWNERS, { metadata: { name: 'o' } }), /cannot own/);
    assert.throws(() => ownerReference(OWNERS, { metadata: { uid: 'u' } }), /cannot own/);
  });

  it('are found from a child in their namespace by label, annotation and reference', () => {
    const child: KubeObject = {
      metadata: childMeta(names, OWNERS, owner, { namespace: 'a', name: 'c' }),
    };
    assert.equal(child.metadata.ownerReferences?.[0]?.uid, 'u1');
    assert.deepEqual([ownerIndex(names)(child), ownerKeys(names)(child)], [['u1'], ['a/o']]);
    assert.equal(isChildOf(child, owner, names), true);
  });

  it('have no reference from a child elsewhere: the collector would take it for an orphan', () => {
    const child: KubeObject = {
      metadata: childMeta(names, OWNERS, owner, { namespace: 'b', name: 'c' }),
    };
    assert.equal(child.metadata.ownerReferences, undefined);
    assert.equal(isChildOf(child, owner, names), true);
  });

  it('own from the whole cluster', () => {
    const metadata = childMeta(
      names,
      OWNERS,
      { metadata: { name: 'o', uid: 'u1' } },
      { name: 'c' },
    );
    assert.deepEqual([metadata.namespace, metadata.ownerReferences?.length], [undefined, 1]);
  });

  it('do not own what only carries their label, or only their reference', () => {
    const metadata = childMeta(names, OWNERS, owner, { namespace: 'a', name: 'c' });
    const { ownerReferences: _, ...labelled } = metadata;
    const { labels: __, ...referred } = metadata;
    assert.equal(isChildOf({ metadata: labelled }, owner, names), false);
    assert.equal(isChildOf({ metadata: referred }, owner, names), false);
    const reborn: KubeObject = { metadata: { ...owner.metadata, uid: 'u2' } };
    assert.equal(isChildOf({ metadata }, reborn, names), false);
    assert.equal(isChildOf({ metadata }, { metadata: { name: 'o' } }, names), false);
  });

  it('are nobody for objects without our marks', () => {
    const stranger: KubeObject = { metadata: { name: 's' } };
    assert.deepEqual([ownerIndex(names)(stranger), ownerKeys(names)(stranger)], [[], []]);
  });
});
