/** Confirms a change by looking again: m of n re-fetches must see it (goal.confirm). */

export interface ConfirmRule {
  /** How often it must be seen, the first time included. */
  readonly checks: number;
  /** Out of how many looks. */
  readonly of: number;
  readonly delayMs: number;
}

/** A confirmation in progress; plain JSON, it is stored between checks. */
export interface PendingConfirmation {
  readonly seen: number;
  readonly looks: number;
  /** ISO time before which another look does not count. */
  readonly nextAt: string;
}

export type Confirmation =
  | { readonly kind: 'confirmed' }
  /** It can no longer reach the number: forget it. */
  | { readonly kind: 'refuted' }
  | { readonly kind: 'wait'; readonly pending: PendingConfirmation; readonly recheckAt: Date };

/**
 * One step of the confirmation.
 * @param pending undefined for a change that was just seen for the first time
 * @param seenAgain whether this look shows the change
 */
export function decideConfirmation(
  pending: PendingConfirmation | undefined,
  seenAgain: boolean,
  rule: ConfirmRule,
  now: Date,
): Confirmation {
  if (pending && now < new Date(pending.nextAt))
    return { kind: 'wait', pending, recheckAt: new Date(pending.nextAt) };
  const seen = (pending?.seen ?? 0) + (seenAgain ? 1 : 0);
  const looks = (pending?.looks ?? 0) + 1;
  const left = Math.max(rule.of, rule.checks) - looks;
  if (seen >= rule.checks) return { kind: 'confirmed' };
  if (seen === 0 || seen + left < rule.checks) return { kind: 'refuted' };
  const recheckAt = new Date(now.getTime() + rule.delayMs);
  return { kind: 'wait', pending: { seen, looks, nextAt: recheckAt.toISOString() }, recheckAt };
}
