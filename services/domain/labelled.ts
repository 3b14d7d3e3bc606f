/** What the right verdict would have been, by what a person says of one. */
import type { SuppressReason, VerdictKind } from './types.ts';

/** Silences that were the judge's doing; the others say nothing about its verdict. */
const JUDGED: ReadonlySet<SuppressReason> = new Set([
  'noMatch',
  'belowThreshold',
  'undeterminedHeld',
  'undeterminedRetry',
]);

export interface Label {
  readonly told: boolean;
  /** Whether it was right to tell, or to tell nobody. */
  readonly agrees: boolean;
  /** Why nobody was told. */
  readonly suppressed: SuppressReason | null;
}

/** The verdict that a judge should give; null where a gate and no judge decided. */
export function expectedVerdict({
  told,
  agrees,
  suppressed,
}: Label): Exclude<VerdictKind, 'undetermined'> | null {
  if (!told && suppressed !== null && !JUDGED.has(suppressed)) return null;
  return told === agrees ? 'match' : 'no_match';
}
