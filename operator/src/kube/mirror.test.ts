import assert from 'node:assert/strict';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { createMirror, type Change, type Mirror } from './mirror.ts';

const object = (name: string, uid: string, resourceVersion: string): KubeObject => ({
  metadata: { namespace: 'a', name, uid, resourceVersion },
});

describe('kube: mirror', () => {
  let mirror: Mirror<KubeObject>;
  let changes: Change<KubeObject>[];
  let errors: unknown[];
  beforeEach(() => {
    changes = [];
    errors = [];
    mirror = createMirror({}, (error) => errors.push(error));
    mirror.subscribe((change) => changes.push(change));
  });
  const told = (): string[] =>
    changes.splice(0).map((change) => {
      const { uid, resourceVersion } = change.object.metadata;
      const initial = change.type === 'added' && change.initial ? ' initially' : '';
      return `${change.type}${initial} ${uid}@${resourceVersion}`;
    });

  it('tells of what was there before as initial', () => {
    mirror.put(object('x', 'u1', '1'), true);
    mirror.put(object('y', 'u2', '1'), false);
    assert.deepEqual(told(), ['added initially u1@1', 'added u2@1']);
  });

  it('tells of a new version with the old one', () => {
    mirror.put(object('x', 'u1', '1'), true);
    mirror.take({ type: 'MODIFIED', object: object('x', 'u1', '2') });
    assert.deepEqual(changes[1], {
      type: 'updated',
      before: object('x', 'u1', '1'),
      object: object('x', 'u1', '2'),
    });
  });

  it('tells nothing of a version that it has', () => {
    mirror.put(object('x', 'u1', '1'), true);
    told();
    mirror.put(object('x', 'u1', '1'), false);
    mirror.take({ type: 'ADDED', object: object('x', 'u1', '1') });
    assert.deepEqual(told(), []);
  });

  it('takes the same name with another uid for a deletion and a new object', () => {
    mirror.put(object('x', 'u1', '1'), true);
    told();
    mirror.put(object('x', 'u2', '9'), false);
    assert.deepEqual(told(), ['deleted u1@1', 'added u2@9']);
    assert.equal(mirror.store.get('a/x')?.metadata.uid, 'u2');
  });

  it('removes after a list what was not in it', () => {
    mirror.put(object('x', 'u1', '1'), true);
    mirror.put(object('y', 'u2', '1'), true);
    told();
    mirror.retain(new Set(['a/y']));
    assert.deepEqual([told(), mirror.store.keys()], [['deleted u1@1'], ['a/y']]);
  });

  it('tells the last state of a deleted object', () => {
    mirror.put(object('x', 'u1', '1'), true);
    told();
    mirror.take({ type: 'DELETED', object: object('x', 'u1', '2') });
    assert.deepEqual([told(), mirror.store.size], [['deleted u1@2'], 0]);
  });

  it('ignores the deletion of an object that it does not have', () => {
    mirror.put(object('x', 'u2', '1'), true);
    told();
    mirror.take({ type: 'DELETED', object: object('x', 'u1', '2') });
    mirror.take({ type: 'DELETED', object: object('z', 'u3', '2') });
    assert.deepEqual([told(), mirror.store.size], [[], 1]);
  });

  it('says which version lies behind it', () => {
    assert.equal(mirror.take({ type: 'ADDED', object: object('x', 'u1', '7') }), '7');
    assert.equal(mirror.take({ type: 'BOOKMARK', resourceVersion: '9' }), '9');
  });

  it('tells the other listeners when one throws', () => {
    const broken = createMirror<KubeObject>({}, (error) => errors.push(error));
    broken.subscribe(() => assert.fail('broken'));
    broken.subscribe((change) => changes.push(change));
    broken.put(object('x', 'u1', '1'), true);
    assert.deepEqual(
      [told(), String(errors[0])],
      [['added initially u1@1'], 'AssertionError [ERR_ASSERTION]: broken'],
    );
  });

  it('gives listeners the object as it is kept, without managed fields', () => {
    const { metadata } = object('x', 'u1', '1');
    mirror.put({ metadata: { ...metadata, managedFields: [{}] } }, true);
    assert.deepEqual(changes[0]?.object, object('x', 'u1', '1'));
  });
});
