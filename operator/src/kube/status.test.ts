import assert from 'node:assert/strict';
import type { ApplyOptions, Transport } from '../../../services/core/kube/transport.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { mergeConditions, type Condition, type ConditionStatus } from './conditions.ts';
import { createStatusWriter, type StatusLike, type StatusWriter } from './status.ts';
import { WIDGETS, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';

const MINUTE = 60_000;

describe('kube: status', () => {
  let deps: TestDeps;
  let sent: { object: KubeObject & { status?: object }; options: ApplyOptions }[];
  let writer: StatusWriter;
  let broken: boolean;
  /** Of the object after the next write. */
  let version: string | undefined;
  beforeEach(() => {
    deps = testDeps();
    sent = [];
    broken = false;
    version = undefined;
    const apply = (async (_resource, object, options) => {
      if (broken) throw new Error('unreachable');
      sent.push({ object, options });
      return { ...object, metadata: { ...object.metadata, resourceVersion: version } };
    }) as (...args: Parameters<Transport['apply']>) => Promise<KubeObject> as Transport['apply'];
    writer = createStatusWriter(
      { controller: 'widget', fieldManager: 'tester-widget' },
      { ...deps, transport: { apply } },
    );
  });

  const conditions = (status: ConditionStatus, generation = 1): readonly Condition[] =>
    mergeConditions([], [{ type: 'Ready', status, reason: 'R', message: '' }], {
      generation,
      now: new Date('2026-11-25T12:00:00Z'),
    });
  const widget = (status?: object, uid = 'u1'): Widget => ({
    metadata: { namespace: 'a', name: 'x', uid },
    ...(status && { status }),
  });
  const write = (before: object | undefined, after: StatusLike & object, uid = 'u1') =>
    writer.write(WIDGETS, widget(before, uid), after);
  const counting = (checks: number): StatusLike & { checks: number } => ({
    conditions: conditions('True'),
    checks,
  });

  it('is applied with force to the object with that uid, as a subresource', async () => {
    const status = { conditions: conditions('True') };
    assert.deepEqual(await write(undefined, status), { kind: 'written' });
    assert.deepEqual(sent, [
      {
        object: { metadata: { namespace: 'a', name: 'x', uid: 'u1' }, status },
        options: {
          fieldManager: 'tester-widget',
          force: true,
          subresource: 'status',
          signal: undefined,
        },
      },
    ]);
    assert.equal(await deps.metric('status_writes_total', { controller: 'widget' }), 1);
  });

  it('is applied to objects of the whole cluster', async () => {
    const object = { metadata: { name: 'x', uid: 'u1' } };
    await writer.write(WIDGETS, object, { conditions: conditions('True') });
    assert.deepEqual(sent[0]?.object.metadata, { name: 'x', uid: 'u1' });
  });

  it('is not written when nothing changed, in any number of resyncs', async () => {
    for (let resync = 0; resync < 3; resync += 1)
      assert.deepEqual(await write(counting(1), counting(1)), { kind: 'unchanged' });
    assert.equal(sent.length, 0);
  });

  it('is written at once when a condition turned, however often', async () => {
    await write(undefined, { conditions: conditions('True') });
    await write({ conditions: conditions('True') }, { conditions: conditions('False') });
    await write({ conditions: conditions('False') }, { conditions: conditions('False', 2) });
    assert.equal(sent.length, 3);
  });

  it('is written once in five minutes or more when only figures changed', async () => {
    await write(undefined, counting(0));
    assert.deepEqual(await write(counting(0), counting(1)), {
      kind: 'deferred',
      afterMs: 5.5 * MINUTE,
    });
    await deps.clock.run(5.5 * MINUTE - 1);
    assert.deepEqual(await write(counting(0), counting(2)), { kind: 'deferred', afterMs: 1 });
    await deps.clock.run(1);
    assert.deepEqual(await write(counting(0), counting(2)), { kind: 'written' });
  });

  it('is written at once when somebody waits for it', async () => {
    await write(undefined, counting(0));
    const urgent = { urgent: true };
    const written = await writer.write(WIDGETS, widget(counting(0)), counting(1), urgent);
    assert.deepEqual(written, { kind: 'written' });
    assert.equal(sent.length, 2);
  });

  it('is spread over five minutes after a restart', async () => {
    assert.deepEqual(await write(counting(0), counting(1)), {
      kind: 'deferred',
      afterMs: 2.5 * MINUTE,
    });
    await deps.clock.run(2.5 * MINUTE);
    assert.deepEqual(await write(counting(0), counting(1)), { kind: 'written' });
  });

  it('takes figures of many objects from one bucket', async () => {
    const many = async (): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 30 }, async (_, number) => {
          return (await write(counting(0), counting(1), `u${number}`)).kind;
        }),
      );
    await many();
    await deps.clock.run(2.5 * MINUTE);
    const outcomes = await many();
    assert.equal(outcomes.filter((kind) => kind === 'written').length, 20);
    assert.equal(outcomes.filter((kind) => kind === 'deferred').length, 10);
  });

  it('is due as before when the write fails', async () => {
    broken = true;
    await assert.rejects(write(undefined, { conditions: conditions('True') }), /unreachable/);
    broken = false;
    assert.deepEqual(await write(undefined, { conditions: conditions('True') }), {
      kind: 'written',
    });
  });

  it('forgets an object that is gone', async () => {
    await write(undefined, counting(0));
    writer.forget('u1');
    assert.deepEqual(await write(counting(0), counting(1)), {
      kind: 'deferred',
      afterMs: 2.5 * MINUTE,
    });
  });

  describe('planned from an object that is older than our last write', () => {
    const at = (resourceVersion: string, status?: object): Widget => {
      const { metadata } = widget();
      return { ...widget(status), metadata: { ...metadata, resourceVersion } };
    };
    const planned = (from: Widget, status: ConditionStatus) =>
      writer.write(WIDGETS, from, { conditions: conditions(status) }, { urgent: true });
    beforeEach(async () => {
      version = '100';
      await planned(at('99'), 'True');
    });

    it('defect: is not written a second time', async () => {
      assert.deepEqual(await planned(at('99'), 'True'), { kind: 'deferred', afterMs: 200 });
      assert.equal(sent.length, 1);
    });

    it('defect: is not taken for written because the old status says the same', async () => {
      const before = { conditions: conditions('False') };
      assert.equal((await planned(at('99', before), 'False')).kind, 'deferred');
      const now = { conditions: conditions('True') };
      assert.equal((await planned(at('100', now), 'False')).kind, 'written');
    });

    it('is decided when the cache has it, or what came after', async () => {
      for (const resourceVersion of ['100', '1000'])
        assert.equal((await planned(at(resourceVersion), 'False')).kind, 'written');
    });

    it('is decided all the same when the watch brings nothing for 30 s', async () => {
      await deps.clock.run(29_999);
      assert.equal((await planned(at('99'), 'False')).kind, 'deferred');
      await deps.clock.run(1);
      assert.equal((await planned(at('99'), 'False')).kind, 'written');
    });

    it('is another matter for another object', async () => {
      const { metadata } = at('99');
      const other = { ...at('99'), metadata: { ...metadata, uid: 'u2' } };
      assert.equal((await planned(other, 'True')).kind, 'written');
      writer.forget('u1');
      assert.equal((await planned(at('99'), 'True')).kind, 'written');
    });
  });
});
