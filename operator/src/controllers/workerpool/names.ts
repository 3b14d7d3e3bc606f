/** What the children of a WorkerPool are called, and how its pods are found. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { childName } from '../../kube/owners.ts';
import { CHILD_PREFIXES, LABELS, LIFETIMES, SERVICE_ACCOUNTS } from '../../names.ts';

/** The Service of the egress proxy, in the namespace of the platform. */
export const EGRESS_SERVICE = 'duckmon-egress';

/** The service that a pool's pods are. */
export const componentOf = ({ spec }: WorkerPool): 'browser' | 'llm' =>
  spec.role === 'Browser' ? 'browser' : 'llm';

/** What all children of the pool are called. */
export const poolChildName = ({ metadata }: Pick<WorkerPool, 'metadata'>): string =>
  childName(CHILD_PREFIXES.pool, { namespace: metadata.namespace, name: metadata.name });

/** What the Service of a pool's pods for one check is called. */
export const onceName = ({ metadata }: Pick<WorkerPool, 'metadata'>): string =>
  childName(CHILD_PREFIXES.once, { namespace: metadata.namespace, name: metadata.name });

/** What the Job is called whose pod is for one waiting check; `id` as the scheduler names it. */
export const onceJobName = ({ metadata }: WorkerPool, id: string): string =>
  childName(CHILD_PREFIXES.once, { namespace: metadata.namespace, name: id });

/** How long a pod lives: as long as the pool wants it, or for one check. */
export type Lifetime = (typeof LIFETIMES)[keyof typeof LIFETIMES];

/** What all of the pool is labelled with; policies select its pods by the first of them. */
export const labelsOf = (pool: WorkerPool): Record<string, string> => ({
  [LABELS.pool]: pool.metadata.name,
  [LABELS.component]: componentOf(pool),
});

/** The labels by which pods of the pool are found; they never change. */
export const selectorOf = (
  pool: WorkerPool,
  lifetime: Lifetime = LIFETIMES.pool,
): Record<string, string> => ({ ...labelsOf(pool), [LABELS.lifetime]: lifetime });

/** The same as text, for `/scale`, which counts the pods that stay. */
export const selectorText = (pool: WorkerPool): string =>
  Object.entries(selectorOf(pool))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** The account of the pool's pods; it may do nothing and mounts no token. */
export const serviceAccountName = (pool: WorkerPool): string =>
  `${SERVICE_ACCOUNTS.poolPrefix}${poolChildName(pool).slice(CHILD_PREFIXES.pool.length + 1)}`;
