/** Gathers what the plan of one WorkerPool depends on. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { jobsOf } from '../../pools/demand.ts';
import { browserSlots, judgeSlots, type Measured } from './capacity.ts';
import type { Intervals } from './intervals.ts';
import { componentOf, poolChildName } from './names.ts';
import { BY_POOL, nodesWithoutProfile, type Pod } from './pods.ts';
import type { Deployment, PoolInput, PoolKeys } from './types.ts';

export interface Observed {
  readonly platformNamespace: string;
  readonly platform: () => MonitorPlatform | undefined;
  readonly jobs: Pick<Store<MonitorJob>, 'all'>;
  readonly pods: Pick<Store<Pod>, 'by'>;
  readonly deployments: Pick<Store<Deployment>, 'get'>;
  /** ClusterIP of the egress proxy. */
  readonly egressAddress: () => string | undefined;
  readonly load: () => Promise<Measured>;
  readonly intervals: Intervals;
  readonly keys: (pool: WorkerPool) => PoolKeys | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Slots that the pool's jobs ask for, and the report that it was reckoned from. */
async function demandOf(
  pool: WorkerPool,
  from: Observed,
  signal: AbortSignal,
): Promise<Pick<PoolInput, 'slots' | 'measured'>> {
  const jobs = jobsOf(pool, from.jobs.all(), from.platform(), from.platformNamespace);
  const specs = jobs.map(({ spec }) => spec);
  const intervalOf = await from.intervals.learn(
    specs.map(({ schedule }) => schedule),
    signal,
  );
  const measured = await from.load();
  const slotsOf = componentOf(pool) === 'browser' ? browserSlots : judgeSlots;
  return { measured, slots: slotsOf(specs, measured, intervalOf) };
}

/** The input of `planPool`, from the caches and the scheduler's report. */
export async function observe(
  pool: WorkerPool,
  lowSince: Date | undefined,
  from: Observed,
  signal: AbortSignal,
): Promise<PoolInput> {
  const demand = await demandOf(pool, from, signal);
  const child = keyFor({ namespace: pool.metadata.namespace, name: poolChildName(pool) });
  return {
    ...demand,
    pool,
    platformNamespace: from.platformNamespace,
    image: from.platform()?.spec.images?.[componentOf(pool)],
    egressAddress: from.egressAddress(),
    // Jobs of shared pools have no sessions, so that no pool mounts a login.
    logins: [],
    lowSince,
    deployment: from.deployments.get(child),
    nodesWithoutProfile: nodesWithoutProfile(from.pods.by(BY_POOL, keyOf(pool))),
    keys: from.keys(pool),
    now: from.clock.now(),
  };
}
