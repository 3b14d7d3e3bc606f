/** Which WorkerPool fetches the pages of MonitorJobs. Pure. */
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { PoolBinding } from '../controllers/monitorjob/types.ts';
import { keyFor } from '../kube/keys.ts';
import type { Store } from '../kube/store.ts';

/** The platform's own pools, made by the controller of MonitorPlatform in the platform's namespace. */
export const PLATFORM_POOLS = { browser: 'browser', llm: 'llm' } as const;

export interface PoolRef {
  readonly namespace: string;
  readonly name: string;
}

/** The pool of all jobs, whether it is there or not: a MonitorJob cannot ask for another. */
export const sharedPool = (platformNamespace: string): PoolRef => ({
  namespace: platformNamespace,
  name: PLATFORM_POOLS.browser,
});

/** Whether it is the pool of all jobs. */
export const isShared = ({ metadata }: WorkerPool, platformNamespace: string): boolean => {
  const { namespace, name } = sharedPool(platformNamespace);
  return metadata.namespace === namespace && metadata.name === name;
};

/** Whether a pool takes checks now. */
export const isLive = ({ status }: WorkerPool): boolean => (status?.readyReplicas ?? 0) > 0;

const isGoing = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** What jobs are told of their pool. */
export function bindingOf(
  pools: Pick<Store<WorkerPool>, 'get'>,
  platformNamespace: string,
): PoolBinding {
  const ref = sharedPool(platformNamespace);
  const pool = pools.get(keyFor(ref));
  if (!pool || isGoing(pool))
    return {
      kind: 'none',
      message: `There is no WorkerPool ${ref.name} in the namespace ${ref.namespace}; the operator makes it for the MonitorPlatform there.`,
    };
  if (pool.spec.role !== 'Browser')
    return {
      kind: 'none',
      message: `The WorkerPool ${ref.name} in the namespace ${ref.namespace} is of role ${pool.spec.role}, which fetches no pages; delete it, and the operator makes it anew.`,
    };
  return { kind: isLive(pool) ? 'live' : 'noCapacity', ...ref };
}
