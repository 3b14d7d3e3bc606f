/** WorkerPools of jobs above Shared on a real API server; only the kubelet is missing. */
import assert from 'node:assert/strict';
import { defineResource, type KubeObject } from '../../../../../services/core/kube/types.ts';
import { orAbsent } from '../../../../../services/core/kube/errors.ts';
import { job } from '../../../../../services/core/manifest/testing/samples.ts';
import { MONITOR_PLATFORMS } from '../../../resources.ts';
import { until } from '../../../testing/until.ts';
import { useWorld } from '../../../testing/world.ts';
import { CHILD_RESOURCES, JOBS } from '../children.ts';
import { onceName } from '../names.ts';
import { egress, isReady, NAME, PODS, poolOf, poolsIn, scaledBy } from '../testing/onServer.ts';

const SLICES = defineResource<
  KubeObject & {
    readonly endpoints?: readonly {
      readonly addresses: readonly string[];
      readonly conditions?: { readonly ready?: boolean };
    }[];
  }
>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
});
describe('WorkerPools of jobs above Shared on a real API server', function () {
  this.timeout(120_000);
  const world = useWorld();
  const { at, thePool, made, wait, deploymentHas, build, aPod, kubelet } = poolsIn(world);

  describe('with a pod for each check', () => {
    const none = { ...scaledBy('HPA'), 'spec.replicas': 0 };
    const hostile = job({ 'spec.isolation': { level: 'Ephemeral', poolRef: { name: NAME } } });
    const waitsFor = (...slots: readonly string[]) => ({
      waiting: slots.map((slot) => ({
        namespace: world().namespace,
        pool: NAME,
        id: `${uid}-${slot}`,
      })),
    });
    const jobsNow = async (): Promise<readonly KubeObject[]> =>
      (await world().transport.list(JOBS, { namespace: world().namespace })).items;
    const jobs = (count: number): Promise<readonly KubeObject[]> =>
      until(`${count} Jobs`, async () => {
        const found = await jobsNow();
        return found.length === count ? found : undefined;
      });
    const podsOf = async ({ metadata }: KubeObject): Promise<readonly KubeObject[]> => {
      const labelSelector = `batch.kubernetes.io/job-name=${metadata.name}`;
      return (await world().transport.list(PODS, { namespace: world().namespace, labelSelector }))
        .items;
    };
    const podOf = (one: KubeObject): Promise<KubeObject> =>
      until('a pod of the Job', async () => (await podsOf(one))[0]);
    /** What the kubelet would say of a Job's pod. */
    const say = async (one: KubeObject, status: object): Promise<void> => {
      const { name = '' } = (await podOf(one)).metadata;
      await world().transport.mergePatch(PODS, at(name), { status }, { subresource: 'status' });
    };
    /** So many more were looked at. */
    const reports = async (count: number): Promise<void> => {
      const { scheduler } = world();
      const from = scheduler.measured();
      await until('reports', async () => (scheduler.measured() > from + count ? true : undefined));
    };
    let uid: string;
    beforeEach(async () => {
      const label = 'pod-security.kubernetes.io/enforce=restricted';
      await world().cluster.kubectl(['label', 'namespace', world().namespace, label]);
      await world().apply(egress, poolOf(none), hostile);
      uid = (await world().job()).metadata.uid ?? '';
      await world().start({ pools: 'cluster' });
      await made('Deployment');
    });

    it('G7 make a Job for each waiting check, whose pod Pod Security "restricted" takes', async () => {
      world().scheduler.measure(waitsFor('1', '2'));
      const found = await jobs(2);
      for (const one of found) {
        assert.equal(one.metadata.ownerReferences?.[0]?.uid, (await thePool()).metadata.uid);
        await podOf(one);
      }
      assert.equal((await thePool()).status?.replicas, 0);
      await wait('condition=Ready');
      const again = (await jobs(2)).map(({ metadata }) => metadata.resourceVersion);
      await reports(2);
      assert.deepEqual(
        (await jobsNow()).map(({ metadata }) => metadata.resourceVersion),
        again,
      );
    });

    it('publish their addresses by a Service of their own', async () => {
      const node = `${world().namespace}-node`;
      const { cluster, namespace } = world();
      world().scheduler.measure(waitsFor('1'));
      const [one] = await jobs(1);
      assert.ok(one);
      const pod = await podOf(one);
      // Pods of no node are never published.
      await cluster.kubectl(
        ['apply', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } }),
      );
      try {
        const binding = {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: pod.metadata.name },
          target: { kind: 'Node', name: node },
        };
        const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/binding`;
        await cluster.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(binding));
        const ip = '10.244.9.9';
        await say(one, { ...isReady, podIP: ip, podIPs: [{ ip }] });
        const labelSelector = `kubernetes.io/service-name=${onceName(await thePool())}`;
        await until('its address', async () => {
          const { items } = await world().transport.list(SLICES, { namespace, labelSelector });
          const published = items.flatMap(({ endpoints }) => endpoints ?? []);
          return published.some(({ addresses, conditions }) =>
            conditions?.ready === true ? addresses.includes(ip) : false,
          )
            ? true
            : undefined;
        });
      } finally {
        await cluster.kubectl(['delete', 'node', node]);
      }
    });

    it('keep the Job of a check that waits no more, for that may have begun', async () => {
      world().scheduler.measure(waitsFor('1'));
      const [one] = await jobs(1);
      assert.ok(one);
      await say(one, { phase: 'Running' });
      world().scheduler.measure({ waiting: [] });
      await reports(2);
      assert.deepEqual(
        (await jobsNow()).map(({ metadata }) => metadata.uid),
        [one.metadata.uid],
      );
    });

    it('take Jobs, their pods and the Service away with the last such job', async () => {
      world().scheduler.measure(waitsFor('1'));
      const [one] = await jobs(1);
      assert.ok(one);
      await podOf(one);
      await world().kubectl('delete', 'monitorjob', 'plan-prices');
      await jobs(0);
      await until('no pod', async () =>
        (await podsOf(one)).every(({ metadata }) => metadata.deletionTimestamp) ? true : undefined,
      );
      const service = onceName(await thePool());
      await until('no Service', async () => {
        const there = await orAbsent(world().transport.get(CHILD_RESOURCES.Service, at(service)));
        return there ? undefined : true;
      });
    });
  });

  it('sleep while the scheduler says that the one check of their job is far away', async () => {
    const alone = scaledBy('Operator', { min: 0, max: 1, scaleDownDelay: '0s' });
    const rare = job({
      'spec.isolation': { level: 'Dedicated', poolRef: { name: NAME } },
      'spec.schedule.interval': '1h',
    });
    await world().apply(egress, poolOf(alone), rare);
    await world().start({ pools: 'cluster' });
    await deploymentHas(0);
    await wait('condition=Available');
  });

  it('B4 say KeysCurrent of their pods by the address, and name the one that lags', async () => {
    const ip = '10.244.9.9';
    const since = new Date(Date.now() - 60_000).toISOString();
    const [condition] = isReady.conditions;
    // Such a pool looks every five minutes only: the table itself must wake it.
    await build(scaledBy('HPA'));
    await kubelet({
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ ...condition, lastTransitionTime: since }],
    });
    const keyed = (reason: string): Promise<string> =>
      wait(`jsonpath={.status.conditions[?(@.type=="KeysCurrent")].reason}=${reason}`);
    await keyed('Pending');
    const current = await until('a current key', async () => {
      const found = await world().transport.get(MONITOR_PLATFORMS, at('default'));
      return found.status?.keys?.find(
        ({ ring, state }) => ring === 'Internal' && state === 'Current',
      );
    });
    const holding = (kid: string) => () => ({
      readers: [
        {
          reader: `browser at ${ip}:8001`,
          service: 'browser' as const,
          address: `${ip}:8001`,
          kids: [`${kid}-scheduler`],
          signsWith: null,
        },
      ],
    });
    world().scheduler.knowKeys(holding('another'));
    await keyed('WaitingForReaders');
    const lagging = (await thePool()).status?.conditions?.find(
      ({ type }) => type === 'KeysCurrent',
    );
    assert.ok(lagging?.message?.includes((await aPod()).metadata.name ?? 'no pod'));
    world().scheduler.knowKeys(holding(current.kid));
    await keyed('AllCurrent');
  });
});
