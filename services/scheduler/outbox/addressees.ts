/** Decides who gets the mail of an alert: those who confirmed, and do not have it yet; pure. */
import type { DeliveryTarget } from '../../core/contracts/notification.ts';
import type { DeliveryClaim, DeliveryOutcome } from '../../store/outbox.ts';
import type { SecretRecipient } from '../../store/recipients.ts';
import { unsubscribeToken } from '../../store/recipientsLink.ts';

/** So long an alert waits for somebody who confirms: as long as a history is kept by default. */
export const HOLD_MS = 30 * 86_400_000;
/** A held alert is looked at again when somebody confirms, and after so long all the same. */
const LOOK_AGAIN_MS = 15 * 60_000;

export type Addressees =
  | { readonly kind: 'to'; readonly recipients: readonly SecretRecipient[] }
  | { readonly kind: 'outcome'; readonly outcome: DeliveryOutcome };

/** Whom to write to, or what becomes of the delivery when there is nobody. */
export function chooseAddressees(
  claim: Pick<DeliveryClaim, 'channel' | 'createdAt' | 'receipts'>,
  recipients: readonly SecretRecipient[],
  now: Date,
): Addressees {
  const confirmed = recipients.filter(({ state }) => state === 'Confirmed');
  if (confirmed.length === 0) return { kind: 'outcome', outcome: hold(claim, recipients, now) };
  const waiting = confirmed.filter(
    ({ address }) => claim.receipts[address.toLowerCase()] === undefined,
  );
  return waiting.length === 0
    ? { kind: 'outcome', outcome: { kind: 'accepted', providerId: null, final: false } }
    : { kind: 'to', recipients: waiting };
}

function hold(
  { channel, createdAt }: Pick<DeliveryClaim, 'channel' | 'createdAt'>,
  recipients: readonly SecretRecipient[],
  now: Date,
): DeliveryOutcome {
  const states = describeStates(recipients);
  if (now.getTime() - createdAt.getTime() >= HOLD_MS)
    return { kind: 'dead', error: `Given up after 30 days: nobody confirmed (${states})` };
  const at = new Date(now.getTime() + LOOK_AGAIN_MS);
  return {
    kind: 'defer',
    at,
    held: true,
    error: `Held until a recipient of the channel ${channel} confirms (${states})`,
  };
}

/** Such as `ann@example.org Pending`. */
export const describeStates = (
  recipients: readonly Pick<SecretRecipient, 'address' | 'state'>[],
): string =>
  recipients.length === 0
    ? 'no recipients'
    : recipients.map(({ address, state }) => `${address} ${state}`).join(', ');

/** The target of a mail for these recipients alone, each with the page by which they end the mails to them. */
export function addressTo(
  target: DeliveryTarget,
  recipients: readonly SecretRecipient[],
  workspace: string,
  publicUrl: string,
): DeliveryTarget {
  const addressed = {
    to: recipients.map(({ address }) => address),
    unsubscribeLinks: Object.fromEntries(
      recipients.map((recipient) => [
        recipient.address,
        `${publicUrl}/unsubscribe?token=${unsubscribeToken(workspace, recipient)}`,
      ]),
    ),
  };
  if (target.type === 'Email') return { ...target, ...addressed };
  if (target.type !== 'Unresolved' || target.target.type !== 'Email') return target;
  return { ...target, target: { ...target.target, ...addressed } };
}
