import assert from 'node:assert/strict';
import { ApiError, NoAnswerError } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import {
  createReflector,
  type Change,
  type Reflector,
  type ReflectorOptions,
} from './reflector.ts';
import { WIDGETS, createCluster, type Cluster, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';

const HOUR = 3_600_000;
const reset = (): NoAnswerError => new NoAnswerError('unreachable', 'ECONNRESET');
const widget = (name: string, size = 1): Widget => ({
  metadata: { namespace: 'a', name },
  spec: { size },
});

describe('kube: reflector', () => {
  let deps: TestDeps;
  let cluster: Cluster;
  let stop: AbortController;
  let changes: Change<Widget>[];
  let running: Promise<void>;
  beforeEach(() => {
    deps = testDeps();
    cluster = createCluster(deps.clock);
    stop = new AbortController();
    changes = [];
    running = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await deps.clock.settle();
    await running;
  });

  const make = (
    options: Partial<ReflectorOptions<Widget>> = {},
    transport: Pick<Transport, 'list' | 'watch'> = cluster.transport,
  ): Reflector<Widget> => {
    const reflector = createReflector({ resource: WIDGETS, ...options }, { ...deps, transport });
    reflector.subscribe((change) => changes.push(change));
    return reflector;
  };
  const start = async (options: Partial<ReflectorOptions<Widget>> = {}) => {
    const reflector = make(options);
    running = reflector.run(stop.signal);
    await deps.clock.run(0);
    return reflector;
  };
  const told = (): string[] =>
    changes.splice(0).map(({ type, object }) => `${type} ${object.metadata.name}`);
  /** Everything that the server has is in the store, and nothing else. */
  const assertSame = (reflector: Reflector<Widget>, ...names: string[]): void =>
    assert.deepEqual(
      reflector.store
        .all()
        .map(({ metadata }) => metadata.name ?? '')
        .sort(),
      names.sort(),
    );
  const restarts = (reason: string): Promise<number> =>
    deps.metric('watch_restarts_total', { watch: 'widgets', reason });

  describe('listing', () => {
    it('is synced when the first list is in the store', async () => {
      cluster.put(widget('x'));
      const reflector = make();
      assert.equal(reflector.synced(), false);
      running = reflector.run(stop.signal);
      await reflector.whenSynced();
      assertSame(reflector, 'x');
      assert.deepEqual(changes[0]?.type === 'added' && changes[0].initial, true);
      assert.equal(reflector.synced(), true);
    });

    it('reads pages of 250 with continue tokens', async () => {
      for (let number = 0; number < 1200; number += 1) cluster.put(widget(`w${number}`));
      const reflector = await start();
      assert.deepEqual([reflector.store.size, cluster.calls('list')], [1200, 5]);
    });

    it('begins the list again when its token has expired, and misses no deletion', async () => {
      for (let number = 0; number < 600; number += 1) cluster.put(widget(`w${number}`));
      cluster.fail('list', undefined, new ApiError(410, { reason: 'Expired' }, 'list'));
      const reflector = make();
      running = reflector.run(stop.signal);
      await deps.clock.settle();
      cluster.remove('a/w0');
      await deps.clock.run(1000);
      assert.deepEqual([reflector.store.size, reflector.store.get('a/w0')], [599, undefined]);
      assert.equal(await restarts('expired'), 1);
    });

    it('is tried again when it fails, until it works', async () => {
      cluster.put(widget('x'));
      cluster.fail('list', reset(), new ApiError(500, {}, 'list'), new ApiError(403, {}, 'list'));
      const reflector = await start();
      assert.equal(reflector.synced(), false);
      await deps.clock.run(60_000);
      assertSame(reflector, 'x');
      assert.equal(cluster.calls('list'), 4);
    });

    it('waits longer and longer while it fails, and no longer than 30 s', async () => {
      cluster.fail('list', ...Array.from({ length: 500 }, reset));
      await start();
      await deps.clock.run(HOUR);
      const calls = cluster.calls('list');
      assert.ok(calls > 200 && calls < 260, `${calls} lists in an hour`);
    });

    it('passes its selection to list and watch', async () => {
      const seen: unknown[] = [];
      const spy: Pick<Transport, 'list' | 'watch'> = {
        list: (resource, options = {}) => {
          const { namespace, labelSelector, fieldSelector, limit, continue: token } = options;
          seen.push({ namespace, labelSelector, fieldSelector, limit, token });
          return cluster.transport.list(resource, options);
        },
        watch: (resource, options) => {
          const { namespace, labelSelector, fieldSelector, timeoutSeconds } = options;
          seen.push({ namespace, labelSelector, fieldSelector, timeoutSeconds });
          return cluster.transport.watch(resource, options);
        },
      };
      const selection = { namespace: 'a', labelSelector: 'b=c', fieldSelector: 'd=e' };
      const reflector = make(selection, spy);
      running = reflector.run(stop.signal);
      await deps.clock.run(0);
      assert.deepEqual(seen, [
        { ...selection, limit: 250, token: undefined },
        { ...selection, timeoutSeconds: 450 },
      ]);
      assert.equal(reflector.health().name, 'widgets in a with b=c and d=e');
    });
  });

  describe('watching', () => {
    it('follows additions, changes and deletions', async () => {
      const reflector = await start();
      cluster.put(widget('x'));
      cluster.put(widget('x', 2));
      cluster.put(widget('y'));
      cluster.remove('a/x');
      await deps.clock.run(0);
      assert.deepEqual(told(), ['added x', 'updated x', 'added y', 'deleted x']);
      assertSame(reflector, 'y');
    });

    it('keeps indexes', async () => {
      const reflector = await start({ indexes: { size: ({ spec }) => [String(spec?.size)] } });
      cluster.put(widget('x', 7));
      await deps.clock.run(0);
      assert.equal(reflector.store.by('size', '7').length, 1);
    });

    it('is blind for less than a hundredth of a quiet hour', async () => {
      await start();
      await deps.clock.run(HOUR);
      assert.ok(cluster.calls('watch') > 6, `${cluster.calls('watch')} watches`);
      assert.equal(cluster.calls('list'), 1);
      assert.ok(cluster.blindMs() < HOUR / 100, `${cluster.blindMs()} ms blind`);
    });

    it('does not list again when bookmarks moved it past a compaction', async () => {
      await start();
      cluster.compact();
      await deps.clock.run(HOUR);
      assert.equal(cluster.calls('list'), 1);
    });

    it('misses nothing between the end of a watch and the next', async () => {
      const reflector = await start();
      cluster.put(widget('x'));
      await deps.clock.run(0);
      cluster.breakWatches(reset());
      cluster.put(widget('y'));
      cluster.remove('a/x');
      await deps.clock.run(1000);
      assert.deepEqual(told(), ['added x', 'added y', 'deleted x']);
      assertSame(reflector, 'y');
    });

    it('survives a broken connection again and again', async () => {
      const reflector = await start();
      for (let round = 0; round < 50; round += 1) {
        cluster.put(widget(`w${round}`));
        cluster.breakWatches(reset());
        await deps.clock.run(31_000);
      }
      assert.deepEqual([reflector.store.size, cluster.calls('list')], [50, 1]);
      assert.equal(await restarts('error'), 50);
    });

    it('defect: watches again at once when a stream that brought events is cut', async () => {
      const reflector = await start();
      for (let round = 0; round < 20; round += 1) {
        cluster.put(widget(`w${round}`));
        await deps.clock.run(2000);
        cluster.breakWatches(reset());
        await deps.clock.run(0);
        assert.equal(cluster.watches(), 1, `round ${round}`);
      }
      assert.deepEqual([reflector.store.size, cluster.calls('list')], [20, 1]);
    });

    it('backs off from a server that ends each watch at once, also behind an event', async () => {
      await start();
      for (let tenth = 0; tenth < 600; tenth += 1) {
        cluster.put(widget('x', tenth));
        await deps.clock.run(0);
        cluster.breakWatches();
        await deps.clock.run(100);
      }
      assert.ok(cluster.calls('watch') < 15, `${cluster.calls('watch')} watches in a minute`);
    });

    it('backs off from a server that ends each watch at once', async () => {
      await start();
      for (let second = 0; second < 600; second += 1) {
        cluster.breakWatches();
        await deps.clock.run(1000);
      }
      assert.ok(cluster.calls('watch') < 60, `${cluster.calls('watch')} watches in 10 minutes`);
    });

    it('waits as long as a busy server asks', async () => {
      cluster.fail('watch', new ApiError(429, {}, 'watch', 20_000));
      await start();
      await deps.clock.run(19_999);
      assert.equal(cluster.watches(), 0);
      await deps.clock.run(1);
      assert.equal(cluster.watches(), 1);
    });

    it('cuts a watch that the server should have ended, 30 s late', async () => {
      const reflector = await start();
      cluster.goSilent();
      cluster.put(widget('x'));
      await deps.clock.run(450_000 + 29_999);
      assertSame(reflector);
      await deps.clock.run(1);
      assertSame(reflector, 'x');
      assert.equal(await restarts('silent'), 1);
    });

    it('lists again after 410 and tells only what changed', async () => {
      const reflector = await start();
      cluster.put(widget('same'));
      cluster.put(widget('changed'));
      cluster.put(widget('gone'));
      await deps.clock.run(0);
      told();
      cluster.goSilent();
      cluster.put(widget('changed', 2));
      cluster.remove('a/gone');
      cluster.put(widget('new'));
      cluster.compact();
      await deps.clock.run(490_000);
      assert.deepEqual(told(), ['updated changed', 'added new', 'deleted gone']);
      assertSame(reflector, 'same', 'changed', 'new');
      assert.deepEqual([cluster.calls('list'), await restarts('expired')], [2, 1]);
    });

    it('sees a deletion and a new object under the same name across a list', async () => {
      await start();
      cluster.put(widget('x'));
      await deps.clock.run(0);
      const [added] = changes.splice(0);
      cluster.goSilent();
      cluster.remove('a/x');
      cluster.put(widget('x'));
      cluster.compact();
      await deps.clock.run(490_000);
      assert.deepEqual(
        changes.map(({ type, object }) => [type, object.metadata.uid]),
        [
          ['deleted', added?.object.metadata.uid],
          ['added', 'uid-2'],
        ],
      );
      assert.equal(changes[1]?.type === 'added' && changes[1].initial, false);
    });

    it('does not list without end when each watch gets 410', async () => {
      cluster.fail('watch', ...Array.from({ length: 100 }, () => new ApiError(410, {}, 'watch')));
      await start();
      await deps.clock.run(600_000);
      assert.ok(cluster.calls('list') < 60, `${cluster.calls('list')} lists in 10 minutes`);
    });

    it('is not killed by a listener that throws, and tells the others', async () => {
      const reflector = createReflector<Widget>(
        { resource: WIDGETS },
        { ...deps, transport: cluster.transport },
      );
      reflector.subscribe(() => assert.fail('broken'));
      reflector.subscribe((change) => changes.push(change));
      running = reflector.run(stop.signal);
      await deps.clock.run(0);
      cluster.put(widget('x'));
      cluster.put(widget('y'));
      await deps.clock.run(0);
      assert.deepEqual(told(), ['added x', 'added y']);
      assert.equal(await deps.metric('watch_listener_errors_total', { watch: 'widgets' }), 2);
    });

    it('asks again for an event that the store did not take', async () => {
      let broken = true;
      const reflector = await start({
        transform: (object) => (broken ? assert.fail('not now') : object),
      });
      cluster.put(widget('x'));
      await deps.clock.run(5000);
      assertSame(reflector);
      broken = false;
      await deps.clock.run(30_000);
      assertSame(reflector, 'x');
      assert.equal(cluster.calls('list'), 1);
    });

    it('spreads the time limits of watches over 300 to 600 s', async () => {
      for (const [random, seconds] of [
        [0, 300],
        [0.999_999, 600],
      ] as const) {
        deps.random = () => random;
        const reflector = await start();
        assert.equal(reflector.health().timeoutMs, seconds * 1000);
      }
    });
  });

  describe('health', () => {
    it('is young after an event, a bookmark and a list', async () => {
      const reflector = await start();
      const age = (): number => deps.clock.monotonic() - reflector.health().lastEventAt;
      assert.equal(age(), 0);
      await deps.clock.run(30_000);
      cluster.put(widget('x'));
      await deps.clock.run(0);
      assert.equal(age(), 0);
      await deps.clock.run(80_000);
      assert.equal(age(), 50_000);
      const metric = await deps.metric('last_event_age_seconds', { watch: 'widgets' });
      assert.equal(metric, 50);
    });

    it('grows old while nothing is heard', async () => {
      const reflector = await start();
      cluster.fail('list', ...Array.from({ length: 500 }, reset));
      cluster.fail('watch', ...Array.from({ length: 500 }, reset));
      cluster.breakWatches(reset());
      await deps.clock.run(HOUR);
      assert.equal(reflector.health().lastEventAt, 0);
    });
  });

  describe('stopping', () => {
    it('ends the watch and leaves no timer', async () => {
      await start();
      stop.abort();
      await running;
      await deps.clock.settle();
      assert.deepEqual([cluster.watches(), deps.clock.sleepers()], [0, 0]);
    });

    it('ends a pause between two tries', async () => {
      cluster.fail('list', reset());
      await start();
      stop.abort();
      await running;
      assert.equal(cluster.calls('list'), 1);
    });

    it('lets go of those who wait for the first list', async () => {
      cluster.fail('list', ...Array.from({ length: 500 }, reset));
      const reflector = await start();
      const waiting = assert.rejects(reflector.whenSynced(stop.signal), /enough/);
      stop.abort(new Error('enough'));
      await waiting;
      await assert.rejects(reflector.whenSynced(stop.signal), /enough/);
    });
  });
});
