/** The stages that a check passes, and the outcome of one with several sources. */
import { STAGES, type Stage } from '../../domain/stage.ts';
import type { CheckOutcome, SuppressReason } from '../../domain/types.ts';

export type { Stage } from '../../domain/stage.ts';

/** Where a check or a source stopped, and why. */
export interface Stop {
  readonly outcome: CheckOutcome;
  readonly stage: Stage;
  readonly reason: string | null;
}

/** Worst last. */
const OUTCOMES: readonly CheckOutcome[] = [
  'Unchanged',
  'Changed',
  'Suppressed',
  'Alerted',
  'NotJudgeable',
  'Failed',
  'Missed',
];

/**
 * The stop that stands for a check: the worst outcome of its sources and, among equals, the one that
 * came furthest.
 */
export function worstStop(stops: readonly Stop[]): Stop {
  const [worst] = [...stops].sort(
    (a, b) =>
      OUTCOMES.indexOf(b.outcome) - OUTCOMES.indexOf(a.outcome) ||
      STAGES.indexOf(b.stage) - STAGES.indexOf(a.stage),
  );
  return worst ?? { outcome: 'Unchanged', stage: 'fetched', reason: null };
}

/** Such as "1 of 3 failed, 1 alerted, 1 unchanged"; one source needs no counting. */
export function countOutcomes(stops: readonly Stop[]): string | null {
  if (stops.length < 2) return null;
  const counts = OUTCOMES.toReversed().flatMap((outcome) => {
    const count = stops.filter((stop) => stop.outcome === outcome).length;
    return count > 0 ? [`${count} ${outcomeWords[outcome]}`] : [];
  });
  return `${stops.length} sources: ${counts.join(', ')}`;
}

const outcomeWords: Readonly<Record<CheckOutcome, string>> = {
  Unchanged: 'unchanged',
  Changed: 'changed',
  Suppressed: 'suppressed',
  Alerted: 'alerted',
  NotJudgeable: 'not judgeable',
  Failed: 'failed',
  Missed: 'missed',
};

/** The reason of a suppressed change, as the verdict keeps it. */
export const suppressedBy = (stop: Stop): SuppressReason =>
  (stop.reason ?? 'noMatch') as SuppressReason;
