/** Gathers what the plan of one WorkerPool depends on. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { PREVIEW_ID } from '../../../../services/core/contracts/projection.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { WorkloadIdentity } from '../../../../services/core/workloadIdentity/config.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import { OWNER_INDEX } from '../../kube/owners.ts';
import type { Store } from '../../kube/store.ts';
import type { Readers } from '../../keys/table.ts';
import { isShared, levelOf } from '../../pools/binding.ts';
import { jobsOf } from '../../pools/demand.ts';
import { loginsOf } from '../../pools/logins.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import type { Workspaces } from '../../workspaces.ts';
import { browserSlots, judgeSlots, type IntervalOf, type Measured } from './capacity.ts';
import { ungrantedTargets } from './egress.ts';
import type { Intervals } from './intervals.ts';
import type { Named } from './named.ts';
import { poolKeys } from './keys.ts';
import { LOAD_MS, ONCE_MS } from './load.ts';
import { componentOf, poolChildName } from './names.ts';
import { endOf, type Job, type OnceJob } from './once.ts';
import { BY_POOL, nodesWithoutProfile, startedJobs, type Pod } from './pods.ts';
import type { Duty } from './sleep.ts';
import type { Deployment, OnceDemand, PoolInput, PoolKeys } from './types.ts';

export interface Observed {
  readonly platformNamespace: string;
  readonly usersNamespace: string | undefined;
  readonly workspaces: Workspaces;
  readonly platform: () => MonitorPlatform | undefined;
  /** Images of the operator's release, by role. */
  readonly images: Readonly<Partial<Record<'browser' | 'llm', string | undefined>>>;
  /** PriorityClass of workers whose pool names none. */
  readonly priorityClass?: string | undefined;
  readonly pools: Pick<Store<WorkerPool>, 'get' | 'all'>;
  readonly jobs: Pick<Store<MonitorJob>, 'all' | 'by'>;
  readonly pods: Pick<Store<Pod>, 'by'>;
  readonly deployments: Pick<Store<Deployment>, 'get'>;
  /** Jobs of the cluster, not of ours. */
  readonly onceJobs: Pick<Store<KubeObject>, 'by'>;
  /** Whether pods ask their callers for tokens. */
  readonly workloadIdentity: WorkloadIdentity;
  /** ClusterIP of the egress proxy. */
  readonly egressAddress: () => string | undefined;
  /** The scheduler's report, not older than so long. */
  readonly load: (freshMs: number) => Promise<Measured>;
  readonly intervals: Intervals;
  /** When a job is checked next; undefined when nobody says. */
  readonly nextCheck: (job: MonitorJob) => Date | undefined;
  readonly readers: () => Readers;
  readonly clock: Pick<Clock, 'now'>;
}

