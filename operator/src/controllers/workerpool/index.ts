/** Reconciles WorkerPools: pods where pages are fetched and changes are judged, as many as needed. */
import type { WorkerPool, WorkerPoolStatus } from '../../../../crds/types/workerpool.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { mergeConditions, type Condition } from '../../kube/conditions.ts';
import type { Reconcile } from '../../kube/controller.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { StatusWriter } from '../../kube/status.ts';
import { WORKER_POOLS } from '../../resources.ts';
import { act, type Acting, type Deeds } from './act.ts';
import { LOAD_MS, ONCE_MS } from './load.ts';
import { createNamed } from './named.ts';
import { observe, type Observed } from './observe.ts';
import { planPool } from './plan.ts';
import { isUrgent, planStatus } from './status.ts';
import type { PoolInput, PoolPlan } from './types.ts';
import { isGoing } from '../../marks.ts';

export interface PoolDeps extends Observed, Acting {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly status: StatusWriter;
  readonly events: EventRecorder;
}

/** Where others scale, the need is a figure for people. */
const FIGURES_MS = 300_000;

async function report(
  input: PoolInput,
  plan: PoolPlan,
  deps: PoolDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { pool } = input;
  const { status, claims, events } = planStatus(input, plan);
  const conditions = mergeConditions((pool.status?.conditions ?? []) as Condition[], claims, {
    generation: pool.metadata.generation ?? 1,
    now: input.now,
  });
  const whole: WorkerPoolStatus & { conditions: Condition[] } = {
    ...status,
    conditions: [...conditions],
  };
  const written = await deps.status.write(WORKER_POOLS, pool, whole, {
    signal,
    urgent: isUrgent(pool.status, status),
  });
  // What turned is told with the status that shows it, and so only once.
  if (written.kind === 'written')
    for (const text of events) deps.events.record(WORKER_POOLS, pool, text);
  return written.kind === 'deferred' ? written.afterMs : undefined;
}

/** What would be done is told instead. */
function show(pool: WorkerPool, deeds: Deeds, { events }: PoolDeps): void {
  for (const deed of deeds)
    events.record(WORKER_POOLS, pool, {
      type: 'Normal',
      reason: 'DryRun',
      action: 'Reconcile',
      note: `would ${deed}`,
    });
}

/** When to look again. */
function lookMs({ pool, once, now }: PoolInput, { wakeAt }: PoolPlan): number {
  if (once) return ONCE_MS;
  if (pool.spec.autoscaling.mode !== 'Operator') return FIGURES_MS;
  return wakeAt ? Math.min(LOAD_MS, wakeAt.getTime() - now.getTime()) : LOAD_MS;
}

/** One pass over one WorkerPool; its children go with it by their owner references. */
export function reconcilePool(deps: PoolDeps): Reconcile {
  /** By key; forgotten with the process, which only begins the delay anew. */
  const low = new Map<string, Date>();
  const named = createNamed(deps.clock);
  return async ({ key, signal }) => {
    const pool = deps.pools.get(key);
    if (!pool || isGoing(pool)) {
      low.delete(key);
      named.forget(key);
      return {};
    }
    const input = await observe(pool, { lowSince: low.get(key), named }, deps, signal);
    const plan = planPool(input);
    if (plan.lowSince) low.set(key, plan.lowSince);
    else low.delete(key);
    const deeds = await act(pool, plan, deps, signal);
    if (plan.dryRun) show(pool, deeds, deps);
    const deferredMs = await report(input, plan, deps, signal);
    const nextMs = lookMs(input, plan);
    return { requeueAfterMs: Math.min(deferredMs ?? nextMs, nextMs) };
  };
}
