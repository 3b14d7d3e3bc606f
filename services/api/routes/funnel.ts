/** The funnel in the order of a check, from counts of where checks stopped. Pure. */
import { STAGES } from '../../domain/stage.ts';
import type { Funnel } from '../../store/funnel.ts';

export interface FunnelStage {
  readonly stage: string;
  /** Checks that came at least this far. */
  readonly reached: number;
  /** Why checks ended at this stage. */
  readonly stopped: { readonly reason: string; readonly count: number }[];
}

/**
 * A check that stopped at a stage reached it and all before it.
 * @param delivered checks whose alert a channel took
 */
export function funnelStages(counted: Funnel, delivered: number): FunnelStage[] {
  const stoppedAt = new Map(counted.steps.map((step) => [step.stage, step]));
  const known: readonly string[] = STAGES;
  const order = [
    ...STAGES,
    ...counted.steps.map(({ stage }) => stage).filter((stage) => !known.includes(stage)),
  ];
  return order.map((stage, index) => ({
    stage,
    reached: Math.max(
      stage === 'delivered' ? delivered : 0,
      order.slice(index).reduce((sum, later) => sum + (stoppedAt.get(later)?.stopped ?? 0), 0),
    ),
    stopped: (stoppedAt.get(stage)?.reasons ?? []).flatMap(({ reason, count }) =>
      // Without a reason it did not stop: it was told.
      reason === null ? [] : [{ reason, count }],
    ),
  }));
}
