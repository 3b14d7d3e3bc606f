import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { useCluster, useNamespace } from '../../../scripts/testing/cluster/hooks.ts';
import { systemClock } from '../../../services/core/clock.ts';
import { loadConnection, type Connection } from '../../../services/core/kube/connection.ts';
import { ApiError, isConflict, isInvalid, isNotFound } from '../../../services/core/kube/errors.ts';
import { createTransport, type Transport } from '../../../services/core/kube/transport.ts';
import {
  defineResource,
  type KubeList,
  type KubeObject,
} from '../../../services/core/kube/types.ts';
import { createApplier } from './apply.ts';
import { EVENTS } from './eventObject.ts';
import { createEventRecorder } from './events.ts';
import { keyOf } from './keys.ts';
import { createLeaderElector } from './leader.ts';
import { LEASES } from './lease.ts';
import { namesFor } from './names.ts';
import { OWNER_INDEX, childMeta, ownerIndex } from './owners.ts';
import { createReflector, type Reflector } from './reflector.ts';
import { testDeps } from './testing/deps.ts';
import { startFaultProxy, type FaultProxy } from './testing/faultProxy.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
const CONFIG_MAPS = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
});

describe('kube: on a real API server', function () {
  this.timeout(60_000);
  const cluster = useCluster();
  const namespace = useNamespace(cluster);
  let connection: Connection;
  let transport: Transport;
  let stop: AbortController;
  let running: Promise<unknown>[];
  const deps = { ...testDeps(), clock: systemClock, random: Math.random, newId: randomUUID };

  before(async () => {
    connection = await loadConnection(cluster().kubeconfig, systemClock);
  });
  after(() => connection.close());
  beforeEach(() => {
    transport = createTransport({ connection, clock: systemClock, userAgent: 'tests/1' });
    stop = new AbortController();
    running = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
  });

  const map = (name: string, value = '1'): ConfigMap => ({
    metadata: { namespace: namespace(), name },
    data: { value },
  });
  const create = (name: string, value?: string): Promise<ConfigMap> =>
    transport.create(CONFIG_MAPS, map(name, value));
  const ref = (name: string) => ({ namespace: namespace(), name });
  const refused = async (call: Promise<unknown>): Promise<ApiError> => {
    const error = await call.then(
      () => assert.fail('was not refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApiError, String(error));
    return error;
  };

  describe('the transport', () => {
    it('creates, reads, patches, applies and deletes', async () => {
      const made = await create('x');
      assert.equal((await transport.get(CONFIG_MAPS, ref('x'))).metadata.uid, made.metadata.uid);
      await transport.mergePatch(CONFIG_MAPS, ref('x'), { data: { more: 'yes' } });
      const own = { metadata: ref('x'), data: { mine: 'too' } };
      const after = await transport.apply(CONFIG_MAPS, own, { fieldManager: 'me' });
      assert.deepEqual(after.data, { value: '1', more: 'yes', mine: 'too' });
      await transport.delete(CONFIG_MAPS, ref('x'));
      assert.ok(isNotFound(await refused(transport.get(CONFIG_MAPS, ref('x')))));
    });

    it('is told which field of which manager an apply would take', async () => {
      await transport.apply(CONFIG_MAPS, map('x', '1'), { fieldManager: 'one' });
      const wish = map('x', '2');
      const error = await refused(transport.apply(CONFIG_MAPS, wish, { fieldManager: 'two' }));
      assert.ok(isConflict(error));
      assert.deepEqual(
        error.details.causes.map(({ field, message }) => [field, message]),
        [['.data.value', 'conflict with "one"']],
      );
      const taken = await transport.apply(CONFIG_MAPS, wish, { fieldManager: 'two', force: true });
      assert.deepEqual(taken.data, { value: '2' });
    });

    it('reads pages', async () => {
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => create(name)));
      const names: unknown[] = [];
      let token: string | undefined;
      do {
        const page: KubeList<ConfigMap> = await transport.list(CONFIG_MAPS, {
          namespace: namespace(),
          limit: 2,
          continue: token,
        });
        assert.ok(page.items.length <= 2);
        names.push(...page.items.map(({ metadata }) => metadata.name));
        token = page.metadata.continue;
      } while (token !== undefined);
      assert.deepEqual(
        names.filter((name) => name !== 'kube-root-ca.crt'),
        ['a', 'b', 'c', 'd', 'e'],
      );
    });

    it('deletes nothing but the object that it means', async () => {
      await create('x');
      const uid = '00000000-0000-0000-0000-000000000000';
      assert.ok(isConflict(await refused(transport.delete(CONFIG_MAPS, ref('x'), { uid }))));
      await transport.delete(CONFIG_MAPS, ref('x'), { dryRun: true });
      await transport.get(CONFIG_MAPS, ref('x'));
    });

    it('is told what is wrong with a watch', async () => {
      const from = { resourceVersion: '1', timeoutSeconds: 5 };
      const options = { namespace: namespace(), labelSelector: 'a==b==c', ...from };
      const reading = (async () => {
        for await (const event of transport.watch(CONFIG_MAPS, options)) assert.fail(event.type);
      })();
      const error = await refused(reading);
      assert.ok(isInvalid(error), String(error));
    });
  });

  describe('the reflector', () => {
    let proxy: FaultProxy;
    let harmed: Connection;
    beforeEach(async () => {
      proxy = await startFaultProxy(Number(connection.server.port));
      const server = new URL(connection.server);
      server.port = String(proxy.port);
      harmed = { ...connection, server };
    });
    afterEach(async () => {
      stop.abort();
      await Promise.all(running);
      await proxy.stop();
    });
    const reflect = async (): Promise<Reflector<ConfigMap>> => {
      const through = createTransport({
        connection: harmed,
        clock: systemClock,
        userAgent: 'tests/1',
      });
      const reflector = createReflector(
        {
          resource: CONFIG_MAPS,
          namespace: namespace(),
          fieldSelector: 'metadata.name!=kube-root-ca.crt',
        },
        // Short pauses: the connection is cut many times.
        { ...deps, random: () => 0.005, metrics: testDeps().metrics, transport: through },
      );
      running.push(reflector.run(stop.signal));
      await reflector.whenSynced(stop.signal);
      return reflector;
    };
    /** Resolves when the store holds exactly what the server does. */
    const same = async (reflector: Reflector<ConfigMap>, settled: () => boolean): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (settled()) resolve();
      };
      reflector.subscribe(look);
      look();
      await promise;
    };

    it('follows what happens, bookmarks and all', async () => {
      const reflector = await reflect();
      const changes: string[] = [];
      reflector.subscribe(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
      await create('x');
      await transport.mergePatch(CONFIG_MAPS, ref('x'), { data: { value: '2' } });
      await transport.delete(CONFIG_MAPS, ref('x'));
      await create('x');
      await same(reflector, () => changes.length === 4);
      assert.deepEqual(changes, ['added x', 'updated x', 'deleted x', 'added x']);
      assert.equal(reflector.store.all()[0]?.metadata.managedFields, undefined);
    });

    it('misses nothing when its stream is cut at any byte, again and again', async () => {
      const reflector = await reflect();
      proxy.cutAfter(() => 2000 + Math.floor(Math.random() * 6000));
      proxy.cut();
      for (let round = 0; round < 5; round += 1) {
        for (let number = 0; number < 9; number += 1) {
          const name = `w${round}-${number}`;
          await create(name, 'x'.repeat(500));
          if (number % 3 === 0) await transport.delete(CONFIG_MAPS, ref(name));
        }
        const { items } = await transport.list(CONFIG_MAPS, { namespace: namespace() });
        const there = items.map(keyOf).filter((key) => !key.endsWith('kube-root-ca.crt'));
        assert.equal(there.length, 6 * (round + 1));
        const sorted = there.toSorted().join();
        await same(reflector, () => reflector.store.keys().toSorted().join() === sorted);
      }
      assert.ok(proxy.connections() > 5, `${proxy.connections()} connections`);
    });

    it('survives a restart of the API server', async function () {
      const { apiServer } = cluster();
      // A cluster of the tester's is not ours to stop: then only the connections are cut.
      const reflector = await reflect();
      await create('before');
      if (apiServer) {
        await apiServer.stop();
        await apiServer.start();
      } else proxy.cut();
      await create('after');
      const key = `${namespace()}/after`;
      await same(reflector, () => reflector.store.get(key) !== undefined);
      assert.equal(reflector.store.size, 2);
    });
  });

  describe('the leader', () => {
    const stand = (identity: string) => {
      const elected = Promise.withResolvers<number>();
      const mine = new AbortController();
      const elector = createLeaderElector(
        {
          namespace: namespace(),
          name: 'lease',
          identity,
          lead: async ({ fencing, signal }) => {
            elected.resolve(fencing);
            const { promise, resolve } = Promise.withResolvers<void>();
            signal.addEventListener('abort', () => resolve(), { once: true });
            await promise;
          },
          onLost: (why) => assert.fail(why),
        },
        { ...deps, transport },
      );
      const over = elector.run(mine.signal);
      running.push(over);
      stop.signal.addEventListener('abort', () => mine.abort());
      return { elector, over, elected: elected.promise, stop: () => mine.abort() };
    };

    it('makes the Lease by PUT, holds it, and gives it back to the next', async () => {
      const a = stand('a');
      const first = await a.elected;
      const lease = await transport.get(LEASES, ref('lease'));
      assert.deepEqual([lease.spec?.holderIdentity, lease.spec?.leaseTransitions], ['a', first]);
      const b = stand('b');
      a.stop();
      await a.over;
      assert.equal(await b.elected, first + 1);
      assert.equal(a.elector.term(), undefined);
    });

    it('cannot overwrite a Lease that another has made meanwhile', async () => {
      const wish = { metadata: ref('lease'), spec: { holderIdentity: 'x' } };
      await transport.replace(LEASES, wish);
      const error = await refused(transport.replace(LEASES, wish));
      assert.ok(isConflict(error) || isInvalid(error), String(error));
    });
  });

  describe('the rest', () => {
    it('writes Events that repeat as a series', async () => {
      const object = await create('x');
      const recorder = createEventRecorder(
        { controller: 'example.com/tester', instance: 'pod-1' },
        { ...deps, transport },
      );
      const text = {
        type: 'Warning',
        reason: 'Broken',
        action: 'Reconcile',
        note: 'ä'.repeat(900),
      } as const;
      for (let time = 0; time < 3; time += 1) recorder.record(CONFIG_MAPS, object, text);
      await recorder.flush();
      const { items } = await transport.list(EVENTS, { namespace: namespace() });
      const about = items.filter(({ regarding }) => regarding['uid'] === object.metadata.uid);
      assert.equal(about.length, 1);
      assert.equal((about[0] as { series?: { count?: number } }).series?.count, 3);
    });

    it('applies once, repairs what was changed and prunes what is not wanted', async () => {
      const names = namesFor('tester', 'example.com');
      const metrics = testDeps();
      const applier = createApplier(
        { controller: 'widget', names },
        { transport, metrics: metrics.metrics },
      );
      const reflector = createReflector(
        {
          resource: CONFIG_MAPS,
          namespace: namespace(),
          indexes: { [OWNER_INDEX]: ownerIndex(names) },
        },
        { ...deps, transport },
      );
      running.push(reflector.run(stop.signal));
      await reflector.whenSynced(stop.signal);
      const owner = await create('owner');
      const wish = {
        metadata: childMeta(names, CONFIG_MAPS, owner, ref('child')),
        data: { wanted: 'yes' },
      };
      const key = `${namespace()}/child`;
      const kinds: string[] = [];
      const pass = async (cached: ConfigMap | undefined): Promise<ConfigMap> => {
        const outcome = await applier.apply(CONFIG_MAPS, wish, cached);
        kinds.push(outcome.kind);
        return outcome.object;
      };
      const live = await pass(undefined);
      const again = await pass(live);
      const edited = await transport.mergePatch(CONFIG_MAPS, ref('child'), {
        data: { wanted: 'no' },
      });
      assert.deepEqual((await pass(edited)).data, { wanted: 'yes' });
      assert.equal(again.metadata.resourceVersion, live.metadata.resourceVersion);
      assert.deepEqual(kinds, ['applied', 'unchanged', 'applied']);

      const { promise, resolve } = Promise.withResolvers<void>();
      reflector.subscribe(({ type, object }) => {
        if (type === 'deleted' && keyOf(object) === key) resolve();
      });
      const target = { store: reflector.store, owner, keep: new Set<string>() };
      assert.deepEqual(await applier.prune(CONFIG_MAPS, target), [key]);
      await promise;
      assert.ok(isNotFound(await refused(transport.get(CONFIG_MAPS, ref('child')))));
    });
  });
});
