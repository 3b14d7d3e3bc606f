/** What a MonitorJob is told of the WorkerPool that fetches its pages. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import type { PoolBinding } from '../controllers/monitorjob/types.ts';
import { keyFor } from '../kube/keys.ts';
import type { Store } from '../kube/store.ts';
import { isGoing } from '../marks.ts';
import { CONTROLLERS, LABELS, OWNED } from '../names.ts';
import { browserPoolOf, levelOf, type Level, type PoolRef } from './binding.ts';

/** Whether the operator made the pool for jobs of this level: only such a one is changed or deleted. */
export const isMadeFor = ({ metadata: { labels = {} } }: WorkerPool, level: Level): boolean =>
  labels[OWNED.controller] === CONTROLLERS.Isolation && labels[LABELS.isolation] === level;

const isReady = ({ status }: WorkerPool): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

/** Whether the operator takes the pool's last pod between checks, and gives it one for the next. */
const sleeps = ({ spec: { autoscaling } }: WorkerPool): boolean =>
  autoscaling.mode === 'Operator' && autoscaling.min === 0;

/** Whether a check of this level finds a pod, or one is made for it. */
export function isLive(pool: WorkerPool, level: Level): boolean {
  const hasPod = (pool.status?.readyReplicas ?? 0) > 0;
  switch (level) {
    case 'Shared':
    case 'Namespace':
      return hasPod;
    case 'Dedicated':
      return hasPod || (sleeps(pool) && isReady(pool));
    case 'Ephemeral':
      return isReady(pool);
    default:
      return level satisfies never;
  }
}

/** All of a pool that `bindingOf` and the addresses look at. */
const viewOf = (pool: WorkerPool): object => ({
  hasPod: (pool.status?.readyReplicas ?? 0) > 0,
  isReady: isReady(pool),
  sleeps: sleeps(pool),
  isGoing: isGoing(pool),
  model: pool.spec.model?.name,
  madeFor: [OWNED.controller, LABELS.isolation].map((label) => pool.metadata.labels?.[label]),
});

/** Whether an update of a pool can matter to its jobs. */
export const isOtherForJobs = (before: WorkerPool, after: WorkerPool): boolean =>
  !isDeepStrictEqual(viewOf(before), viewOf(after));

/** Why there is no pool that could be used. */
function missing({ spec: { isolation } }: MonitorJob, { namespace, name }: PoolRef): string {
  if (isolation.poolRef)
    return `spec.isolation.poolRef names the WorkerPool ${name}, which is not in this namespace; apply it, or leave poolRef out and the operator makes one.`;
  return isolation.level === 'Shared'
    ? `There is no WorkerPool ${name} in the namespace ${namespace}; the operator makes it for the MonitorPlatform there.`
    : `There is no WorkerPool ${name} in this namespace yet; the operator makes it from the MonitorPlatform.`;
}

function ofOtherRole(
  { spec: { isolation } }: MonitorJob,
  { namespace, name }: PoolRef,
  role: string,
): string {
  if (isolation.poolRef)
    return `spec.isolation.poolRef names the WorkerPool ${name}, which is of role ${role} and fetches no pages; name one of role Browser.`;
  return `The WorkerPool ${name} in the namespace ${namespace} is of role ${role}, which fetches no pages; delete it, and the operator makes it anew.`;
}

/** What a job is told of its pool. */
export function bindingOf(
  job: MonitorJob,
  pools: Pick<Store<WorkerPool>, 'get'>,
  platformNamespace: string,
): PoolBinding {
  const ref = browserPoolOf(job, platformNamespace);
  const level = levelOf(job);
  const pool = pools.get(keyFor(ref));
  if (!pool || isGoing(pool)) return { kind: 'none', message: missing(job, ref) };
  if (pool.spec.role !== 'Browser')
    return { kind: 'unfit', message: ofOtherRole(job, ref, pool.spec.role) };
  if (level !== 'Shared' && !job.spec.isolation.poolRef && !isMadeFor(pool, level))
    return {
      kind: 'unfit',
      message: `The WorkerPool ${ref.name} in this namespace was not made by the operator, which leaves it alone: name it in spec.isolation.poolRef to use it, or delete it and the operator makes its own.`,
    };
  return { kind: isLive(pool, level) ? 'live' : 'noCapacity', ...ref };
}
