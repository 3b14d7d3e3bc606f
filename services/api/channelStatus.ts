/** The status of a NotificationChannel in local mode, from what the store knows. Pure. */
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import type { NotificationChannelStatus } from '../../crds/types/notificationchannel.ts';
import type { Channel } from '../store/channels.ts';
import { KUBERNETES } from '../store/projection.ts';
import type { Recipient } from '../store/recipients.ts';
import { secretRefsOf, type References } from './conditions.ts';

/** How the deliveries of a channel go. */
export interface ChannelMail {
  readonly recipients: readonly Recipient[];
  readonly failed24h: number;
}

interface Finding {
  readonly holds: boolean | undefined;
  readonly reason: string;
  readonly message?: string;
}

/** Undefined where nobody but the notification service may look for it. */
function secretFound({ spec, managedBy }: Channel, { secrets }: References): Finding | undefined {
  if (managedBy === KUBERNETES) return undefined;
  const missing = secretRefsOf(spec).find((ref) => !secrets.get(ref.name)?.includes(ref.key));
  if (!missing) return { holds: true, reason: 'Found' };
  return {
    holds: false,
    reason: 'SecretNotFound',
    message: `The key ${missing.key} of the Secret ${missing.name} does not exist; apply it.`,
  };
}

function recipientsConfirmed({ spec }: Channel, recipients: readonly Recipient[]): Finding {
  if (spec.type !== 'Email') return { holds: true, reason: 'NotNeeded' };
  const open = recipients.filter(({ state }) => state !== 'Confirmed');
  if (open.length === 0) return { holds: true, reason: 'Confirmed' };
  const some = open.length < recipients.length;
  const list = open.map(({ address, state }) => `${address} (${state})`).join(', ');
  const rest = some
    ? 'the others get alerts.'
    : 'alerts are held until somebody confirms by the link that was sent.';
  return {
    holds: false,
    reason: some ? 'SomeNotConfirmed' : 'NoneConfirmed',
    message: `Not confirmed: ${list}; ${rest}`.slice(0, MAX_MESSAGE),
  };
}

const MAX_MESSAGE = 1024;

/** Held alerts wait for a person, so only the first confirmation makes a channel of mail ready. */
function ready(secret: Finding | undefined, confirmed: Finding): Finding {
  if (secret?.holds === false) return secret;
  return confirmed.reason === 'NoneConfirmed' ? confirmed : { holds: true, reason: 'Ready' };
}

function delivering({ lastDeliveryResult: last }: Channel, failed24h: number): Finding {
  if (last === null) return { holds: undefined, reason: 'NothingSent' };
  if (last === 'dead' || last === 'bounced')
    return {
      holds: false,
      reason: last === 'dead' ? 'LastDeliveryFailed' : 'LastDeliveryBounced',
      message: `${failed24h} deliveries failed in the last 24 hours; see the deliveries of this channel.`,
    };
  return { holds: true, reason: 'Delivering' };
}

/** All of it. */
export function channelStatus(
  channel: Channel,
  references: References,
  { recipients, failed24h }: ChannelMail,
): NotificationChannelStatus {
  const make = (type: string, { holds, reason, message }: Finding): StatusCondition => ({
    type,
    status: holds === undefined ? 'Unknown' : holds ? 'True' : 'False',
    reason,
    ...(message === undefined ? {} : { message }),
    lastTransitionTime: changedAt(channel, recipients).toISOString(),
    observedGeneration: channel.generation,
  });
  const secret = secretFound(channel, references);
  const confirmed = recipientsConfirmed(channel, recipients);
  return {
    observedGeneration: channel.generation,
    conditions: [
      ...(secret ? [make('SecretFound', secret)] : []),
      make('RecipientsConfirmed', confirmed),
      make('Ready', ready(secret, confirmed)),
      make('Delivering', delivering(channel, failed24h)),
    ],
    ...(channel.spec.type === 'Email'
      ? { recipients: recipients.map(({ address, state }) => ({ address, state })) }
      : {}),
    ...(channel.lastDeliveryAt && channel.lastDeliveryResult !== null
      ? {
          lastDelivery: {
            time: channel.lastDeliveryAt.toISOString(),
            result: channel.lastDeliveryResult,
          },
        }
      : {}),
    failed24h,
  };
}

/** The newest of what the conditions follow from. */
const changedAt = (channel: Channel, recipients: readonly Recipient[]): Date =>
  [channel.updatedAt, ...recipients.map(({ updatedAt }) => updatedAt)].reduce((a, b) =>
    a > b ? a : b,
  );
