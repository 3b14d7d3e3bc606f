/** What the scheduler is told of a NotificationChannel, and what its status says. Pure. */
import type {
  NotificationChannel,
  NotificationChannelStatus,
} from '../../../../crds/types/notificationchannel.ts';
import type { ChannelState } from '../../../../services/core/contracts/projection.ts';
import type { ConditionStatus } from '../../kube/conditions.ts';
import { isDisabled } from '../../marks.ts';
import { type ConditionType, type Reason } from '../../names.ts';
import type { Body } from '../../scheduler/client.ts';
import { ownLabels } from '../../workspaces.ts';
import { foreignSecretOf, secretFound, waitsForSecret, type SecretFound } from './secret.ts';
import type { ChannelClaim, ChannelInput, ProjectionAnswer } from './types.ts';

/** The body of the projection, or undefined when nothing is to be sent. */
export function projectionOf(
  input: Pick<ChannelInput, 'channel' | 'references'>,
): Body<'channels'> | undefined {
  const { channel, references } = input;
  // What was sent before goes on: with a Secret that was its own.
  if (isDisabled(channel) || foreignSecretOf(input) !== undefined) return undefined;
  const { uid = '', namespace = '', generation = 1 } = channel.metadata;
  const { annotations = {} } = channel.metadata;
  return {
    uid,
    namespace,
    generation,
    spec: channel.spec as unknown as Record<string, unknown>,
    labels: ownLabels(channel, references.isPersonal),
    annotations: Object.fromEntries(
      Object.entries(annotations).filter(([name]) => !name.startsWith('kubectl.kubernetes.io/')),
    ),
  };
}

type Of<T extends ConditionType<'NotificationChannel'>> = {
  readonly status: ConditionStatus;
  readonly reason: Reason<'NotificationChannel', T>;
  readonly message: string;
};

type Known = Pick<ChannelState, 'recipients' | 'lastDelivery' | 'failed24h'>;

/** What the scheduler said earlier: as long as it has not been heard, that is as true as before. */
function knownFrom({ status }: NotificationChannel): Known | undefined {
  const { recipients = [], lastDelivery = null, failed24h = 0 } = status ?? {};
  if (recipients.length === 0 && lastDelivery === null) return undefined;
  return { recipients, lastDelivery, failed24h };
}

function recipientsConfirmed(
  { spec }: NotificationChannel,
  state: Known | undefined,
): Of<'RecipientsConfirmed'> {
  if (spec.type !== 'Email') return { status: 'True', reason: 'NotNeeded', message: '' };
  if (!state) return { status: 'Unknown', reason: 'Pending', message: '' };
  const pending = state.recipients.filter((recipient) => recipient.state === 'Pending');
  const confirmed = state.recipients.filter((recipient) => recipient.state === 'Confirmed');
  const waiting = pending.map(({ address }) => address).join(', ');
  if (confirmed.length === 0 && pending.length > 0)
    return { status: 'False', reason: 'NoneConfirmed', message: `Waiting for ${waiting}.` };
  if (pending.length > 0)
    return { status: 'False', reason: 'SomePending', message: `Waiting for ${waiting}.` };
  return confirmed.length > 0
    ? { status: 'True', reason: 'AllConfirmed', message: '' }
    : { status: 'False', reason: 'NoneConfirmed', message: 'Nobody takes mail of this channel.' };
}

function delivering(state: Known | undefined): Of<'Delivering'> {
  if (!state?.lastDelivery) return { status: 'Unknown', reason: 'NoDeliveryYet', message: '' };
  const { result } = state.lastDelivery;
  return ['accepted', 'delivered'].includes(result)
    ? { status: 'True', reason: 'Delivered', message: '' }
    : { status: 'False', reason: 'Failing', message: `The last delivery ended as ${result}.` };
}

function ready(
  input: ChannelInput,
  answer: ProjectionAnswer | undefined,
  confirmed: Of<'RecipientsConfirmed'>,
  secret: SecretFound,
): Of<'Ready'> {
  const { channel } = input;
  const foreign = foreignSecretOf(input);
  if (foreign !== undefined) return { status: 'False', reason: 'Invalid', message: foreign };
  if (answer?.kind === 'failed' && answer.conflict)
    return { status: 'False', reason: 'NameConflict', message: answer.message };
  if (answer?.kind !== 'answered')
    return {
      status: 'Unknown',
      reason: 'Pending',
      message: answer?.message ?? 'The scheduler was not told of this channel.',
    };
  if (answer.result.outcome === 'refused') {
    const [first] = answer.result.problems;
    const message = `${first?.path ?? 'spec'}: ${first?.message ?? 'is refused'}`;
    return { status: 'False', reason: 'Invalid', message };
  }
  if (channel.spec.suspend)
    return { status: 'False', reason: 'Suspended', message: 'spec.suspend is true.' };
  const waits = waitsForSecret(secret);
  if (waits) return { status: 'False', reason: waits, message: secret.message };
  return confirmed.reason === 'NoneConfirmed'
    ? { status: 'False', reason: 'NoConfirmedRecipient', message: confirmed.message }
    : { status: 'True', reason: 'Ready', message: '' };
}

export interface ChannelStatusPlan {
  readonly status: Omit<NotificationChannelStatus, 'conditions'>;
  readonly claims: readonly ChannelClaim[];
}

/** The status after `answer`. */
export function planStatus(
  input: ChannelInput,
  answer: ProjectionAnswer | undefined,
): ChannelStatusPlan {
  const { channel } = input;
  const state: Known | undefined = input.state ?? knownFrom(channel);
  const confirmed = recipientsConfirmed(channel, state);
  const secret = secretFound(input);
  const disabled = isDisabled(channel);
  return {
    status: {
      observedGeneration: channel.metadata.generation ?? 1,
      ...(state && state.recipients.length > 0 ? { recipients: [...state.recipients] } : {}),
      ...(state?.lastDelivery ? { lastDelivery: state.lastDelivery } : {}),
      failed24h: state?.failed24h ?? 0,
    },
    claims: [
      { type: 'Ready', ...ready(input, answer, confirmed, secret) },
      { type: 'SecretFound', ...secret },
      { type: 'RecipientsConfirmed', ...confirmed },
      { type: 'Delivering', ...delivering(state) },
      disabled
        ? { type: 'Paused', status: 'True', reason: 'ReconcileDisabled', message: '' }
        : { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' },
    ],
  };
}
