/** Whether a claim may begin, waits for a pod, or has waited too long. Pure. */
import { parseDuration } from '../../domain/duration.ts';
import { slotsMissed } from '../../domain/schedule.ts';
import type { Claim } from '../../store/claim.ts';
import { planClaim, type Plan } from '../check/plan.ts';

/** A check is put off for so long; its slot stays. */
export const PUT_OFF_MS = 5_000;

/** After an outage of all, pods may come this much later than the scheduler. */
const GRACE_MS = 120_000;

/** Whether the claim fetches pages, so that it needs a pod of its browser pool. */
export const needsBrowser = (claim: Claim, now: Date): boolean =>
  claim.workers?.browser != null && planClaim(claim, now).kind === 'check';

/**
 * What becomes of a check that no pod takes: undefined while it waits. Its age is that of the slot it
 * is for, however many slots have come since; of one without a slot, the time that it has waited.
 */
export function outOfTime(
  claim: Claim,
  waitingSince: Date | undefined,
  now: Date,
): Extract<Plan, { kind: 'missed' }> | undefined {
  const pool = claim.workers?.browser;
  const { schedule } = claim.spec;
  const isDue = claim.slot <= now;
  const deadlineMs = parseDuration(schedule.startingDeadline);
  const waitedMs = now.getTime() - (waitingSince ?? now).getTime();
  const ageMs = isDue ? now.getTime() - claim.slot.getTime() : waitedMs;
  if (!pool || ageMs <= deadlineMs || waitedMs < Math.min(GRACE_MS, deadlineMs)) return undefined;
  return {
    kind: 'missed',
    reason: 'deadline',
    missed: isDue ? slotsMissed(schedule, claim.slot, now, claim.uid) + 1 : 0,
    why: `no pod of the pool ${pool.namespace}/${pool.name} took the check in time`,
  };
}
