import assert from 'node:assert/strict';
import { createController, type Controller } from './controller.ts';
import { createManager, type Manager } from './manager.ts';
import { createReflector } from './reflector.ts';
import { WIDGETS, createCluster, type Cluster, type Widget } from './testing/cluster.ts';
import { testDeps, type TestDeps } from './testing/deps.ts';
import { createLeaseServer, type LeaseServer, type Link } from './testing/leaseServer.ts';
import { ApiError } from '../../../services/core/kube/errors.ts';

describe('kube: manager', () => {
  let deps: TestDeps;
  let cluster: Cluster;
  let leases: LeaseServer;
  let stops: AbortController[];
  let runs: Promise<void>[];
  beforeEach(() => {
    deps = testDeps();
    cluster = createCluster(deps.clock);
    leases = createLeaseServer();
    [stops, runs] = [[], []];
  });
  afterEach(async () => {
    stops.forEach((stop) => stop.abort());
    await deps.clock.run(20_000);
    await Promise.all(runs);
  });

  interface Process {
    readonly manager: Manager;
    readonly controller: Controller;
    readonly stop: AbortController;
    readonly link: Link;
    readonly seen: string[];
    readonly lost: string[];
  }
  const start = (identity: string): Process => {
    const [seen, lost]: [string[], string[]] = [[], []];
    const stop = new AbortController();
    const link = leases.link(deps.clock);
    const reflector = createReflector(
      { resource: WIDGETS },
      { ...deps, transport: cluster.transport },
    );
    const controller = createController(
      {
        name: identity,
        reconcile: async ({ key, signal }) => {
          seen.push(key);
          if (key === 'a/stuck') await new Promise(() => undefined);
          if (key === 'a/slow') await deps.clock.sleep(60_000, signal);
        },
      },
      deps,
    );
    controller.watch(reflector, { keys: ({ metadata }) => [`a/${metadata.name}`] });
    const manager = createManager(
      {
        namespace: 'ns',
        name: 'l',
        identity,
        reflectors: [reflector],
        controllers: [controller],
        alsoLead: [async ({ fencing }) => void seen.push(`fencing ${fencing > 0}`)],
        onLost: (why) => lost.push(why),
      },
      { ...deps, transport: link.transport },
    );
    stops.push(stop);
    runs.push(manager.run(stop.signal));
    return { manager, controller, stop, link, seen, lost };
  };
  const widget = (name: string): Widget => ({ metadata: { namespace: 'a', name } });

  it('works for the one that leads; those who wait have warm caches', async () => {
    cluster.put(widget('x'));
    const a = start('a');
    await deps.clock.run(100);
    const b = start('b');
    await deps.clock.run(3000);
    assert.deepEqual([a.seen, b.seen], [['fencing true', 'a/x'], []]);
    assert.deepEqual([b.manager.unready(), b.manager.term()], [[], undefined]);
    a.stop.abort();
    await deps.clock.run(3000);
    assert.deepEqual(b.seen, ['fencing true', 'a/x']);
    assert.equal(cluster.calls('list'), 2);
  });

  it('does not begin to work before the caches are synced', async () => {
    cluster.put(widget('x'));
    cluster.fail('list', new ApiError(500, {}, 'list'));
    const a = start('a');
    await deps.clock.run(300);
    assert.deepEqual([a.seen, a.manager.unready()], [[], ['widgets are not listed yet']]);
    assert.notEqual(a.manager.term(), undefined);
    await deps.clock.run(1000);
    assert.deepEqual([a.seen, a.manager.unready()], [['fencing true', 'a/x'], []]);
  });

  it('ends running passes at the loss of the lease', async () => {
    cluster.put(widget('slow'));
    const a = start('a');
    await deps.clock.run(100);
    a.link.fate = () => 'lostRequest';
    await deps.clock.run(7000);
    assert.deepEqual(a.lost, ['not renewed for 7 s']);
    assert.equal(await deps.metric('reconcile_total', { controller: 'a', result: 'aborted' }), 1);
  });

  it('lets go of the lease when it loses it before the caches are synced', async () => {
    cluster.fail('list', ...Array.from({ length: 50 }, () => new ApiError(500, {}, 'list')));
    const a = start('a');
    await deps.clock.run(100);
    a.link.fate = () => 'lostRequest';
    await deps.clock.run(7000);
    assert.deepEqual([a.lost, a.seen], [['not renewed for 7 s'], []]);
  });

  it('is unwell when a pass hangs, and when a watch goes blind', async () => {
    cluster.put(widget('stuck'));
    const a = start('a');
    await deps.clock.run(89_000);
    assert.deepEqual(a.manager.unwell(), []);
    await deps.clock.run(3000);
    assert.match(a.manager.unwell().join(), /a is 3\d s past the deadline with a\/stuck/);
    const blind = Array.from({ length: 500 }, () => new ApiError(500, {}, 'watch'));
    cluster.fail('watch', ...blind);
    cluster.breakWatches(new Error('reset'));
    await deps.clock.run(3 * 600_000);
    assert.match(a.manager.unwell().join(), /the watch of widgets has seen neither/);
  });
});
