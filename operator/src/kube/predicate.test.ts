import assert from 'node:assert/strict';
import type { ObjectMeta } from '../../../services/core/kube/types.ts';
import { anyChange, specOrMetaChanged } from './predicate.ts';

const meta: ObjectMeta = {
  name: 'x',
  generation: 1,
  resourceVersion: '1',
  labels: { a: 'b' },
  annotations: { c: 'd' },
};
const changed = (after: ObjectMeta, before: ObjectMeta = meta): boolean =>
  specOrMetaChanged({ metadata: before }, { metadata: after });

describe('kube: predicate', () => {
  for (const [what, after] of [
    ['the generation', { generation: 2 }],
    ['a label', { labels: { a: 'c' } }],
    ['an annotation', { annotations: { c: 'd', now: 'yes' } }],
    ['the time of deletion', { deletionTimestamp: '2026-11-25T12:00:00Z' }],
  ] as const)
    it(`lets ${what} pass`, () => {
      assert.equal(changed({ ...meta, resourceVersion: '2', ...after }), true);
    });

  it('holds back a mere write of status', () => {
    assert.equal(changed({ ...meta, resourceVersion: '2', managedFields: [{}] }), false);
  });

  it('takes absent labels for none', () => {
    const { labels: _, annotations: __, ...bare } = meta;
    assert.equal(changed({ ...bare, labels: {}, annotations: {} }, bare), false);
    assert.equal(changed(bare, { ...bare, labels: {}, annotations: {} }), false);
  });

  it('has a second form for kinds without generation', () => {
    const after = { ...meta, resourceVersion: '2' };
    assert.equal(anyChange({ metadata: meta }, { metadata: after }), true);
    assert.equal(anyChange({ metadata: meta }, { metadata: meta }), false);
  });
});
