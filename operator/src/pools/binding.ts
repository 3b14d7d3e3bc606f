/** Which WorkerPools work for a MonitorJob, whether they are there or not. Pure. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { childName } from '../kube/owners.ts';
import { isGoing } from '../marks.ts';
import { CHILD_PREFIXES } from '../names.ts';

/** The platform's own pools, made by the controller of MonitorPlatform in the platform's namespace. */
export const PLATFORM_POOLS = { browser: 'browser', llm: 'llm' } as const;

/** The pools of a namespace that several of its jobs use. */
export const NAMESPACE_POOLS = {
  Namespace: 'namespace-browser',
  Ephemeral: 'ephemeral-browser',
} as const;

/** From the least isolation to the most. */
export const LEVELS = ['Shared', 'Namespace', 'Dedicated', 'Ephemeral'] as const;
export type Level = (typeof LEVELS)[number];

export interface PoolRef {
  readonly namespace: string;
  readonly name: string;
}

export const levelOf = ({ spec }: MonitorJob): Level => spec.isolation.level;

/** The pool of all jobs that ask for no other. */
export const sharedPool = (platformNamespace: string): PoolRef => ({
  namespace: platformNamespace,
  name: PLATFORM_POOLS.browser,
});

const isSame = (a: PoolRef, b: PoolRef): boolean =>
  a.name === b.name && a.namespace === b.namespace;

export const refOf = ({ metadata }: WorkerPool): PoolRef => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

/** Whether it is the pool of all jobs that ask for no other. */
export const isShared = (pool: WorkerPool, platformNamespace: string): boolean =>
  isSame(refOf(pool), sharedPool(platformNamespace));

/** A name costs a hash, and is asked for each pool of a namespace. */
const ownNames = new WeakMap<MonitorJob, string>();

/** What the pool of one job alone is called. */
export function ownPoolName(job: MonitorJob): string {
  const known = ownNames.get(job);
  if (known !== undefined) return known;
  const { namespace, name } = job.metadata;
  const made = childName(CHILD_PREFIXES.dedicated, { namespace, name });
  ownNames.set(job, made);
  return made;
}

/** The pool that fetches the job's pages: nothing but its spec decides. */
export function browserPoolOf(job: MonitorJob, platformNamespace: string): PoolRef {
  const { namespace = '' } = job.metadata;
  const { level, poolRef } = job.spec.isolation;
  switch (level) {
    case 'Shared':
      return sharedPool(platformNamespace);
    case 'Namespace':
    case 'Ephemeral':
      return { namespace, name: poolRef?.name ?? NAMESPACE_POOLS[level] };
    case 'Dedicated':
      return { namespace, name: poolRef?.name ?? ownPoolName(job) };
    default:
      return level satisfies never;
  }
}

/** Whether the pool fetches the job's pages. */
export const isBoundTo = (job: MonitorJob, pool: PoolRef, platformNamespace: string): boolean =>
  (levelOf(job) === 'Shared' || job.metadata.namespace === pool.namespace) &&
  isSame(browserPoolOf(job, platformNamespace), pool);

/**
 * The pool that judges the job's changes: the one of its model, and `llm` where none has that. A job
 * without a model of its own is judged by the platform's.
 * @param pools among which there may be others
 */
export function judgePoolOf(
  { spec: { judge } }: MonitorJob,
  platform: MonitorPlatform | undefined,
  pools: readonly WorkerPool[],
  platformNamespace: string,
): PoolRef {
  const asked = judge.model ?? platform?.spec.models?.default;
  const names = pools
    .filter((pool) => pool.spec.role === 'LLM' && pool.metadata.namespace === platformNamespace)
    .filter((pool) => asked !== undefined && pool.spec.model?.name === asked && !isGoing(pool))
    .map(({ metadata }) => metadata.name)
    .toSorted();
  const first = names.includes(PLATFORM_POOLS.llm) ? PLATFORM_POOLS.llm : names[0];
  return { namespace: platformNamespace, name: first ?? PLATFORM_POOLS.llm };
}
