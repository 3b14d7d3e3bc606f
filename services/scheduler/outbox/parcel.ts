/** What a delivery sends, and to whom; a mail goes to those who confirmed, or asks one to confirm. */
import type {
  AlertMessage,
  DeliverResult,
  DeliveryTarget,
} from '../../core/contracts/notification.ts';
import type { Channel } from '../../store/channels.ts';
import type { DeliveryClaim, DeliveryOutcome } from '../../store/outbox.ts';
import { listSecretRecipients } from '../../store/recipients.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { addressTo, chooseAddressees } from './addressees.ts';
import { prepareQuestion, type QuestionDeps } from './question.ts';

export type Parcel =
  | {
      readonly kind: 'send';
      readonly target: DeliveryTarget;
      readonly message: AlertMessage;
      readonly template?: Channel['spec']['template'];
      /** Takes back what was noted, when surely nothing was sent. */
      readonly withdraw?: () => Promise<void>;
    }
  /** Nothing is sent; this becomes of the delivery. */
  | { readonly kind: 'outcome'; readonly outcome: DeliveryOutcome };

/** How many mails go out to a target: one to each recipient. */
export function mailsOf(target: DeliveryTarget): number {
  const named = target.type === 'Unresolved' ? target.target : target;
  return named.type === 'Email' ? named.to.length : 0;
}

/** How many of them were sent although the send as a whole was not. */
export const takenBy = (result: Extract<DeliverResult, { kind: 'retry' | 'rejected' }>): number =>
  result.kind === 'retry' ? (result.taken?.length ?? 0) : 0;

/** @param target the channel's, with the values of its secrets or their names */
export async function prepareParcel(
  claim: DeliveryClaim,
  { spec }: Pick<Channel, 'spec'>,
  target: DeliveryTarget,
  deps: QuestionDeps,
): Promise<Parcel> {
  const { workspace, recipient } = claim;
  const { publicUrl } = deps.settings;
  const message = claim.message as unknown as AlertMessage;
  const alert = { message, ...(spec.template ? { template: spec.template } : {}) };
  if (spec.type !== 'Email') return { kind: 'send', target, ...alert };
  if (recipient !== null) {
    const question = await prepareQuestion({ ...claim, recipient }, deps);
    if (question.kind === 'outcome') return question;
    const to = addressTo(target, [question.recipient], workspace, publicUrl);
    return { kind: 'send', target: to, message: question.message, withdraw: question.withdraw };
  }
  const recipients = await withWorkspace(deps.pool, workspace, (tx) =>
    listSecretRecipients(tx, workspace, claim.channel),
  );
  const chosen = chooseAddressees(claim, recipients, deps.clock.now());
  if (chosen.kind === 'outcome') return chosen;
  const to = addressTo(target, chosen.recipients, workspace, publicUrl);
  return { kind: 'send', target: to, ...alert };
}
