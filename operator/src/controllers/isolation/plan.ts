/** Which WorkerPools the operator makes in one namespace for jobs above Shared, and which it takes away. Pure. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { PoolAutoscaling, WorkerPool } from '../../../../crds/types/workerpool.ts';
import { childMeta } from '../../kube/owners.ts';
import { isDisabled, isDryRun, isGoing } from '../../marks.ts';
import { CONTROLLERS, LABELS, OWNED, PART_OF } from '../../names.ts';
import { browserPoolOf, levelOf, type Level } from '../../pools/binding.ts';
import { isMadeFor } from '../../pools/live.ts';
import { MONITOR_JOBS } from '../../resources.ts';
import type { DesiredPool } from '../monitorplatform/pools.ts';

export interface IsolationInput {
  readonly namespace: string;
  readonly platformNamespace: string;
  readonly usersNamespace: string | undefined;
  readonly platform: MonitorPlatform | undefined;
  /** Of the namespace, as the pools are. */
  readonly jobs: readonly MonitorJob[];
  readonly pools: readonly WorkerPool[];
}

export type Step =
  | {
      readonly kind: 'apply';
      readonly wish: DesiredPool;
      readonly cached: WorkerPool | undefined;
      /** Only shown, not done. */
      readonly dryRun: boolean;
    }
  | { readonly kind: 'delete'; readonly pool: WorkerPool; readonly dryRun: boolean };

type OwnLevel = Exclude<Level, 'Shared'>;

/** A pool that jobs ask for. */
interface Need {
  readonly name: string;
  readonly level: OwnLevel;
  /** The first of them; of a Dedicated pool the only one. */
  readonly job: MonitorJob;
  /** Only jobs ask for it from which the operator keeps its hands off, or that are a dry run. */
  readonly isQuiet: boolean;
}

/** In the order of their names, so that the order of the jobs is none. */
function needsOf(input: IsolationInput): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const job of input.jobs.toSorted(byName)) {
    const level = levelOf(job);
    if (level === 'Shared' || job.spec.isolation.poolRef || isGoing(job)) continue;
    // Such a job is held: all persons would share the pool.
    if (level === 'Namespace' && input.namespace === input.usersNamespace) continue;
    const { name } = browserPoolOf(job, input.platformNamespace);
    const before = needs.get(name);
    const isQuiet = (before?.isQuiet ?? true) && (isDisabled(job) || isDryRun(job));
    needs.set(name, { name, level, job: before?.job ?? job, isQuiet });
  }
  return [...needs.values()];
}

const byName = (a: MonitorJob, b: MonitorJob): number =>
  a.metadata.name < b.metadata.name ? -1 : 1;

/** How each sort of pool follows its load. */
const SCALED: Readonly<Record<OwnLevel, Partial<PoolAutoscaling>>> = {
  Namespace: { mode: 'Operator', min: 1 },
  Dedicated: { mode: 'Operator', min: 0, max: 1 },
  // Its pods come and go with the checks.
  Ephemeral: { mode: 'Off', min: 0 },
};

/**
 * As the platform's own browsers, but for what is theirs alone: how many they are, and which private
 * targets their pages need.
 */
function specOf(level: OwnLevel, { spec }: MonitorPlatform): object {
  const { replicas: _, egress: __, autoscaling, ...browser } = spec.pools.browser;
  return {
    role: 'Browser',
    ...browser,
    autoscaling: { ...autoscaling, ...SCALED[level] },
    // Elsewhere the number is left to whoever scales.
    ...(level === 'Ephemeral' ? { replicas: 0 } : {}),
  };
}

function desiredPool(
  { name, level, job }: Need,
  namespace: string,
  platform: MonitorPlatform,
): DesiredPool {
  const at = { namespace, name };
  // A pool of one job goes with it; one of several goes when the last of them does.
  const tie = level === 'Dedicated' ? childMeta(OWNED, MONITOR_JOBS, job, at) : at;
  const labels = { [LABELS.partOf]: PART_OF, [LABELS.isolation]: level };
  return {
    metadata: { ...tie, labels: { ...('labels' in tie ? tie.labels : {}), ...labels } },
    spec: specOf(level, platform),
  };
}

/** One of somebody else under the name is left alone; the job's condition says so. */
function applied(
  need: Need,
  pool: WorkerPool | undefined,
  { namespace }: IsolationInput,
  platform: MonitorPlatform,
): readonly Step[] {
  if (need.isQuiet) return [];
  // What goes is made anew when it is gone.
  if (pool && (isGoing(pool) || isDisabled(pool) || !isMadeFor(pool, need.level))) return [];
  const dryRun = isDryRun(platform) || (pool !== undefined && isDryRun(pool));
  return [{ kind: 'apply', wish: desiredPool(need, namespace, platform), cached: pool, dryRun }];
}

const isOurs = ({ metadata }: WorkerPool): boolean =>
  metadata.labels?.[OWNED.controller] === CONTROLLERS.Isolation;

/** Decides one pass over one namespace; a pass over what it leads to changes nothing. */
export function planIsolation(input: IsolationInput): readonly Step[] {
  const { platform, pools } = input;
  if (!platform || isDisabled(platform)) return [];
  const needs = needsOf(input);
  const isNeeded = (pool: WorkerPool): boolean =>
    needs.some(({ name, level }) => name === pool.metadata.name && isMadeFor(pool, level));
  const unwanted = pools.filter(
    (pool) => isOurs(pool) && !isNeeded(pool) && !isGoing(pool) && !isDisabled(pool),
  );
  return [
    ...needs.flatMap((need) => {
      const there = pools.find(({ metadata }) => metadata.name === need.name);
      return applied(need, there, input, platform);
    }),
    ...unwanted.map((pool): Step => ({
      kind: 'delete',
      pool,
      dryRun: isDryRun(platform) || isDryRun(pool),
    })),
  ];
}
