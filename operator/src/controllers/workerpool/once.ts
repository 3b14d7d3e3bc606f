/** Pods for one check each: for which waiting checks a Job is made, and which Jobs are too many. Pure. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import { onceJobName } from './names.ts';

/** What of a Job is looked at. */
export interface Job extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A Job as it stands in the cluster. */
export interface OnceJob {
  readonly name: string;
  readonly state:
    /** No container has begun: nobody can use it yet. */
    | 'starting'
    | 'started'
    /** Its pod served a check, or nobody came. */
    | 'over'
    /** It stays for a minute more, so that one that fails at once is not made again at once. */
    | 'failed';
}

export interface OnceInput {
  readonly pool: WorkerPool;
  /** Ids of the checks that wait, in the scheduler's order; undefined when it does not say. */
  readonly waiting: readonly string[] | undefined;
  /** Ids of those that a scheduler named lately. */
  readonly named: readonly string[];
  readonly jobs: readonly OnceJob[];
}

export interface OncePlan {
  /** Ids of checks for which a Job is made. */
  readonly make: readonly string[];
  /** Names of Jobs that stay, those that are made too. */
  readonly keep: readonly string[];
}

/** How a Job ended; undefined while it has not. */
export function endOf({ status }: Job): 'over' | 'failed' | undefined {
  const has = (wanted: string): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') ?? false;
  if (has('Failed')) return 'failed';
  return has('Complete') ? 'over' : undefined;
}

const hasEnded = ({ state }: OnceJob): boolean => state === 'over' || state === 'failed';

/**
 * As many pods that are to come as checks wait, and no more at a time than the pool may have. Any pod
 * takes any check, so that a check that no longer waits may have left its pod to another: only pods that
 * have not begun are taken away, and only those beyond the number of checks that waited lately. One that
 * is over while its check still waits was for another check: it leaves its name to a new one.
 */
export function planOnce({ pool, waiting, named, jobs }: OnceInput): OncePlan {
  if (!waiting) return { make: [], keep: jobs.map(({ name }) => name) };
  const nameOf = (id: string): string => onceJobName(pool, id);
  const lately = new Set([...waiting, ...named].map(nameOf));
  const starting = jobs.filter(({ state }) => state === 'starting');
  const surplus = starting
    .filter(({ name }) => !lately.has(name))
    .map(({ name }) => name)
    .toSorted()
    .slice(0, Math.max(0, starting.length - lately.size));
  const wanting = new Set(waiting.map(nameOf));
  const kept = jobs.filter(
    ({ name, state }) => !surplus.includes(name) && !(state === 'over' && wanting.has(name)),
  );
  // a name is free in the pass after the one that takes its Job away
  const taken = new Set(jobs.map(({ name }) => name));
  const room = pool.spec.autoscaling.max - kept.filter((job) => !hasEnded(job)).length;
  const most = Math.max(0, Math.min(room, lately.size - starting.length));
  const make = waiting.filter((id) => !taken.has(nameOf(id))).slice(0, most);
  return { make, keep: [...kept.map(({ name }) => name), ...make.map(nameOf)].toSorted() };
}