/** Only the shared browsers and the models work for jobs of other namespaces. */
function boundJobs(pool: WorkerPool, from: Observed): readonly MonitorJob[] {
  const { platformNamespace } = from;
  const isNear = pool.spec.role === 'Browser' && !isShared(pool, platformNamespace);
  const { namespace = '' } = pool.metadata;
  const jobs = isNear ? from.jobs.by(BY_NAMESPACE, namespace) : from.jobs.all();
  return jobsOf(pool, jobs, from.platform(), platformNamespace, from.pools.all());
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';

/** Ids of the pool's checks that wait; the uid of its monitor begins each that is no preview. */
function waitingIds({ metadata }: WorkerPool, measured: Measured): readonly string[] | undefined {
  return measured?.waiting
    .filter(({ namespace, pool }) => namespace === metadata.namespace && pool === metadata.name)
    .map(({ id }) => id);
}

/** Whose it is its id does not say: a pool with pods of both lifetimes gets one of each for it. */
const isPreview = (id: string): boolean => id.startsWith(PREVIEW_ID);

function onceJobsOf(pool: WorkerPool, from: Observed): readonly OnceJob[] {
  const started = startedJobs(from.pods.by(BY_POOL, keyOf(pool)));
  return from.onceJobs.by(OWNER_INDEX, uidOf(pool)).map((job: Job) => {
    const { name = '' } = job.metadata;
    const begun = started.has(name) ? 'started' : 'starting';
    return { name, state: endOf(job) ?? begun };
  });
}

const dutyOf = (job: MonitorJob, intervalOf: IntervalOf, from: Observed): Duty => ({
  isDedicated: levelOf(job) === 'Dedicated',
  suspended: job.spec.suspend,
  intervalMs: intervalOf(job.spec.schedule),
  nextCheck: from.nextCheck(job),
});

/** What is known of a pool from earlier passes. */
export interface Known {
  readonly lowSince: Date | undefined;
  readonly named: Pick<Named, 'note'>;
}

/** What the pool's jobs ask for, and the report that it was reckoned from. */
async function demandOf(
  pool: WorkerPool,
  { named }: Known,
  from: Observed,
  signal: AbortSignal,
): Promise<Pick<PoolInput, 'slots' | 'measured' | 'isAskedFor' | 'duties' | 'once' | 'logins'>> {
  const bound = boundJobs(pool, from);
  const isBrowser = pool.spec.role === 'Browser';
  const own = isBrowser ? bound.filter((job) => levelOf(job) === 'Ephemeral') : [];
  const jobs = own.length === 0 ? bound : bound.filter((job) => levelOf(job) !== 'Ephemeral');
  const specs = jobs.map(({ spec }) => spec);
  const intervalOf = await from.intervals.learn(
    specs.map(({ schedule }) => schedule),
    signal,
  );
  const measured = await from.load(own.length > 0 ? ONCE_MS : LOAD_MS);
  const waiting = waitingIds(pool, measured);
  const isOwn = (id: string): boolean =>
    own.some((job) => id.startsWith(uidOf(job))) || (own.length > 0 && isPreview(id));
  const isOthers = (id: string): boolean => !isOwn(id) || (isPreview(id) && jobs.length > 0);
  const mine = waiting?.filter(isOwn);
  const once: OnceDemand | undefined =
    own.length > 0
      ? {
          waiting: mine,
          named: named.note(keyOf(pool), mine ?? []),
          jobs: onceJobsOf(pool, from),
        }
      : undefined;
  return {
    measured,
    slots: (isBrowser ? browserSlots : judgeSlots)(specs, measured, intervalOf),
    isAskedFor: waiting?.some(isOthers) ?? false,
    duties: isBrowser ? dutiesOf(jobs, intervalOf, from) : [],
    once,
    logins: loginsOf(pool, bound, from),
  };
}

/** Whoever shares a pool keeps it awake, so that more than one need not be asked. */
const dutiesOf = (
  jobs: readonly MonitorJob[],
  intervalOf: IntervalOf,
  from: Observed,
): readonly Duty[] =>
  jobs.every((job) => levelOf(job) === 'Dedicated')
    ? jobs.map((job) => dutyOf(job, intervalOf, from))
    : [];

/** Who of the pool's pods has the current key. */
export const keysOf = (
  pool: WorkerPool,
  { pods, readers, platform, clock }: Pick<Observed, 'pods' | 'readers' | 'platform' | 'clock'>,
): PoolKeys | undefined =>
  poolKeys({
    component: componentOf(pool),
    pods: pods.by(BY_POOL, keyOf(pool)),
    readers: readers().internal,
    keys: platform()?.status?.keys,
    now: clock.now(),
  });

/** The input of `planPool`, from the caches and the scheduler's report. */
export async function observe(
  pool: WorkerPool,
  known: Known,
  from: Observed,
  signal: AbortSignal,
): Promise<PoolInput> {
  const demand = await demandOf(pool, known, from, signal);
  const child = keyFor({ namespace: pool.metadata.namespace, name: poolChildName(pool) });
  const component = componentOf(pool);
  const platform = from.platform()?.spec;
  return {
    ...demand,
    pool,
    platformNamespace: from.platformNamespace,
    image: platform?.images?.[component] ?? from.images[component],
    priorityClass: from.priorityClass,
    egressAddress: from.egressAddress(),
    workloadIdentity: from.workloadIdentity,
    ungranted: ungrantedTargets(pool, platform?.egress?.allow),
    lowSince: known.lowSince,
    deployment: from.deployments.get(child),
    nodesWithoutProfile: nodesWithoutProfile(from.pods.by(BY_POOL, keyOf(pool))),
    keys: keysOf(pool, from),
    now: from.clock.now(),
  };
}
