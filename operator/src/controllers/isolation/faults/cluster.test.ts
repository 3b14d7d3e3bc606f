/** Row F30 for what the operator makes: whatever happens on the way, it comes to what the jobs ask for. */
import assert from 'node:assert/strict';
import { orAbsent } from '../../../../../services/core/kube/errors.ts';
import { job, type Changes } from '../../../../../services/core/manifest/testing/samples.ts';
import { platform } from '../../../../../crds/testing/samples.ts';
import { WORKER_POOLS } from '../../../resources.ts';
import { useBadNetwork } from '../../../testing/through.ts';
import { until } from '../../../testing/until.ts';
import { useWorld } from '../../../testing/world.ts';

/** Every pool made once, each edit repaired once, and as many again for answers that were cut off. */
const MOST_APPLIES = 24;
const EDITS = 5;
const CRD = 'crd/workerpools.mon.duckerhub.com';
const LATER = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/later';

describe('pools of isolated MonitorJobs under faults, on a real API server', function () {
  this.timeout(120_000);
  const world = useWorld();
  const network = useBadNetwork(() => world().cluster.kubeconfig);

  const isolated = (name: string, level: string, changes: Changes = {}): object =>
    job({ 'metadata.name': name, 'spec.isolation.level': level, ...changes });
  /** Names of the pools that the operator made for jobs. */
  const made = async (): Promise<string[]> => {
    const where = { namespace: world().namespace, labelSelector: 'mon.duckerhub.com/isolation' };
    const { items } = await world().transport.list(WORKER_POOLS, where);
    return items.map(({ metadata }) => metadata.name.replace(/-[0-9a-f]{8}$/, '')).toSorted();
  };
  const madeAre = (...wanted: readonly string[]): Promise<true> =>
    until(`the pools ${wanted.join(', ')}`, async () =>
      (await made()).join() === wanted.toSorted().join() ? true : undefined,
    );
  const slotsAre = (slots: number): Promise<true> =>
    until(`${slots} slots`, async () => {
      const ref = { namespace: world().namespace, name: 'namespace-browser' };
      const found = await orAbsent(world().transport.get(WORKER_POOLS, ref));
      return found?.spec.slotsPerPod === slots ? true : undefined;
    });
  const applied = async (url: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => /^apply_total\{.*"isolation"/.test(line));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const start = () =>
    // Short pauses: the connections are cut many times.
    world().start({ pools: 'cluster', kubeconfig: network().kubeconfig, random: () => 0.005 });

  it('F30 converge under cut streams, edits of others and a new version of the kind, within few writes', async () => {
    const { url } = await start();
    network().proxy.cutAfter(() => 20_000 + Math.floor(Math.random() * 40_000));
    network().proxy.cut();
    await world().apply(isolated('together', 'Namespace'), isolated('alone', 'Dedicated'));
    await world().apply(isolated('hostile', 'Ephemeral'), isolated('plain', 'Shared'));
    await madeAre('namespace-browser', 'job-alone', 'ephemeral-browser');
    for (let edit = 0; edit < EDITS; edit += 1) {
      const wrong = JSON.stringify({ spec: { slotsPerPod: 9 } });
      await world().kubectl('patch', 'wp/namespace-browser', '--type=merge', '-p', wrong);
      network().proxy.cut();
      await slotsAre(4);
    }
    const later = { type: 'string', maxLength: 9, description: 'Of a later version.' };
    const patch = (change: object): Promise<string> =>
      world().kubectl('patch', CRD, '--type=json', '-p', JSON.stringify([change]));
    await patch({ op: 'add', path: LATER, value: later });
    try {
      await world().kubectl('delete', 'wp/namespace-browser', '--wait=false');
      await slotsAre(4);
      const changes = { 'spec.pools.browser.slotsPerPod': 6 };
      await world().apply(platform(changes));
      await slotsAre(6);
    } finally {
      await patch({ op: 'remove', path: LATER });
    }
    assert.ok(network().proxy.connections() > 5, `${network().proxy.connections()} connections`);
    const writes = await applied(url);
    assert.ok(writes > 0 && writes <= MOST_APPLIES, `${writes} writes`);
  });

  it('F30 leave no orphan of jobs that went, or asked for something else, while the operator was down', async () => {
    const first = await start();
    await world().apply(isolated('together', 'Namespace'), isolated('alone', 'Dedicated'));
    await world().apply(isolated('hostile', 'Ephemeral'), isolated('moved', 'Dedicated'));
    await madeAre('namespace-browser', 'job-alone', 'job-moved', 'ephemeral-browser');
    await until('all at the scheduler', () => world().scheduler.monitors.size === 4 || undefined);
    await first.stop();
    await world().kubectl('delete', 'mj', 'together', 'alone');
    await world().apply(isolated('moved', 'Shared'), isolated('late', 'Dedicated'));
    await world().kubectl('delete', 'wp', 'ephemeral-browser');
    await start();
    await madeAre('job-late', 'ephemeral-browser');
    const at = (name: string): string => `${world().namespace}/${name}`;
    await until('the scheduler knows', () => {
      const known = [...world().scheduler.monitors.keys()].toSorted().join();
      return known === ['hostile', 'late', 'moved'].map(at).join() || undefined;
    });
    const moved = world().scheduler.monitors.get(at('moved'));
    assert.equal(moved?.workers?.browser?.name, 'browser');
  });
});
