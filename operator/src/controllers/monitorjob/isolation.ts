/** What a MonitorJob's isolation comes to, from the caches. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Store } from '../../kube/store.ts';
import { workersOf } from '../../pools/address.ts';
import {
  browserPoolOf,
  isBoundTo,
  levelOf,
  ownPoolName,
  refOf,
  sharedPool,
  type PoolRef,
} from '../../pools/binding.ts';
import { bindingOf, isMadeFor } from '../../pools/live.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import { workspacesIn } from '../../workspaces.ts';
import type { Isolated, PoolBinding } from './types.ts';

export interface IsolationFrom {
  readonly jobs: Pick<Store<MonitorJob>, 'all' | 'by'>;
  readonly pools: Pick<Store<WorkerPool>, 'get'>;
  /** Pools of role LLM. */
  readonly judges: () => readonly WorkerPool[];
  readonly platform: () => MonitorPlatform | undefined;
  readonly platformNamespace: string;
  readonly usersNamespace: string | undefined;
}

/** The workers of this machine: they are there as long as the scheduler is, at every level. */
export const onThisMachine = (namespace: string): Isolated => ({
  pool: { kind: 'local', namespace, name: 'local' },
  workers: null,
  rival: undefined,
  isAmongPersons: false,
  sharesBrowsers: false,
});

type Jobs = Pick<IsolationFrom, 'jobs' | 'platformNamespace'>;

/** The jobs whose pages a pool fetches. */
function boundTo(pool: PoolRef, { jobs, platformNamespace }: Jobs): readonly MonitorJob[] {
  const isOfAll = keyFor(pool) === keyFor(sharedPool(platformNamespace));
  const near = isOfAll ? jobs.all() : jobs.by(BY_NAMESPACE, pool.namespace);
  return near.filter((job) => isBoundTo(job, pool, platformNamespace));
}

/** Other jobs that use a Dedicated job's pool. */
function rivalsOf(job: MonitorJob, from: Jobs): readonly MonitorJob[] {
  if (levelOf(job) !== 'Dedicated') return [];
  const own = keyOf(job);
  return boundTo(browserPoolOf(job, from.platformNamespace), from).filter(
    (other) => keyOf(other) !== own,
  );
}

/** The first by name, so that the message stays. */
const firstOf = (names: readonly string[]): string | undefined => {
  const [first] = names.toSorted();
  return first === undefined ? undefined : `the MonitorJob ${first}`;
};

const rivalOf = (job: MonitorJob, from: Jobs): string | undefined =>
  firstOf(rivalsOf(job, from).map(({ metadata }) => metadata.name ?? ''));

/** A person is told the names of their own jobs, as they know them, and of others' nothing. */
function rivalOfPerson(job: MonitorJob, from: IsolationFrom): string | undefined {
  const of = workspacesIn(from.usersNamespace);
  const rivals = rivalsOf(job, from).map(of);
  const own = rivals.filter(({ workspace }) => workspace === of(job).workspace);
  const first = firstOf(own.map(({ name }) => name));
  return first ?? (rivals.length === 0 ? undefined : 'a MonitorJob of somebody else');
}

/** What a person's job is told that names the pool of another's, of which it must learn nothing. */
function trespassOf(
  job: MonitorJob,
  { pools, platformNamespace }: IsolationFrom,
): PoolBinding | undefined {
  const ref = browserPoolOf(job, platformNamespace);
  const pool = pools.get(keyFor(ref));
  if (!job.spec.isolation.poolRef || !pool || !isMadeFor(pool, 'Dedicated')) return undefined;
  if (ref.name === ownPoolName(job)) return undefined;
  const message = `spec.isolation.poolRef names the WorkerPool ${ref.name}, which the operator made for another job alone; leave poolRef out and the operator makes one.`;
  return { kind: 'unfit', message };
}

/** Persons who know nothing of each other cannot hold up each other's jobs by naming their pools. */
function amongPersons(job: MonitorJob, from: IsolationFrom): Pick<Isolated, 'pool' | 'rival'> {
  const trespass = trespassOf(job, from);
  if (trespass) return { pool: trespass, rival: undefined };
  const pool = bindingOf(job, from.pools, from.platformNamespace);
  return { pool, rival: job.spec.isolation.poolRef ? rivalOfPerson(job, from) : undefined };
}

/** In a cluster. */
export const isolationIn =
  (from: IsolationFrom) =>
  (job: MonitorJob): Isolated => {
    const { platformNamespace, usersNamespace } = from;
    const isAmongPersons = job.metadata.namespace === usersNamespace;
    const bound = isAmongPersons
      ? amongPersons(job, from)
      : { pool: bindingOf(job, from.pools, platformNamespace), rival: rivalOf(job, from) };
    const workers = workersOf(job, from.platform(), from.judges(), platformNamespace);
    const sharesBrowsers =
      keyFor(browserPoolOf(job, platformNamespace)) === keyFor(sharedPool(platformNamespace));
    return { ...bound, workers, isAmongPersons, sharesBrowsers };
  };

/** Keys of the jobs that an update of this pool can matter to. */
export function keysOfPool(pool: WorkerPool, from: Jobs): readonly string[] {
  // Which pool judges depends on all of them.
  return (pool.spec.role === 'LLM' ? from.jobs.all() : boundTo(refOf(pool), from)).map(keyOf);
}

/** Keys of a job that changed and of the Dedicated ones that may have it for a rival. */
export function keysOfJob(job: MonitorJob, from: Jobs): readonly string[] {
  if (levelOf(job) === 'Shared') return [keyOf(job)];
  const rivals = boundTo(browserPoolOf(job, from.platformNamespace), from).filter(
    (other) => levelOf(other) === 'Dedicated',
  );
  return [...new Set([keyOf(job), ...rivals.map(keyOf)])];
}
