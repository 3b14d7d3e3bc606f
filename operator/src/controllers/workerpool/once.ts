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
    /** It stays for a minute more, and its name with it. */
    | 'over';
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

/** How a Job ended is nobody's business: its check either began, or waits on and is told again. */
export const isOver = ({ status }: Job): boolean =>
  status?.conditions?.some(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  ) ?? false;

/**
 * As many pods that are to come as checks wait, and no more at a time than the pool may have. Any pod
 * takes any check, so that a check that no longer waits may have left its pod to another: only pods that
 * have not begun are taken away, and only those beyond the number of checks that waited lately.
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
  const kept = jobs.filter(({ name }) => !surplus.includes(name));
  const there = new Set(kept.map(({ name }) => name));
  const room = pool.spec.autoscaling.max - kept.filter(({ state }) => state !== 'over').length;
  const most = Math.max(0, Math.min(room, lately.size - starting.length));
  const make = waiting.filter((id) => !there.has(nameOf(id))).slice(0, most);
  return { make, keep: [...there, ...make.map(nameOf)].toSorted() };
}
