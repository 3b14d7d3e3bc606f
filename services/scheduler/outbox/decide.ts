/** Decides what becomes of a delivery after an attempt; pure. */
import type { ChannelTarget, DeliverResult } from '../../core/contracts/notification.ts';
import type { DeliveryClaim, DeliveryOutcome } from '../../store/outbox.ts';

/** After so long without success a delivery is a dead letter. */
export const GIVE_UP_MS = 24 * 3_600_000;
/** So long a provider is asked about an unknown outcome. */
export const RECONCILE_MS = 5 * 60_000;
/** Between two questions about an unknown outcome. */
export const ASK_AGAIN_MS = 30_000;
const FIRST_MS = 2_000;
const LONGEST_MS = 15 * 60_000;

/**
 * Exponential back-off with full jitter over its upper half: 2 s doubling to 15 min.
 * @param random in [0, 1)
 */
export function backoffMs(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, attempts - 1)));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

type Tried = Pick<DeliveryClaim, 'attempts' | 'firstAttemptAt' | 'resent' | 'unknownSince'>;

/** It was tried, or asked for. */
export type Attempted = Exclude<DeliveryOutcome, { readonly kind: 'drop' | 'defer' }>;

/** After a send. */
export function afterSend(
  claim: Tried,
  type: ChannelTarget['type'],
  result: DeliverResult,
  now: Date,
  random: number,
): Attempted {
  switch (result.kind) {
    case 'accepted':
      // mail has a later fate that the provider tells; the others have arrived
      return { kind: 'accepted', providerId: result.providerId, final: type !== 'Email' };
    case 'rejected':
      return { kind: 'dead', error: result.reason };
    case 'retry':
      return {
        ...retryOrGiveUp(claim, result.reason, result.retryAfterSeconds, now, random),
        ...takenOf(result),
        ...(result.secret ? { secret: result.secret } : {}),
      };
    case 'unknown':
      return { ...afterUnknown(result.reason, now), ...takenOf(result) };
    default:
      return result satisfies never;
  }
}

const takenOf = ({ taken }: { readonly taken?: string[] | undefined }) => (taken ? { taken } : {});

/** A send that was not made, or that surely failed. */
export function retryOrGiveUp(
  claim: Tried,
  reason: string,
  retryAfterSeconds: number | null,
  now: Date,
  random: number,
): Extract<DeliveryOutcome, { kind: 'retry' | 'dead' }> {
  const waitMs = Math.max(backoffMs(claim.attempts, random), (retryAfterSeconds ?? 0) * 1000);
  const at = new Date(now.getTime() + waitMs);
  const isOver = at.getTime() - claim.firstAttemptAt.getTime() >= GIVE_UP_MS;
  return isOver
    ? { kind: 'dead', error: `Given up after 24 h: ${reason}` }
    : { kind: 'retry', at, error: reason };
}

/** A send whose outcome nobody knows: it is asked for before anything is sent again. */
export const afterUnknown = (
  reason: string,
  now: Date,
): Extract<DeliveryOutcome, { kind: 'unknown' }> => ({
  kind: 'unknown',
  at: now,
  error: reason,
});

/** What a provider says of a delivery; `unsupported`: it cannot be asked. */
export interface Reconciled {
  readonly state: 'delivered' | 'absent' | 'unsupported';
  readonly providerId: string | null;
}

/**
 * After the provider was asked about an unknown outcome. Delivered: done. Absent, or no answer: asked
 * again for as long as its own news may take, then sent once more. Nobody to ask: sent once more
 * after a back-off. Each such send may be a duplicate and is counted; none is lost.
 */
export function afterReconcile(
  claim: Tried,
  answer: Reconciled | undefined,
  now: Date,
  random: number,
): Attempted {
  if (answer?.state === 'delivered')
    return { kind: 'accepted', providerId: answer.providerId, final: true };
  const since = claim.unknownSince ?? now;
  if (answer?.state !== 'unsupported' && now.getTime() - since.getTime() < RECONCILE_MS)
    return { kind: 'unknown', at: new Date(now.getTime() + ASK_AGAIN_MS), error: UNKNOWN };
  if (now.getTime() - claim.firstAttemptAt.getTime() >= GIVE_UP_MS)
    return { kind: 'dead', error: `Given up after 24 h: ${UNKNOWN}` };
  const waitMs = claim.resent ? backoffMs(claim.attempts, random) : 0;
  return { kind: 'resend', at: new Date(now.getTime() + waitMs) };
}

const UNKNOWN = 'The outcome of the send is unknown';
