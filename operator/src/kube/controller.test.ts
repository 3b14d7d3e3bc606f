import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import {
  TerminalError,
  createController,
  type Controller,
  type ControllerOptions,
  type Reconcile,
  type ReconcileContext,
} from './controller.ts';
import { createReflector, type Reflector } from './reflector.ts';
import { WIDGETS, createCluster, type Cluster, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';

const widget = (name: string, size = 1, extra: object = {}): Widget => ({
  metadata: { namespace: 'a', name, ...extra },
  spec: { size },
});

describe('kube: controller', () => {
  let deps: TestDeps;
  let stop: AbortController;
  let seen: string[];
  let running: Promise<unknown>;
  beforeEach(() => {
    deps = testDeps();
    stop = new AbortController();
    seen = [];
    running = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await deps.clock.settle();
    await running;
  });

  const note: Reconcile = async ({ key }) => void seen.push(key);
  const make = (reconcile: Reconcile, options: Partial<ControllerOptions> = {}): Controller =>
    createController({ name: 'widget', reconcile, ...options }, deps);
  const start = async (controller: Controller): Promise<Controller> => {
    running = Promise.all([running, controller.run(stop.signal)]);
    await deps.clock.run(0);
    return controller;
  };
  const results = (result: string): Promise<number> =>
    deps.metric('reconcile_total', { controller: 'widget', result });
  const told = (): string[] => seen.splice(0);

  describe('passes', () => {
    it('are given the key, its parts, an id and a log that names them', async () => {
      let context: ReconcileContext | undefined;
      const controller = await start(
        make(async (given) => {
          context = given;
          given.log.info('here');
        }),
      );
      controller.enqueue('a/x');
      await deps.clock.run(0);
      assert.deepEqual(
        [context?.key, context?.ref, context?.reconcileId, context?.signal.aborted],
        ['a/x', { namespace: 'a', name: 'x' }, 'id-1', false],
      );
      const { controller: name, object, reconcileId } = deps.captured.lines()[0] ?? {};
      assert.deepEqual([name, object, reconcileId], ['widget', 'a/x', 'id-1']);
    });

    it('run eight at a time, and never two with one key', async () => {
      const going = new Map<string, number>();
      let most = 0;
      const controller = await start(
        make(async ({ key, signal }) => {
          going.set(key, (going.get(key) ?? 0) + 1);
          assert.equal(going.get(key), 1);
          most = Math.max(most, [...going.values()].filter((count) => count > 0).length);
          await deps.clock.sleep(100, signal);
          going.set(key, 0);
        }),
      );
      for (let round = 0; round < 3; round += 1) {
        for (let number = 0; number < 20; number += 1) controller.enqueue(`a/${number}`);
        await deps.clock.run(50);
      }
      await deps.clock.run(2000);
      assert.deepEqual([most, await results('error')], [8, 0]);
    });

    it('let the rest of the process have its turn when thousands find nothing to do', async () => {
      const controller = await start(make(note));
      for (let number = 0; number < 1000; number += 1) controller.enqueue(`a/${number}`);
      await deps.clock.settle();
      assert.ok(seen.length > 0 && seen.length <= 128, `${seen.length} in one turn`);
      while (seen.length < 1000) await deps.clock.settle();
      assert.equal(new Set(told()).size, 1000);
    });

    it('are counted and timed', async () => {
      const controller = await start(make(note));
      controller.enqueue('a/x');
      await deps.clock.run(0);
      assert.equal(await results('success'), 1);
      assert.equal(controller.depth(), 0);
      assert.equal(await deps.metric('workqueue_depth', { controller: 'widget' }), 0);
    });

    it('come again when they ask for it, and only then', async () => {
      const controller = await start(
        make(async ({ key }) => {
          seen.push(key);
          return seen.length === 1 ? { requeueAfterMs: 1000 } : {};
        }),
      );
      controller.enqueue('a/x');
      await deps.clock.run(999);
      assert.deepEqual(seen, ['a/x']);
      await deps.clock.run(60_000);
      assert.deepEqual(seen, ['a/x', 'a/x']);
      assert.deepEqual([await results('requeue_after'), await results('success')], [1, 1]);
    });

    it('keep their priority when they come again', async () => {
      const controller = make(
        async ({ key }) => {
          seen.push(key);
          return seen.length === 1 ? { requeueAfterMs: 1000 } : undefined;
        },
        { workers: 1 },
      );
      controller.enqueue('a/old', { priority: -100 });
      await start(controller);
      controller.enqueue('a/blocker', { delayMs: 999 });
      await deps.clock.stall(1000);
      assert.deepEqual(seen, ['a/old', 'a/blocker', 'a/old']);
    });

    it('that want to come at no time at all count as failed', async () => {
      const controller = await start(make(async () => ({ requeueAfterMs: Number.NaN })));
      controller.enqueue('a/x');
      await deps.clock.run(0);
      assert.equal(await results('error'), 1);
    });
  });

  describe('failures', () => {
    const failing =
      (error: () => unknown): Reconcile =>
      async ({ key }) => {
        seen.push(key);
        throw error();
      };

    it('are tried again after 5 s, 10 s, 20 s', async () => {
      const controller = await start(make(failing(() => new Error('boom'))));
      controller.enqueue('a/x');
      await deps.clock.run(5000 + 10_000 + 20_000);
      assert.equal(seen.length, 4);
      assert.equal(await results('error'), 4);
      assert.match(deps.captured.text(), /"msg":"boom"/);
    });

    it('do not count on after a success', async () => {
      let broken = true;
      const controller = await start(
        make(async ({ key }) => {
          seen.push(key);
          if (broken) throw new Error('boom');
        }),
      );
      controller.enqueue('a/x');
      await deps.clock.run(5000);
      broken = false;
      await deps.clock.run(10_000);
      broken = true;
      told();
      controller.enqueue('a/x');
      await deps.clock.run(5000);
      assert.equal(seen.length, 2);
    });

    it('wait at least as long as a busy server asks', async () => {
      const controller = await start(make(failing(() => new ApiError(429, {}, 'x', 60_000))));
      controller.enqueue('a/x');
      await deps.clock.run(59_999);
      assert.equal(seen.length, 1);
      await deps.clock.run(1);
      assert.equal(seen.length, 2);
    });

    it('of one key do not hold up others', async () => {
      const controller = await start(
        make(async (context) => {
          await note(context);
          if (context.key === 'a/bad') throw new Error('boom');
        }),
      );
      controller.enqueue('a/bad');
      controller.enqueue('a/good');
      await deps.clock.run(0);
      assert.deepEqual(seen, ['a/bad', 'a/good']);
    });

    it('that are terminal are told and not tried again', async () => {
      const told: string[] = [];
      const controller = await start(
        make(
          failing(() => new TerminalError('BadSpec', 'cannot be')),
          {
            onTerminal: async ({ key }, { reason, message }) =>
              void told.push(`${key} ${reason}: ${message}`),
          },
        ),
      );
      controller.enqueue('a/x');
      await deps.clock.run(3_600_000);
      assert.deepEqual([seen.length, told], [1, ['a/x BadSpec: cannot be']]);
      assert.equal(await results('terminal'), 1);
    });

    it('that are terminal need nobody to tell', async () => {
      const controller = await start(make(failing(() => new TerminalError('BadSpec', 'no'))));
      controller.enqueue('a/x');
      await deps.clock.run(60_000);
      assert.equal(seen.length, 1);
    });

    it('that are terminal are tried again while the user could not be told', async () => {
      let broken = true;
      const controller = await start(
        make(
          failing(() => new TerminalError('BadSpec', 'no')),
          {
            onTerminal: async () => {
              if (broken) throw new Error('no status');
            },
          },
        ),
      );
      controller.enqueue('a/x');
      await deps.clock.run(0);
      broken = false;
      await deps.clock.run(60_000);
      assert.deepEqual([seen.length, await results('error'), await results('terminal')], [2, 1, 1]);
    });
  });

  describe('deadline', () => {
    it('tells a pass to end', async () => {
      const controller = await start(
        make(async ({ signal }) => deps.clock.sleep(600_000, signal), { deadlineMs: 1000 }),
      );
      controller.enqueue('a/x');
      await deps.clock.run(1000);
      assert.equal(await results('error'), 1);
      assert.match(deps.captured.text(), /not done within 1000 ms/);
      assert.deepEqual(controller.overdue(), []);
    });

    it('names the pass that does not end', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const controller = await start(make(() => promise, { deadlineMs: 1000 }));
      controller.enqueue('a/x');
      await deps.clock.run(1000);
      assert.deepEqual(controller.overdue(), []);
      await deps.clock.run(500);
      assert.deepEqual(controller.overdue(), [
        { controller: 'widget', key: 'a/x', reconcileId: 'id-1', byMs: 500 },
      ]);
      resolve();
      await deps.clock.run(0);
      assert.deepEqual(controller.overdue(), []);
    });
  });

  describe('stopping', () => {
    it('aborts running passes, waits for them and begins none', async () => {
      const controller = await start(
        make(
          async ({ key, signal }) => {
            seen.push(`begin ${key}`);
            await deps.clock.sleep(60_000, signal).catch(() => undefined);
            seen.push(`end ${key}`);
            signal.throwIfAborted();
          },
          { workers: 1 },
        ),
      );
      controller.enqueue('a/x');
      controller.enqueue('a/y');
      await deps.clock.run(0);
      stop.abort(new Error('stop'));
      await running;
      assert.deepEqual([seen, await results('aborted')], [['begin a/x', 'end a/x'], 1]);
      await deps.clock.settle();
      assert.equal(deps.clock.sleepers(), 0);
    });

    it('does not even begin under an aborted signal', async () => {
      const controller = make(note);
      controller.enqueue('a/x');
      stop.abort();
      await controller.run(stop.signal);
      assert.deepEqual(seen, []);
    });
  });

  describe('sources', () => {
    let cluster: Cluster;
    let reflector: Reflector<Widget>;
    beforeEach(() => {
      cluster = createCluster(deps.clock);
      reflector = createReflector({ resource: WIDGETS }, { ...deps, transport: cluster.transport });
    });
    const own = (object: Widget): string[] => [`a/${object.metadata.name}`];
    const run = async (controller: Controller): Promise<void> => {
      running = Promise.all([running, reflector.run(stop.signal)]);
      await deps.clock.run(0);
      await start(controller);
    };

    it('queue what is there, what comes, changes and goes', async () => {
      cluster.put(widget('old'));
      const controller = make(note);
      controller.watch(reflector, { keys: own });
      await run(controller);
      assert.deepEqual(told(), ['a/old']);
      cluster.put(widget('new'));
      await deps.clock.run(0);
      cluster.put(widget('new', 2));
      await deps.clock.run(0);
      cluster.remove('a/old');
      await deps.clock.run(0);
      assert.deepEqual(told(), ['a/new', 'a/new', 'a/old']);
    });

    it("let a user's new object pass those that a restart finds", async () => {
      for (let number = 0; number < 50; number += 1) cluster.put(widget(`old${number}`));
      const controller = make(note, { workers: 1 });
      controller.watch(reflector, { keys: own });
      running = Promise.all([running, reflector.run(stop.signal)]);
      await deps.clock.run(0);
      cluster.put(widget('new'));
      await deps.clock.run(0);
      await start(controller);
      while (seen.length < 51) await deps.clock.settle();
      assert.equal(seen[0], 'a/new');
    });

    it('leave out updates that cannot matter', async () => {
      const controller = make(note);
      controller.watch(reflector, { keys: own, changed: () => false });
      await run(controller);
      cluster.put(widget('x'));
      cluster.put(widget('x', 2));
      await deps.clock.run(0);
      assert.deepEqual(seen, ['a/x']);
    });

    it('queue both owners of an object that changed hands', async () => {
      const controller = make(note);
      controller.watch(reflector, { keys: ({ spec }) => [`a/${spec?.size}`] });
      await run(controller);
      cluster.put(widget('x', 1));
      await deps.clock.run(0);
      told();
      cluster.put(widget('x', 2));
      await deps.clock.run(0);
      assert.deepEqual(told(), ['a/1', 'a/2']);
    });

    it('come all again at each resync when they are to, behind everything else', async () => {
      cluster.put(widget('x'));
      cluster.put(widget('y'));
      const blocked = Promise.withResolvers<void>();
      const blocking: Reconcile = async (context) => {
        await note(context);
        if (context.key === 'a/blocker') await blocked.promise;
      };
      const controller = make(blocking, { resyncMs: 60_000, workers: 1 });
      controller.watch(reflector, { keys: own, resync: true });
      await run(controller);
      told();
      controller.enqueue('a/blocker');
      await deps.clock.run(63_000);
      controller.enqueue('a/urgent');
      blocked.resolve();
      await deps.clock.run(0);
      assert.deepEqual(told(), ['a/blocker', 'a/urgent', 'a/x', 'a/y']);
    });

    it('are queued in slices when one change concerns many, so that others have their turn', async () => {
      const cluster = createCluster(deps.clock);
      const reflector = createReflector({ resource: WIDGETS }, { ...deps, ...cluster });
      const controller = make(note);
      const many = Array.from({ length: 500 }, (_, at) => `a/${at}`);
      controller.watch(reflector, { keys: () => many });
      const depths: number[] = [];
      reflector.subscribe(() => depths.push(controller.depth()));
      cluster.put(widget('x'));
      running = reflector.run(stop.signal);
      await reflector.whenSynced();
      await deps.clock.run(10);
      assert.deepEqual(depths, [200]);
      for (let turn = 0; turn < 5; turn += 1) await deps.clock.settle();
      assert.equal(controller.depth(), 500);
    });

    it('do not resync unless they are to', async () => {
      cluster.put(widget('x'));
      const controller = make(note, { resyncMs: 60_000 });
      controller.watch(reflector, { keys: own });
      await run(controller);
      told();
      await deps.clock.run(600_000);
      assert.deepEqual(told(), []);
    });
  });
});
