import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { KubeObject, ObjectRef } from '../../../services/core/kube/types.ts';
import { eventFor, type KubeEvent } from './eventObject.ts';
import { createEventRecorder, forgetOld, type EventRecorder, type EventText } from './events.ts';
import { WIDGETS, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';

const MINUTE = 60_000;
const widget = (name: string): Widget => ({
  metadata: { namespace: 'a', name, uid: `uid-${name}`, resourceVersion: '7' },
});
const text = (note = 'made a child'): EventText => ({
  type: 'Normal',
  reason: 'Created',
  action: 'Reconcile',
  note,
});

describe('kube: events', () => {
  let deps: TestDeps;
  let created: KubeEvent[];
  let patched: { ref: ObjectRef; patch: object }[];
  let refusal: Error | undefined;
  let recorder: EventRecorder;
  beforeEach(() => {
    deps = testDeps();
    [created, patched, refusal] = [[], [], undefined];
    const answer = async (): Promise<KubeObject> => {
      if (refusal) throw refusal;
      return { metadata: {} };
    };
    const transport = {
      create: (async (_resource, object) => {
        await answer();
        created.push(object as unknown as KubeEvent);
        return object;
      }) as (
        ...args: Parameters<Transport['create']>
      ) => Promise<KubeObject> as Transport['create'],
      mergePatch: (async (_resource, { namespace, name }, patch) => {
        await answer();
        patched.push({ ref: { namespace, name }, patch });
        return { metadata: {} };
      }) as (
        ...args: Parameters<Transport['mergePatch']>
      ) => Promise<KubeObject> as Transport['mergePatch'],
    };
    recorder = createEventRecorder(
      { controller: 'example.com/tester', instance: 'pod-1' },
      { ...deps, transport },
    );
  });
  const dropped = (): Promise<number> => deps.metric('events_dropped_total');

  it('are written about the object, with reporter and time', async () => {
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    assert.deepEqual(created, [
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'x.id-1', namespace: 'a' },
        eventTime: '2026-11-25T12:00:00.000000Z',
        type: 'Normal',
        reason: 'Created',
        action: 'Reconcile',
        note: 'made a child',
        reportingController: 'example.com/tester',
        reportingInstance: 'pod-1',
        regarding: {
          apiVersion: 'example.com/v1',
          kind: 'Widget',
          name: 'x',
          namespace: 'a',
          uid: 'uid-x',
          resourceVersion: '7',
        },
      },
    ]);
  });

  it('are one event with a count when they repeat, written at most once a minute', async () => {
    for (let time = 0; time < 10; time += 1) {
      recorder.record(WIDGETS, widget('x'), text());
      await deps.clock.run(10_000);
    }
    assert.equal(created.length, 1);
    assert.deepEqual(patched, [
      {
        ref: { namespace: 'a', name: 'x.id-1' },
        patch: { series: { count: 2, lastObservedTime: '2026-11-25T12:00:10.000000Z' } },
      },
      {
        ref: { namespace: 'a', name: 'x.id-1' },
        patch: { series: { count: 8, lastObservedTime: '2026-11-25T12:01:10.000000Z' } },
      },
    ]);
  });

  it('write the count that was held back when flushed, once', async () => {
    for (let time = 0; time < 5; time += 1) recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    await recorder.flush();
    assert.deepEqual(
      patched.map(({ patch }) => (patch as { series: { count: number } }).series.count),
      [2, 5],
    );
  });

  it('begin anew after ten minutes of silence', async () => {
    recorder.record(WIDGETS, widget('x'), text());
    await deps.clock.run(10 * MINUTE);
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    assert.deepEqual([created.length, patched.length], [2, 0]);
  });

  it('begin anew when the server has forgotten the first', async () => {
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    refusal = new ApiError(404, {}, 'PATCH');
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    refusal = undefined;
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    assert.deepEqual([created.length, await dropped()], [2, 0]);
  });

  it('are apart for other objects and other texts', async () => {
    recorder.record(WIDGETS, widget('x'), text());
    recorder.record(WIDGETS, widget('y'), text());
    recorder.record(WIDGETS, widget('x'), text('made another'));
    recorder.record(WIDGETS, widget('x'), { ...text(), type: 'Warning' });
    await recorder.flush();
    assert.equal(created.length, 4);
  });

  it('are at most 25 at once about one object, and do not hold up others', async () => {
    for (let number = 0; number < 40; number += 1)
      recorder.record(WIDGETS, widget('x'), text(`note ${number}`));
    recorder.record(WIDGETS, widget('y'), text());
    await recorder.flush();
    assert.deepEqual([created.length, await dropped()], [26, 15]);
    await deps.clock.run(5 * MINUTE);
    recorder.record(WIDGETS, widget('x'), text('one more'));
    await recorder.flush();
    assert.equal(created.length, 27);
  });

  it('are at most 100 at once about all objects', async () => {
    for (let number = 0; number < 150; number += 1)
      recorder.record(WIDGETS, widget(`w${number}`), text());
    await recorder.flush();
    assert.deepEqual([created.length, await dropped()], [100, 50]);
  });

  it('that cannot be written are logged and counted, and do not stop the next', async () => {
    refusal = new ApiError(403, { message: 'not you' }, 'POST events');
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    refusal = undefined;
    recorder.record(WIDGETS, widget('y'), text());
    await recorder.flush();
    assert.deepEqual([created.length, await dropped()], [1, 1]);
    assert.match(deps.captured.text(), /not you/);
  });

  it('whose count cannot be written are logged and counted', async () => {
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    refusal = new ApiError(500, {}, 'PATCH');
    recorder.record(WIDGETS, widget('x'), text());
    await recorder.flush();
    assert.equal(await dropped(), 1);
  });

  it('forget old series and objects once there are many, so that they take no memory for ever', () => {
    const memory = (count: number) => ({
      series: new Map(Array.from({ length: count }, (_, at) => [`s${at}`, { lastAt: at }])),
      buckets: new Map(
        Array.from({ length: count }, (_, at) => [`b${at}`, { full: () => at > 9 }]),
      ),
    });
    const many = memory(4096);
    forgetOld(many.series, many.buckets, 600_000 + 4090);
    assert.deepEqual([many.series.size, many.buckets.size], [5, 10]);
    const few = memory(4095);
    forgetOld(few.series, few.buckets, 9_999_999);
    assert.deepEqual([few.series.size, few.buckets.size], [4095, 4095]);
  });

  it('still come after thousands of objects', async () => {
    for (let number = 0; number < 5000; number += 1) {
      recorder.record(WIDGETS, widget(`w${number}`), text());
      await deps.clock.run(1000);
    }
    await recorder.flush();
    assert.deepEqual([created.length, await dropped()], [5000, 0]);
  });

  describe('as objects', () => {
    const about = { apiVersion: 'v1', kind: 'Node', object: { metadata: { name: 'n' } } };
    const reporter = { controller: 'c', instance: 'i', now: new Date(0), id: 'id' };

    it('live in the namespace default when they are about the whole cluster', () => {
      assert.equal(eventFor(about, text(), reporter).metadata.namespace, 'default');
    });

    it('have a note of at most 1,024 bytes, cut between characters', () => {
      for (const letter of ['x', 'ä', '€', '🦆'])
        for (const shift of ['', 'a', 'ab', 'abc']) {
          const { note } = eventFor(about, text(shift + letter.repeat(1025)), reporter);
          assert.ok(Buffer.byteLength(note) <= 1024 && Buffer.byteLength(note) > 1018);
          assert.match(note, new RegExp(`^${shift}(${letter})+…$`, 'u'));
        }
      assert.equal(eventFor(about, text('x'.repeat(1024)), reporter).note.length, 1024);
    });

    it('have names and reporters of bounded length', () => {
      const long = { ...about, object: { metadata: { name: 'n'.repeat(253) } } };
      const event = eventFor(long, text(), { ...reporter, instance: 'i'.repeat(300) });
      assert.deepEqual([event.metadata.name?.length, event.reportingInstance.length], [203, 128]);
    });
  });
});
