import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHeap } from './heap.ts';
import { createPending, type Entry } from './pending.ts';
import { virtualClock, type VirtualClock } from './testing/virtualClock.ts';
import { PRIORITY, backoffMs, createWorkqueue, type Workqueue } from './workqueue.ts';

const { background } = PRIORITY;

describe('kube: workqueue', () => {
  let clock: VirtualClock;
  let queue: Workqueue;
  beforeEach(() => {
    clock = virtualClock();
    queue = createWorkqueue({ clock, random: () => 0 });
  });
  /** Takes what is ready now, in order. */
  const takeAll = async (): Promise<string[]> => {
    const keys: string[] = [];
    while (queue.depth() > 0) keys.push((await queue.take())?.key ?? '');
    return keys;
  };

  it('gives a key once, however often it was added', async () => {
    queue.add('a/x');
    queue.add('a/x');
    assert.deepEqual([queue.depth(), await takeAll()], [1, ['a/x']]);
  });

  it('does not give a key that is being processed, but gives it after', async () => {
    queue.add('a/x');
    await queue.take();
    queue.add('a/x');
    queue.add('a/x');
    assert.deepEqual([queue.depth(), queue.processing()], [0, 1]);
    queue.done('a/x');
    assert.deepEqual([await takeAll(), queue.processing()], [['a/x'], 1]);
    queue.done('a/x');
    assert.deepEqual([queue.depth(), queue.processing()], [0, 0]);
  });

  it('gives higher priorities first', async () => {
    queue.add('a/old', { priority: background });
    queue.add('a/new');
    queue.add('a/urgent', { priority: 5 });
    assert.deepEqual(await takeAll(), ['a/urgent', 'a/new', 'a/old']);
  });

  it('lifts a key that is added again with a higher priority, and never lowers one', async () => {
    queue.add('a/1', { priority: background });
    queue.add('a/2', { priority: background });
    queue.add('a/2');
    queue.add('a/2', { priority: background });
    assert.deepEqual(await takeAll(), ['a/2', 'a/1']);
  });

  it('lifts a key while it is processed', async () => {
    queue.add('a/x', { priority: background });
    await queue.take();
    queue.add('a/x', { priority: background });
    queue.add('a/x');
    queue.add('a/other', { priority: -1 });
    queue.done('a/x');
    assert.deepEqual(await takeAll(), ['a/x', 'a/other']);
  });

  it('serves namespaces in turn inside one priority', async () => {
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'b/2', 'whole-cluster']) queue.add(key);
    assert.deepEqual(await takeAll(), ['a/1', 'b/1', 'c/1', 'whole-cluster', 'a/2', 'b/2', 'a/3']);
  });

  it('gives a delayed key at its time, not before', async () => {
    queue.add('a/x', { delayMs: 1000 });
    assert.deepEqual([queue.depth(), queue.delayed()], [0, 1]);
    await clock.run(999);
    assert.equal(queue.depth(), 0);
    await clock.run(1);
    assert.deepEqual([queue.depth(), queue.delayed()], [1, 0]);
  });

  it('keeps the earlier of two times', async () => {
    queue.add('a/x', { delayMs: 5000 });
    queue.add('a/x', { delayMs: 1000 });
    queue.add('a/x', { delayMs: 9000 });
    await clock.run(1000);
    assert.deepEqual(await takeAll(), ['a/x']);
    await clock.run(10_000);
    queue.done('a/x');
    assert.equal(queue.depth(), 0);
  });

  it('needs no delay any more for a key that is added without one', async () => {
    queue.add('a/x', { delayMs: 5000 });
    queue.add('a/x');
    assert.deepEqual([await takeAll(), queue.delayed()], [['a/x'], 0]);
    queue.done('a/x');
    await clock.run(10_000);
    assert.equal(queue.depth(), 0);
  });

  it('holds a delayed key whose time comes while it is processed', async () => {
    queue.add('a/x');
    await queue.take();
    queue.add('a/x', { delayMs: 1000 });
    await clock.run(2000);
    assert.equal(queue.depth(), 0);
    queue.done('a/x');
    assert.equal(queue.depth(), 1);
  });

  it('hands a key at once to a worker that waits', async () => {
    const taken = queue.take();
    queue.add('a/x');
    assert.deepEqual(await taken, { key: 'a/x', priority: 0, waitedMs: 0 });
    assert.deepEqual([queue.depth(), queue.processing()], [0, 1]);
  });

  it('hands a delayed key to a worker that waits', async () => {
    const taken = queue.take();
    queue.add('a/x', { delayMs: 1000 });
    await clock.run(1000);
    assert.equal((await taken)?.key, 'a/x');
  });

  it('says how long a ready key waited, not how long it was delayed', async () => {
    queue.add('a/x', { delayMs: 1000 });
    await clock.run(3000);
    assert.equal((await queue.take())?.waitedMs, 2000);
  });

  it('waits longer than any timer holds', async () => {
    const days = 30 * 86_400_000;
    queue.add('a/x', { delayMs: days });
    await clock.run(days - 1);
    assert.equal(queue.depth(), 0);
    await clock.run(1);
    assert.equal(queue.depth(), 1);
  });

  it('refuses a delay that is no number, and takes a negative one for none', () => {
    assert.throws(() => queue.add('a/x', { delayMs: Number.NaN }), /The delay of a\/x is NaN/);
    queue.add('a/x', { delayMs: -5 });
    assert.equal(queue.depth(), 1);
  });

  it('holds one timer for any number of delays', async () => {
    for (let number = 0; number < 1000; number += 1)
      queue.add(`a/${number}`, { delayMs: 3_600_000 - number });
    await clock.settle();
    assert.deepEqual([queue.delayed(), clock.sleepers()], [1000, 1]);
  });

  it('forgets outdated delays, so that a busy key takes no memory for ever', () => {
    const heap = createHeap<Entry>(({ readyAt }) => readyAt);
    const pending = createPending(
      () => 0,
      () => false,
      heap,
    );
    for (let round = 0; round < 1000; round += 1)
      pending.add({ key: 'a/x', priority: 0, readyAt: 3_600_000 - round });
    assert.deepEqual([pending.delayed(), heap.size < 100], [1, true]);
    assert.equal(pending.nextAt(), 3_600_000 - 999);
  });

  describe('backoff', () => {
    it('doubles from 5 s to 5 min, a fifth earlier at the most', () => {
      assert.deepEqual(
        [0, 1, 2, 5, 6, 60].map((failures) => backoffMs(failures, 0)),
        [5000, 10_000, 20_000, 160_000, 300_000, 300_000],
      );
      assert.equal(backoffMs(0, 0.999_999_9) > 4000, true);
    });

    it('counts the failures of each key until it is forgotten', async () => {
      assert.deepEqual(
        [queue.addAfterFailure('a/x'), queue.addAfterFailure('a/x'), queue.addAfterFailure('a/y')],
        [5000, 10_000, 5000],
      );
      assert.equal(queue.failures('a/x'), 2);
      queue.forget('a/x');
      assert.deepEqual([queue.failures('a/x'), queue.addAfterFailure('a/x')], [0, 5000]);
    });

    it('is at least what the server asked for, up to 5 min', () => {
      assert.equal(queue.addAfterFailure('a/x', { delayMs: 60_000 }), 60_000);
      assert.equal(queue.addAfterFailure('a/y', { delayMs: 86_400_000 }), 300_000);
    });

    it('ends at once when the object changes', async () => {
      queue.addAfterFailure('a/x', { priority: background });
      queue.add('a/x');
      assert.deepEqual(await queue.take(), { key: 'a/x', priority: 0, waitedMs: 0 });
    });
  });

  describe('closing', () => {
    it('sends waiting workers home and takes nothing more', async () => {
      const waiting = queue.take();
      queue.add('a/delayed', { delayMs: 10 });
      queue.close();
      queue.add('a/x');
      assert.deepEqual([await waiting, await queue.take()], [undefined, undefined]);
      assert.deepEqual([queue.depth(), queue.delayed()], [0, 0]);
      await clock.settle();
      assert.equal(clock.sleepers(), 0);
    });

    it('drops what was ready', async () => {
      queue.add('a/x');
      queue.close();
      assert.deepEqual([queue.depth(), await queue.take()], [0, undefined]);
    });
  });

  /** The same, written to be read: lists that are searched. */
  class Model {
    now = 0;
    waiting = new Map<string, { priority: number; at: number }>();
    busy = new Set<string>();

    add(key: string, priority: number, delay: number): void {
      const old = this.waiting.get(key);
      this.waiting.set(key, {
        priority: Math.max(priority, old?.priority ?? priority),
        at: Math.min(this.now + delay, old?.at ?? Infinity),
      });
    }
    ready(): string[] {
      return [...this.waiting.keys()].filter(
        (key) => (this.waiting.get(key)?.at ?? Infinity) <= this.now && !this.busy.has(key),
      );
    }
  }

  it('agrees with a model under any order of adds, takes, ends and time', async () => {
    const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c/1');
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        key,
        priority: fc.constantFrom(-100, 0),
        delay: fc.constantFrom(0, 0, 10, 25),
      }),
      fc.record({ kind: fc.constant('take' as const) }),
      fc.record({ kind: fc.constant('done' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const time = virtualClock();
        const real = createWorkqueue({ clock: time, random: () => 0 });
        const model = new Model();
        for (const one of steps) {
          if (one.kind === 'add') {
            model.add(one.key, one.priority, one.delay);
            real.add(one.key, { priority: one.priority, delayMs: one.delay });
          } else if (one.kind === 'wait') {
            model.now += one.ms;
            await time.run(one.ms);
          } else if (one.kind === 'done') {
            const [first] = model.busy;
            if (first === undefined) continue;
            model.busy.delete(first);
            real.done(first);
          } else if (real.depth() > 0) {
            const taken = (await real.take()) ?? assert.fail('closed');
            const ready = model.ready();
            const best = Math.max(...ready.map((it) => model.waiting.get(it)?.priority ?? -1e9));
            assert.ok(ready.includes(taken.key), `${taken.key} was not ready`);
            assert.deepEqual(
              [taken.priority, model.waiting.get(taken.key)?.priority],
              [best, best],
            );
            model.waiting.delete(taken.key);
            model.busy.add(taken.key);
          }
          assert.equal(real.depth(), model.ready().length);
          assert.equal(real.processing(), model.busy.size);
        }
        // Nothing is lost: in the end every key that waits comes out.
        for (const busy of model.busy) real.done(busy);
        await time.run(100);
        const rest = new Set<string>();
        while (real.depth() > 0) rest.add((await real.take())?.key ?? '');
        assert.deepEqual(rest, new Set(model.waiting.keys()));
      }),
      { numRuns: 150 },
    );
  });
});
