/** Sends due deliveries through the notification service; what it learns is written, fenced. */
import {
  DELIVER_PATH,
  RECONCILE_PATH,
  deliverResult,
  reconcileResult,
  type DeliverResult,
  type DeliveryTarget,
} from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import { findChannel, type Channel } from '../../store/channels.ts';
import {
  channelFullUntil,
  claimDeliveries,
  finishDelivery,
  type DeliveryClaim,
  type DeliveryOutcome,
} from '../../store/outbox.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';
import { afterReconcile, afterSend, retryOrGiveUp, type Reconciled } from './decide.ts';
import { failedSend } from './failedSend.ts';
import { mailsOf, prepareParcel, takenBy, type Parcel } from './parcel.ts';
import { resolveTarget } from './target.ts';

export type DispatchDeps = Pick<
  SchedulerDeps,
  | 'pool'
  | 'clock'
  | 'notification'
  | 'quotas'
  | 'secrets'
  | 'failpoint'
  | 'metrics'
  | 'random'
  | 'newToken'
  | 'settings'
  | 'log'
>;

const SEND_MS = 30_000;
const GRACE_MS = 5_000;
/** Longer than a send may last. */
const LEASE_MS = 60_000;
const BATCH = 32;
/** A suspended channel is looked at again after so long. */
const SUSPENDED_MS = 5 * 60_000;

/** Claims what is due and sends it; resolves to how many deliveries were in hand. */
export async function dispatchDeliveries(deps: DispatchDeps, signal: AbortSignal): Promise<number> {
  const claims = await claimDeliveries(deps.pool, {
    now: deps.clock.now(),
    leaseMs: LEASE_MS,
    limit: BATCH,
    owner: deps.settings.owner,
  });
  if (claims.length === 0) return 0;
  await deps.failpoint('delivery.after-claim');
  await Promise.all(claims.map((claim) => dispatchOne(claim, deps, signal)));
  return claims.length;
}

/** One delivery; an unforeseen error leaves it to its lease, loudly. */
async function dispatchOne(
  claim: DeliveryClaim,
  deps: DispatchDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    const outcome = await tryDelivery(claim, deps, signal);
    await deps.failpoint('delivery.before-commit');
    const written = await finishDelivery(deps.pool, claim, outcome, deps.clock.now());
    await deps.failpoint('delivery.after-commit');
    if (!written) return;
    deps.metrics.deliveries.inc({ result: outcome.kind });
    if (outcome.kind === 'resend') deps.metrics.unknownDeliveries.inc();
  } catch (error) {
    deps.log.error(
      { err: error, workspace: claim.workspace, delivery: claim.id },
      'delivery attempt failed',
    );
  }
}

async function tryDelivery(
  claim: DeliveryClaim,
  deps: DispatchDeps,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const now = deps.clock.now();
  const { channel, fullUntil } = await readChannel(claim, now, deps);
  if (!channel && claim.recipient !== null) return { kind: 'drop' };
  if (!channel)
    return {
      kind: 'dead',
      error: `The channel ${claim.channel} does not exist; apply it, then send this again`,
    };
  const resolved = await resolveTarget(claim.workspace, channel, deps.secrets);
  if (resolved.kind === 'missing')
    return claim.state === 'unknown'
      ? afterReconcile(claim, undefined, now, deps.random())
      : retryOrGiveUp(claim, resolved.message, null, now, deps.random());
  if (claim.state === 'unknown') return reconcile(claim, resolved.target, deps, signal);
  if (channel.spec.suspend)
    return {
      kind: 'defer',
      at: new Date(now.getTime() + SUSPENDED_MS),
      error: `The channel ${claim.channel} is suspended`,
    };
  if (fullUntil)
    return {
      kind: 'defer',
      at: fullUntil,
      error: `The channel ${claim.channel} is at its limit of the hour`,
    };
  const parcel = await prepareParcel(claim, channel, resolved.target, deps);
  if (parcel.kind === 'outcome') return parcel.outcome;
  return sendWithin(claim, channel.spec.type, parcel, deps, signal);
}

/** Sends what the workspace's mails of the hour have room for. */
async function sendWithin(
  claim: DeliveryClaim,
  type: Channel['spec']['type'],
  parcel: SentParcel,
  deps: DispatchDeps,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const count = mailsOf(parcel.target);
  const mails = await deps.quotas.takeMails(claim.workspace, count);
  if (mails.kind === 'full') {
    await parcel.withdraw?.();
    return { kind: 'defer', at: mails.until, error: mails.why };
  }
  await deps.failpoint('delivery.before-send');
  const result = await send(claim, parcel, deps, signal);
  await deps.failpoint('delivery.after-send');
  if (result.kind === 'retry' || result.kind === 'rejected') {
    await parcel.withdraw?.();
    await mails.giveBack(count - takenBy(result));
  }
  return afterSend(claim, type, result, deps.clock.now(), deps.random());
}

async function readChannel(
  claim: DeliveryClaim,
  now: Date,
  deps: Pick<DispatchDeps, 'pool'>,
): Promise<{ channel: Channel | undefined; fullUntil: Date | undefined }> {
  return withWorkspace(deps.pool, claim.workspace, async (tx) => {
    const channel = await findChannel(tx, claim.workspace, claim.channel);
    const limit = channel?.spec.maxPerHour;
    const fullUntil =
      limit === undefined
        ? undefined
        : await channelFullUntil(tx, claim.workspace, claim.channel, limit, now);
    return { channel, fullUntil };
  });
}

type SentParcel = Extract<Parcel, { kind: 'send' }>;

async function send(
  claim: DeliveryClaim,
  { target, message, template }: SentParcel,
  deps: DispatchDeps,
  signal: AbortSignal,
): Promise<DeliverResult> {
  const body = {
    deliveryId: claim.id,
    attempt: claim.attempts,
    channel: { name: claim.channel, target },
    ...(template ? { template } : {}),
    message,
    timeoutMs: SEND_MS,
  };
  try {
    return await deps.notification.post(DELIVER_PATH, body, deliverResult, {
      timeoutMs: SEND_MS + GRACE_MS,
      signal,
    });
  } catch (error) {
    return failedSend(error);
  }
}

async function reconcile(
  claim: DeliveryClaim,
  target: DeliveryTarget,
  deps: DispatchDeps,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const body = { deliveryId: claim.id, channel: { name: claim.channel, target } };
  let answer: Reconciled | undefined;
  try {
    answer = await deps.notification.post(RECONCILE_PATH, body, reconcileResult, {
      timeoutMs: SEND_MS,
      signal,
    });
  } catch (error) {
    deps.log.warn(
      { delivery: claim.id, reason: messageOf(error) },
      'an unknown delivery could not be asked for',
    );
  }
  await deps.failpoint('delivery.after-reconcile');
  return afterReconcile(claim, answer, deps.clock.now(), deps.random());
}
