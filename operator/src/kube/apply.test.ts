import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import type {
  ApplyOptions,
  DeleteOptions,
  Transport,
} from '../../../services/core/kube/transport.ts';
import type { KubeObject, ObjectRef } from '../../../services/core/kube/types.ts';
import { createApplier, type Applier, type Desired } from './apply.ts';
import { MANAGED_BY, namesFor } from './names.ts';
import { OWNER_INDEX, childMeta, ownerIndex } from './owners.ts';
import { createStore, type WritableStore } from './store.ts';
import { WIDGETS, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';

const names = namesFor('tester', 'example.com');
const owner: Widget = { metadata: { namespace: 'a', name: 'o', uid: 'u1' } };
const desired = (size: number, name = 'c'): Desired & Widget => ({
  metadata: childMeta(names, WIDGETS, owner, { namespace: 'a', name }),
  spec: { size },
});

describe('kube: apply', () => {
  let deps: TestDeps;
  let applied: { object: KubeObject; options: ApplyOptions }[];
  let deleted: { ref: ObjectRef; options: DeleteOptions | undefined }[];
  let refusal: Error | undefined;
  let version: number;
  let answer: (object: KubeObject) => KubeObject;
  let applier: Applier;
  let makeApplier: (controller: string) => Applier;
  beforeEach(() => {
    deps = testDeps();
    [applied, deleted, refusal, version] = [[], [], undefined, 0];
    answer = ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, uid: 'c1', resourceVersion: String((version += 1)) },
    });
    const transport: Pick<Transport, 'apply' | 'delete'> = {
      apply: (async (_resource, object, options) => {
        if (refusal) throw refusal;
        applied.push({ object, options });
        return answer(object);
      }) as (...args: Parameters<Transport['apply']>) => Promise<KubeObject> as Transport['apply'],
      delete: async (_resource, ref, options) => {
        if (refusal) throw refusal;
        deleted.push({ ref, options });
      },
    };
    makeApplier = (controller) => createApplier({ controller, names }, { ...deps, transport });
    applier = makeApplier('widget');
  });
  const make = async (wish: Desired, cached?: Widget): Promise<Widget> =>
    (await applier.apply(WIDGETS, wish, cached)).object;

  it('sends the wish with force under the field manager of its controller', async () => {
    const outcome = await applier.apply(WIDGETS, desired(1), undefined);
    assert.equal(outcome.kind, 'applied');
    const { object, options } = applied[0] ?? assert.fail('nothing was sent');
    assert.deepEqual(options, {
      fieldManager: 'tester-widget',
      force: true,
      dryRun: false,
      signal: undefined,
    });
    assert.equal(applier.fieldManager, 'tester-widget');
    assert.deepEqual(object.metadata.labels, {
      [MANAGED_BY]: 'tester',
      'example.com/controller': 'widget',
      'example.com/owner-uid': 'u1',
    });
    assert.equal(await deps.metric('apply_total', { controller: 'widget', kind: 'Widget' }), 1);
  });

  it('sends nothing when the cached object is as wanted, defaults and status of others aside', async () => {
    const live = await make(desired(1));
    const outcome = await applier.apply(WIDGETS, desired(1), {
      ...live,
      metadata: { ...live.metadata, resourceVersion: '77' },
      status: { ready: true },
    });
    assert.deepEqual([outcome.kind, applied.length], ['unchanged', 1]);
  });

  it('repairs what somebody changed', async () => {
    const live = await make(desired(1));
    const edited = { metadata: { ...live.metadata, resourceVersion: '77' }, spec: { size: 9 } };
    assert.equal((await applier.apply(WIDGETS, desired(1), edited)).kind, 'applied');
  });

  it('repairs a label that somebody took away', async () => {
    const live = await make(desired(1));
    const metadata = { ...live.metadata, resourceVersion: '77', labels: {} };
    assert.equal((await applier.apply(WIDGETS, desired(1), { ...live, metadata })).kind, 'applied');
  });

  it('sends a new wish', async () => {
    const live = await make(desired(1));
    assert.equal((await applier.apply(WIDGETS, desired(2), live)).kind, 'applied');
  });

  it('sends a wish with one field less, though all of it stands in the cached object', async () => {
    const live = await make(desired(1));
    const less: Desired = { metadata: desired(1).metadata };
    assert.equal((await applier.apply(WIDGETS, less, live)).kind, 'applied');
  });

  it('does not send again what the server writes in another way', async () => {
    const rewrite = answer;
    answer = (object) => ({ ...rewrite(object), spec: { size: 1000 } }) as KubeObject;
    const live = await make(desired(1));
    assert.equal((await applier.apply(WIDGETS, desired(1), live)).kind, 'unchanged');
    const metadata = { ...live.metadata, resourceVersion: '77' };
    assert.equal((await applier.apply(WIDGETS, desired(1), { ...live, metadata })).kind, 'applied');
  });

  it('leaves an object alone that ends, and makes it again when it is gone', async () => {
    const live = await make(desired(1));
    const metadata = { ...live.metadata, deletionTimestamp: '2026-11-25T12:00:00Z' };
    const ending = { ...live, metadata };
    assert.equal((await applier.apply(WIDGETS, desired(2), ending)).kind, 'unchanged');
    assert.equal((await applier.apply(WIDGETS, desired(2), undefined)).kind, 'applied');
  });

  it('only asks the server when told to write nothing', async () => {
    const outcome = await applier.apply(WIDGETS, desired(1), undefined, { dryRun: true });
    assert.deepEqual([outcome.kind, applied[0]?.options.dryRun], ['planned', true]);
    const again = await applier.apply(WIDGETS, desired(1), undefined);
    assert.equal(again.kind, 'applied');
  });

  it('passes on a refusal', async () => {
    refusal = new ApiError(422, { reason: 'Invalid' }, 'PATCH');
    await assert.rejects(make(desired(1)), refusal);
  });

  describe('prune', () => {
    let store: WritableStore<Widget>;
    beforeEach(async () => {
      store = createStore<Widget>({ indexes: { [OWNER_INDEX]: ownerIndex(names) } });
      for (const name of ['keep', 'drop']) store.put(await make(desired(1, name)));
    });
    const keep = new Set(['a/keep']);

    it('deletes children that are not wanted any more, by uid', async () => {
      assert.deepEqual(await applier.prune(WIDGETS, { store, owner, keep }), ['a/drop']);
      assert.deepEqual(deleted, [
        { ref: { namespace: 'a', name: 'drop' }, options: { uid: 'c1', signal: undefined } },
      ]);
      assert.equal(await deps.metric('prune_total', { controller: 'widget', kind: 'Widget' }), 1);
    });

    it("leaves children of other owners and controllers, and other people's objects", async () => {
      const other: Widget = { metadata: { namespace: 'a', name: 'o', uid: 'u2' } };
      assert.deepEqual(await applier.prune(WIDGETS, { store, owner: other, keep }), []);
      const nobody: Widget = { metadata: { name: 'o' } };
      assert.deepEqual(await applier.prune(WIDGETS, { store, owner: nobody, keep }), []);
      const second = makeApplier('gadget');
      assert.deepEqual(await second.prune(WIDGETS, { store, owner, keep }), []);
    });

    it('leaves what ends already', async () => {
      const drop = store.get('a/drop') ?? assert.fail('absent');
      const deletionTimestamp = '2026-11-25T12:00:00Z';
      store.put({ ...drop, metadata: { ...drop.metadata, deletionTimestamp } });
      assert.deepEqual(await applier.prune(WIDGETS, { store, owner, keep }), []);
    });

    it('only names them when told to write nothing', async () => {
      const target = { store, owner, keep };
      assert.deepEqual(await applier.prune(WIDGETS, target, { dryRun: true }), ['a/drop']);
      assert.equal(deleted.length, 0);
    });

    for (const status of [404, 409])
      it(`takes ${status} for done: it is gone, or another has its name`, async () => {
        refusal = new ApiError(status, {}, 'DELETE');
        assert.deepEqual(await applier.prune(WIDGETS, { store, owner, keep }), ['a/drop']);
      });

    it('passes on a refusal', async () => {
      refusal = new ApiError(403, {}, 'DELETE');
      await assert.rejects(applier.prune(WIDGETS, { store, owner, keep }), refusal);
    });
  });
});
