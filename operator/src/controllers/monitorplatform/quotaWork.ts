/** Keeps the quota of MonitorJobs in every namespace that has a limit. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { RESOURCE_QUOTA } from './kinds.ts';
import { applyOwn, deleteOwn, pruneOwn, type Acting, type Doing } from './own.ts';
import {
  COUNTING_MS,
  isCounted,
  isStuck,
  monitorQuotas,
  type ResourceQuota,
  type StoredQuota,
} from './quota.ts';

export interface QuotaWorkDeps extends Acting {
  readonly jobs: Store<MonitorJob>;
  readonly quotas: Store<ResourceQuota & StoredQuota>;
  /** The only namespaces that are reconciled; all when empty. */
  readonly watchNamespaces: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Namespaces with monitors. */
export const jobNamespaces = (jobs: readonly MonitorJob[]): readonly string[] => [
  ...new Set(jobs.flatMap(({ metadata }) => metadata.namespace ?? [])),
];

/** @returns when to look whether the server counts; undefined when it does everywhere. */
export async function keepQuotas(
  { spec }: MonitorPlatform,
  deps: QuotaWorkDeps,
  doing: Doing,
): Promise<number | undefined> {
  const { watchNamespaces: watched, quotas, clock } = deps;
  const wishes = monitorQuotas(spec.limits, jobNamespaces(deps.jobs.all())).filter(
    ({ metadata }) => watched.length === 0 || watched.includes(metadata.namespace),
  );
  let isUncounted = false;
  for (const wish of wishes) {
    const stored = quotas.get(keyOf(wish));
    // Its deletion wakes the controller, which makes it again.
    if (stored && isStuck(stored, clock.now()))
      await deleteOwn(RESOURCE_QUOTA, stored, deps, doing);
    else await applyOwn(RESOURCE_QUOTA, wish, stored, 'spec', deps, doing);
    isUncounted ||= !stored || !isCounted(stored);
  }
  await pruneOwn(RESOURCE_QUOTA, quotas, wishes, deps, doing);
  return isUncounted ? COUNTING_MS : undefined;
}
