/** Decides when a page that cannot be read is worth an alert of its own (alerting.onFailure). */

export type FailureDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'alert'; readonly inARow: number }
  /** It was told and works again. */
  | { readonly kind: 'recovered' };

export interface FailureInput {
  /** Fetch failed or the page was not judgeable in this check. */
  readonly failed: boolean;
  /** Failures in a row before this check. */
  readonly before: number;
  /** alerting.onFailure.after */
  readonly after: number;
  /** Whether an alert about this row of failures was made. */
  readonly alerted: boolean;
}

/** Alerts once in a row of failures, when it is long enough; and once when it is over. */
export function decideFailure({ failed, before, after, alerted }: FailureInput): FailureDecision {
  if (!failed) return alerted ? { kind: 'recovered' } : { kind: 'none' };
  const inARow = before + 1;
  return inARow >= after && !alerted ? { kind: 'alert', inARow } : { kind: 'none' };
}
