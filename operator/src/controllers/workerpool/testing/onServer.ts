/** WorkerPools on a real API server, for `cluster.test.ts`. */
import { platform, pool as poolManifest } from '../../../../../crds/testing/samples.ts';
import type { WorkerPool } from '../../../../../crds/types/workerpool.ts';
import { orAbsent } from '../../../../../services/core/kube/errors.ts';
import { defineResource, type KubeObject } from '../../../../../services/core/kube/types.ts';
import type { Changes } from '../../../../../services/core/manifest/testing/samples.ts';
import { LABELS } from '../../../names.ts';
import { WORKER_POOLS } from '../../../resources.ts';
import { until } from '../../../testing/until.ts';
import type { World } from '../../../testing/world.ts';
import { CHILD_RESOURCES, DEPLOYMENTS } from '../children.ts';
import { EGRESS_SERVICE, poolChildName, serviceAccountName } from '../names.ts';
import type { StandingKind } from '../types.ts';

export const IMAGE = `registry.example/browser@sha256:${'a'.repeat(64)}`;
export const NAME = 'web';
export const PODS = defineResource<
  KubeObject & { readonly spec?: { readonly serviceAccountName?: string } }
>({ group: '', version: 'v1', kind: 'Pod', plural: 'pods' });

export const egress = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: EGRESS_SERVICE },
  spec: { ports: [{ port: 8005 }] },
};

export const scaledBy = (mode: string, more: object = {}): Changes => ({
  'spec.autoscaling': { mode, ...more },
});

export const poolOf = (changes: Changes = {}) =>
  poolManifest({ 'metadata.name': NAME, 'spec.image': IMAGE, ...changes });

export const platformOf = (changes: Changes = {}) =>
  platform({ 'spec.images': { browser: IMAGE }, ...changes });

/** What the kubelet says of a pod that takes work. */
export const isReady = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-03-10T12:00:00Z' }],
} as const;

/** Looking at one pool of a test's namespace, and acting for the kubelet. */
export function poolsIn(world: () => World) {
  const at = (name = NAME) => ({ namespace: world().namespace, name });
  const thePool = (name = NAME): Promise<WorkerPool> =>
    world().transport.get(WORKER_POOLS, at(name));
  const childAt = (kind: StandingKind, name = NAME) => {
    const of = { metadata: at(name) } as WorkerPool;
    return at(kind === 'ServiceAccount' ? serviceAccountName(of) : poolChildName(of));
  };
  const child = (kind: StandingKind): Promise<KubeObject | undefined> =>
    orAbsent(world().transport.get(CHILD_RESOURCES[kind], childAt(kind)));
  const made = (kind: StandingKind): Promise<KubeObject> =>
    until(`the ${kind} of the pool`, () => child(kind));
  const wait = (what: string, object = `workerpool/${NAME}`): Promise<string> =>
    world().kubectl('wait', `--for=${what}`, '--timeout=30s', object);
  const deploymentHas = (replicas: number, name = NAME): Promise<unknown> =>
    until(`a Deployment of ${replicas} pods`, async () => {
      const found = await world().transport.list(DEPLOYMENTS, { namespace: world().namespace });
      const { name: wanted } = childAt('Deployment', name);
      const one = found.items.find(({ metadata }) => metadata.name === wanted);
      return one?.spec?.replicas === replicas ? true : undefined;
    });
  /** A pool whose Deployment stands. */
  const build = async (changes: Changes = {}): Promise<void> => {
    await world().apply(egress, poolOf(changes));
    await world().start({ pools: 'cluster' });
    await made('Deployment');
  };
  const aPod = (name = NAME): Promise<KubeObject> =>
    until('a pod', async () => {
      const selected = { namespace: world().namespace, labelSelector: `${LABELS.pool}=${name}` };
      return (await world().transport.list(PODS, selected)).items[0];
    });
  /** What the kubelet would say of a pod. */
  const kubelet = async (status: object, of = NAME): Promise<void> => {
    const { name = '' } = (await aPod(of)).metadata;
    await world().transport.mergePatch(PODS, at(name), { status }, { subresource: 'status' });
  };
  return { at, thePool, childAt, child, made, wait, deploymentHas, build, aPod, kubelet };
}
