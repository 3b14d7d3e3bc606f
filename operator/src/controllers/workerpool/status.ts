/** The status of a WorkerPool and the Events that come with it. Pure. */
import type { WorkerPool, WorkerPoolStatus } from '../../../../crds/types/workerpool.ts';
import { claimsOf } from './conditions.ts';
import { selectorText } from './names.ts';
import type { PoolClaim, PoolInput, PoolPlan, StatusPlan } from './types.ts';

/** The same input gives the same status, whatever was there before. */
export function planStatus(input: PoolInput, plan: PoolPlan): StatusPlan {
  const { pool, deployment } = input;
  const claims = claimsOf(input, plan);
  const readyReplicas = deployment?.status?.readyReplicas ?? 0;
  return {
    status: {
      observedGeneration: pool.metadata.generation ?? 1,
      replicas: deployment?.status?.replicas ?? 0,
      readyReplicas,
      slots: readyReplicas * pool.spec.slotsPerPod,
      slotsNeeded: plan.slotsNeeded,
      selector: selectorText(pool),
    },
    claims,
    events: eventsOf(pool, claims),
  };
}

/** A condition that turned bad since the status that the object shows is worth an Event. */
function eventsOf({ status }: WorkerPool, claims: readonly PoolClaim[]): StatusPlan['events'] {
  const before = new Map(status?.conditions?.map((condition) => [condition.type, condition]));
  return claims
    .filter(({ type, status: is }) => type !== 'Ready' && type !== 'Paused' && is === 'False')
    .filter(({ type, reason }) => {
      const old = before.get(type);
      return old?.status !== 'False' || old.reason !== reason;
    })
    .map(({ reason, message }) => ({
      type: 'Warning' as const,
      reason,
      action: 'Reconcile',
      note: message,
    }));
}

/** Who scales by `/scale` reads these at once; what the jobs need is a figure that may wait. */
export const isUrgent = (
  before: WorkerPoolStatus | undefined,
  after: StatusPlan['status'],
): boolean =>
  before?.replicas !== after.replicas ||
  before?.slots !== after.slots ||
  before?.selector !== after.selector;
