/** The whole operator on a real API server: how often it writes, who leads, and what it survives. */
import assert from 'node:assert/strict';
import { systemClock } from '../../services/core/clock.ts';
import { channel, job } from '../../services/core/manifest/testing/samples.ts';
import { LEASES } from './kube/lease.ts';
import { LABELS } from './names.ts';
import { recordJobs } from './testing/recorder.ts';
import { useBadNetwork } from './testing/through.ts';
import { until } from './testing/until.ts';
import { orAbsent } from '../../services/core/kube/errors.ts';
import { conditionOf, useWorld } from './testing/world.ts';

const LEASE = 'duckmon-operator';
/** 10 s until the lease of a dead leader is free, a look of at most 2.4 s, and a busy machine. */
const TAKE_OVER_MS = 18_000;

describe('the operator on a real API server', function () {
  this.timeout(90_000);
  const world = useWorld();

  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `job-${at}`);
  const jobs = (count: number): object[] =>
    names(count).map((name) => job({ 'metadata.name': name }));
  const allReady = (...more: readonly string[]): Promise<string> =>
    world().kubectl(
      'wait',
      '--for=condition=Ready',
      '--timeout=60s',
      'monitorjob',
      '--all',
      ...more,
    );
  const holder = async (): Promise<string> => {
    const where = { namespace: world().namespace, name: LEASE };
    const lease = await orAbsent(world().transport.get(LEASES, where));
    return lease?.spec?.holderIdentity ?? '';
  };
  const led = (by: string): Promise<true> =>
    until(`led by ${by}`, async () => ((await holder()).startsWith(by) ? true : undefined));
  /** Sum of a counter over its labels, by the operator's own metrics. */
  const counter = async (url: string, name: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const values = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  it('writes the status of a job once until it is Ready', async () => {
    const { transport, namespace } = world();
    const recorder = await recordJobs(transport, namespace);
    await world().start();
    await world().apply(...jobs(25));
    await allReady();
    await recorder.stop();
    for (const name of names(25)) {
      const [first] = recorder.versions(name);
      assert.equal(first && conditionOf(first, 'Ready')?.status, 'True', name);
    }
  });

  it('writes nothing in three resyncs of a quiet cluster', async () => {
    const { transport, namespace } = world();
    const { url } = await world().start({ resyncMs: 400 });
    await world().apply(...jobs(10), channel());
    await allReady();
    const recorder = await recordJobs(transport, namespace);
    const passes = (): Promise<number> => counter(url, 'reconcile_total');
    const [passed, written] = [await passes(), await counter(url, 'status_writes_total')];
    await until('three resyncs', async () =>
      (await passes()) >= passed + 3 * 11 ? true : undefined,
    );
    await recorder.stop();
    assert.deepEqual(recorder.all(), []);
    assert.equal(await counter(url, 'status_writes_total'), written);
  });

  it('lets kubectl delete a namespace with the operator gone', async () => {
    const team = `${world().namespace}-team`;
    const { kubectl } = world().cluster;
    await kubectl(['create', 'namespace', team]);
    const operator = await world().start({ watchNamespaces: [team] });
    await kubectl(['-n', team, 'apply', '-f', '-'], JSON.stringify(job()));
    await kubectl(['-n', team, 'apply', '-f', '-'], JSON.stringify(channel()));
    await allReady('-n', team);
    await operator.stop();
    await kubectl(['delete', 'namespace', team, '--timeout=45s']);
  });

  it('knows the workspaces of the namespace of users by their labels', async () => {
    const { namespace, scheduler } = world();
    await world().start({ usersNamespace: namespace });
    const labels = { [LABELS.workspace]: 'anna' };
    const own = { 'metadata.name': 'anna-shop', 'metadata.labels': labels };
    await world().apply(job(own), channel(own));
    await allReady();
    assert.deepEqual([...scheduler.monitors.keys()], ['anna/shop']);
    await until('the channel', () => scheduler.channels.get('anna/shop'));
    scheduler.tell('anna/shop', { openFindings: 1 });
    const arg = '--for=jsonpath={.status.openFindings}=1';
    await world().kubectl('wait', arg, '--timeout=30s', 'monitorjob/anna-shop');
  });

  it('says that the platform is frozen, and no longer when it is lifted', async () => {
    await world().start();
    await world().apply(job());
    await world().condition('Scheduled', 'Scheduled');
    const platform = (suspend: boolean): object => ({
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorPlatform',
      metadata: { name: 'default' },
      spec: { suspend },
    });
    await world().apply(platform(true));
    await world().condition('Scheduled', 'Frozen');
    await world().apply(platform(false));
    await world().condition('Scheduled', 'Scheduled');
  });

  describe('two of them', () => {
    it('take turns: the second leads soon after a SIGKILL, and never both in one term', async () => {
      const { scheduler } = world();
      const first = await world().spawn('first', { schedulerUrl: await scheduler.openDoor() });
      await led('first');
      await world().apply(...jobs(5));
      await allReady();
      const second = await world().spawn('second', { schedulerUrl: await scheduler.openDoor() });
      await second.whenReady();
      await world().apply(job({ 'metadata.name': 'while-two' }));
      await allReady();
      first.kill('SIGKILL');
      const killed = performance.now();
      await led('second');
      assert.ok(performance.now() - killed < TAKE_OVER_MS, `${performance.now() - killed} ms`);
      await world().apply(job({ 'metadata.name': 'after' }));
      await allReady();
      const doors = Map.groupBy(scheduler.writes, ({ term }) => term);
      assert.equal(doors.size, 2);
      for (const [term, writes] of doors)
        assert.equal(new Set(writes.map(({ door }) => door)).size, 1, `term ${term}`);
    });

    it('hand over at once when the leader is stopped in order', async () => {
      const first = await world().start();
      await world().apply(job());
      await world().condition('Ready', 'Ready');
      const before = await holder();
      await world().start();
      const stopped = first.stop();
      await until(
        'another leader',
        async () => {
          const now = await holder();
          return now !== '' && now !== before ? true : undefined;
        },
        9_000,
      );
      await stopped;
    });
  });

  describe('a bad network', () => {
    const network = useBadNetwork(() => world().cluster.kubeconfig);

    it('F30 that cuts connections at any byte loses no job and ends no operator', async () => {
      // Short pauses: the connections are cut many times.
      await world().start({ kubeconfig: network().kubeconfig, random: () => 0.005 });
      network().proxy.cutAfter(() => 30_000 + Math.floor(Math.random() * 60_000));
      network().proxy.cut();
      await world().apply(...jobs(40));
      await allReady();
      await world().kubectl('delete', 'monitorjob', 'job-3', 'job-7');
      await until('two are retired', () =>
        world().scheduler.monitors.size === 38 ? true : undefined,
      );
      assert.ok(network().proxy.connections() > 5, `${network().proxy.connections()} connections`);
    });

    it('F30 that says nothing for three seconds delays, and ends no operator', async () => {
      await world().start({ kubeconfig: network().kubeconfig });
      await world().apply(job({ 'metadata.name': 'before' }));
      await allReady();
      network().proxy.hold(true);
      await world().apply(job({ 'metadata.name': 'meanwhile' }));
      await systemClock.sleep(3_000);
      network().proxy.hold(false);
      await allReady();
    });
  });

  it('F30 goes on after a restart of the API server', async () => {
    const { apiServer } = world().cluster;
    // A server that is away for longer than a lease holds ends the leader, and its pod starts it again.
    const lost: string[] = [];
    const onLost = (why: string): void => void lost.push(why);
    await world().start({ onLost });
    await world().apply(job({ 'metadata.name': 'before' }));
    await allReady();
    await apiServer?.stop();
    await apiServer?.start();
    await world().apply(job({ 'metadata.name': 'after' }));
    const end = performance.now() + 30_000;
    const ready = async (): Promise<boolean> =>
      conditionOf(await world().job('after'), 'Ready')?.status === 'True';
    while (!(await ready())) {
      if (lost.splice(0).length > 0) await world().start({ onLost });
      assert.ok(performance.now() < end, 'the operator did not go on');
      await systemClock.sleep(50);
    }
  });
});
