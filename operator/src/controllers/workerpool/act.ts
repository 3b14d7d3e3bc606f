/** Carries a plan out: the pool's number of pods, its children, and none beside them. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { ActOptions, Applier } from '../../kube/apply.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { WORKER_POOLS } from '../../resources.ts';
import { CHILD_RESOURCES } from './children.ts';
import { CHILD_KINDS, type Child, type ChildKind, type PoolPlan } from './types.ts';

export interface Acting {
  readonly applier: Applier;
  readonly transport: Pick<Transport, 'mergePatch'>;
  readonly children: Readonly<Record<ChildKind, Store<KubeObject>>>;
}

/** What was done, or under the dry-run annotation would be, in words. */
export type Deeds = readonly string[];

/**
 * Through `/scale`, as an HPA does it: the field goes to the scaler whoever wrote the object, and
 * nothing else of the spec is touched.
 */
async function scale(
  pool: WorkerPool,
  replicas: number,
  { applier, transport }: Acting,
  { signal, dryRun }: ActOptions,
): Promise<Deeds> {
  const { namespace, name, uid } = pool.metadata;
  const patch = { metadata: { uid }, spec: { replicas } };
  const { fieldManager } = applier;
  const how = { fieldManager, subresource: 'scale', signal, dryRun } as const;
  await transport.mergePatch(WORKER_POOLS, { namespace, name }, patch, how);
  return [`scale from ${pool.spec.replicas} to ${replicas} pods`];
}

async function apply(
  { kind, object }: Child,
  { applier, children }: Acting,
  options: ActOptions,
): Promise<Deeds> {
  const cached = children[kind].get(keyOf(object));
  const outcome = await applier.apply(CHILD_RESOURCES[kind], object, cached, options);
  return outcome.kind === 'unchanged' ? [] : [`apply ${kind} ${object.metadata.name}`];
}

/** What stays of the children that there are. */
interface Kept {
  readonly children: readonly Child[];
  readonly keepJobs: readonly string[];
}

function keysOf({ children, keepJobs }: Kept, kind: ChildKind, { metadata }: WorkerPool): string[] {
  const { namespace } = metadata;
  if (kind === 'Job') return keepJobs.map((name) => keyFor({ namespace, name }));
  return children.filter((child) => child.kind === kind).map(({ object }) => keyOf(object));
}

async function prune(
  pool: WorkerPool,
  kept: Kept,
  { applier, children }: Acting,
  options: ActOptions,
): Promise<Deeds> {
  const deeds: string[] = [];
  for (const kind of CHILD_KINDS) {
    const keep = new Set(keysOf(kept, kind, pool));
    const target = { store: children[kind], owner: pool, keep };
    const gone = await applier.prune(CHILD_RESOURCES[kind], target, options);
    deeds.push(...gone.map((key) => `delete ${kind} ${key}`));
  }
  return deeds;
}

/** Children that are as wanted cost no request. */
export async function act(
  pool: WorkerPool,
  { step, scaleTo, dryRun }: PoolPlan,
  acting: Acting,
  signal: AbortSignal,
): Promise<Deeds> {
  const options = { signal, dryRun };
  switch (step.kind) {
    case 'build': {
      const deeds = scaleTo === undefined ? [] : [...(await scale(pool, scaleTo, acting, options))];
      for (const child of step.children) deeds.push(...(await apply(child, acting, options)));
      return [...deeds, ...(await prune(pool, step, acting, options))];
    }
    case 'refuse':
      return prune(pool, { children: [], keepJobs: [] }, acting, options);
    case 'wait':
    case 'leave':
      return [];
    default:
      return step satisfies never;
  }
}
