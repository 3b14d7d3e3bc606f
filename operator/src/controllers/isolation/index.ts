/** Reconciles namespaces: the WorkerPools of jobs that share no browsers with everybody. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Reconcile } from '../../kube/controller.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Store } from '../../kube/store.ts';
import { BY_NAMESPACE, MONITOR_PLATFORMS, WORKER_POOLS } from '../../resources.ts';
import { act, type Acting, type Deed } from './act.ts';
import { planIsolation } from './plan.ts';

export interface IsolationDeps extends Acting {
  readonly platformNamespace: string;
  readonly usersNamespace: string | undefined;
  readonly platform: () => MonitorPlatform | undefined;
  readonly jobs: Pick<Store<MonitorJob>, 'by'>;
  readonly pools: Pick<Store<WorkerPool>, 'by'>;
  readonly events: Pick<EventRecorder, 'record'>;
}

/** A pool that is not there yet has no Events: its platform has them. */
function show(
  { pool, text }: Deed,
  namespace: string,
  { events, platform }: Pick<IsolationDeps, 'events' | 'platform'>,
): void {
  const said = { type: 'Normal', reason: 'DryRun', action: 'Reconcile' } as const;
  const whole = platform();
  if (pool) events.record(WORKER_POOLS, pool, { ...said, note: `would ${text}` });
  else if (whole)
    events.record(MONITOR_PLATFORMS, whole, {
      ...said,
      note: `would ${text} in the namespace ${namespace}`,
    });
}

/** One pass over one namespace; the same state leads to no request at all. */
export function reconcileNamespace(deps: IsolationDeps): Reconcile {
  const { platformNamespace, usersNamespace } = deps;
  return async ({ key: namespace, signal }) => {
    const steps = planIsolation({
      namespace,
      platformNamespace,
      usersNamespace,
      platform: deps.platform(),
      jobs: deps.jobs.by(BY_NAMESPACE, namespace),
      pools: deps.pools.by(BY_NAMESPACE, namespace),
    });
    for (const deed of await act(steps, deps, signal)) show(deed, namespace, deps);
  };
}
