/** Pods go one by one, as when a node is drained or a version is rolled out, and nobody outside notices. */
import assert from 'node:assert/strict';
import { getThrough, type Front } from './front.ts';
import { podsWith, type PodPlace } from './pods.ts';
import { NAMESPACE, say, type System } from './system.ts';
import { startTraffic } from './traffic.ts';

const evict = async (system: System, { name }: PodPlace): Promise<void> => {
  const at = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
  await system.node.kubectl(['create', '--raw', at, '-f', '-'], JSON.stringify(eviction));
};

export function rollout(given: () => System, front: () => Front): void {
  it('G20 F21 fails no request at the Ingress while pods are evicted and rolled out one by one', async () => {
    const system = given();
    const ask = async (path: string, wanted: number): Promise<string | undefined> => {
      const { status, text } = await getThrough(front(), path);
      return status === wanted ? undefined : `${path}: ${status} ${text.slice(0, 80)}`;
    };
    const traffic = [
      startTraffic(() => ask('/', 200)),
      startTraffic(() => ask('/api/v1/monitors', 401)),
    ];
    let results: Awaited<ReturnType<(typeof traffic)[number]['stop']>>[] = [];
    try {
      for (const component of ['dashboard', 'api']) {
        const [first] = await podsWith(system, `mon.duckerhub.com/component=${component}`);
        assert.ok(first);
        await evict(system, first);
        const status = ['rollout', 'status', `deployment/duckmon-${component}`, '--timeout=120s'];
        await system.kubectl(status);
        await system.kubectl(['rollout', 'restart', `deployment/duckmon-${component}`]);
        await system.kubectl(status);
      }
    } finally {
      results = await Promise.all(traffic.map((one) => one.stop()));
    }
    const count = results.reduce((sum, one) => sum + one.count, 0);
    say(`e2e: ${count} requests during two evictions and two rolling restarts`);
    assert.deepEqual(
      results.flatMap(({ failures }) => failures),
      [],
    );
    assert.ok(count > 100);
  });
}
