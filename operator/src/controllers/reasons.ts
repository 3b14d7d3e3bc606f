/** Reasons of conditions, as the objects show them. */
import type { ConditionClaim } from '../kube/conditions.ts';

/**
 * Whether a condition is to be explained otherwise than it is: a person who mends one thing waits to
 * be told of the next, also where the condition stays False.
 */
export const hasNewReason = (
  shown: readonly Pick<ConditionClaim, 'type' | 'reason'>[] = [],
  claims: readonly Pick<ConditionClaim, 'type' | 'reason'>[],
): boolean =>
  claims.some(
    ({ type, reason }) => shown.find((condition) => condition.type === type)?.reason !== reason,
  );
