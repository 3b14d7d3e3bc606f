/** What the children of a WorkerPool are called, and how its pods are found. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { childName } from '../../kube/owners.ts';
import { CHILD_PREFIXES, LABELS, SERVICE_ACCOUNTS } from '../../names.ts';

/** The Service of the egress proxy, in the namespace of the platform. */
export const EGRESS_SERVICE = 'duckmon-egress';

/** The service that a pool's pods are. */
export const componentOf = ({ spec }: WorkerPool): 'browser' | 'llm' =>
  spec.role === 'Browser' ? 'browser' : 'llm';

/** What all children of the pool are called. */
export const poolChildName = ({ metadata }: WorkerPool): string =>
  childName(CHILD_PREFIXES.pool, { namespace: metadata.namespace, name: metadata.name });

/** The labels by which pods of the pool are found; they never change. */
export const selectorOf = (pool: WorkerPool): Record<string, string> => ({
  [LABELS.pool]: pool.metadata.name,
  [LABELS.component]: componentOf(pool),
});

/** The same as text, for `/scale`. */
export const selectorText = (pool: WorkerPool): string =>
  Object.entries(selectorOf(pool))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** The account of the pool's pods; it may do nothing and mounts no token. */
export const serviceAccountName = (pool: WorkerPool): string =>
  `${SERVICE_ACCOUNTS.poolPrefix}${poolChildName(pool).slice(CHILD_PREFIXES.pool.length + 1)}`;
