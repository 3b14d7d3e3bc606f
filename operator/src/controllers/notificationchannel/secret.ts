/** Whether the Secrets of a channel are there, as notification found through the scheduler. Pure. */
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import { namedTargetOf, secretsOf } from '../../../../services/core/channelTarget.ts';
import {
  describeSecretProblem,
  type SecretProblem,
  type SecretState,
} from '../../../../services/core/contracts/channelSecret.ts';
import type { ChannelState } from '../../../../services/core/contracts/projection.ts';
import { findCondition, type Condition, type ConditionStatus } from '../../kube/conditions.ts';
import { CONDITIONS, type Reason } from '../../names.ts';
import type { ChannelInput } from './types.ts';

export interface SecretFound {
  readonly status: ConditionStatus;
  readonly reason: Reason<'NotificationChannel', 'SecretFound'>;
  readonly message: string;
}

const NOT_NEEDED: SecretFound = { status: 'True', reason: 'NotNeeded', message: '' };
const PENDING: SecretFound = { status: 'Unknown', reason: 'Pending', message: '' };

const problem = (
  status: ConditionStatus,
  reason: SecretFound['reason'],
  found: SecretProblem,
): SecretFound => ({ status, reason, message: `${describeSecretProblem(found)}.` });

function conditionOf(state: SecretState): SecretFound {
  switch (state.kind) {
    case 'notNeeded':
      return NOT_NEEDED;
    case 'found':
      return { status: 'True', reason: 'Found', message: '' };
    case 'notFound':
      return problem('False', 'NotFound', state);
    case 'keyNotFound':
      return problem('False', 'KeyNotFound', state);
    case 'forbidden':
      return problem('Unknown', 'Forbidden', state);
    default:
      return state satisfies never;
  }
}

/** What is said of a channel that names a Secret of another workspace; nobody looks whether there is one. */
export function foreignSecretOf({
  channel: { spec },
  references: { secretPrefixes },
}: Pick<ChannelInput, 'channel' | 'references'>): string | undefined {
  const named = {
    'email.secretRef': spec.email?.secretRef,
    'slack.secretRef': spec.slack?.secretRef,
    'teams.secretRef': spec.teams?.secretRef,
    'webhook.signing.secretRef': spec.webhook?.signing?.secretRef,
    'webhook.signing.previousSecretRef': spec.webhook?.signing?.previousSecretRef,
  };
  const isForeign = (name: string): boolean =>
    secretPrefixes.length > 0 && !secretPrefixes.some((prefix) => name.startsWith(prefix));
  const [foreign] = Object.entries(named).filter(([, ref]) => ref && isForeign(ref.name));
  return (
    foreign &&
    `spec.${foreign[0]}.name must begin with ${secretPrefixes.join(' or ')}, as the Secrets of your workspace do.`
  );
}

/** What was told earlier: as long as the scheduler has not been heard, that is as true as before. */
function toldBefore({ status }: NotificationChannel): SecretFound {
  const before = findCondition((status?.conditions ?? []) as Condition[], 'SecretFound');
  const reason = CONDITIONS.NotificationChannel.SecretFound.find((one) => one === before?.reason);
  return before && reason ? { status: before.status, reason, message: before.message } : PENDING;
}

/** As the scheduler knows of this very object. */
export function secretFound(
  input: Pick<ChannelInput, 'channel' | 'references'> & {
    readonly state: Pick<ChannelState, 'secret'> | undefined;
  },
): SecretFound {
  const { channel, state } = input;
  const foreign = foreignSecretOf(input);
  if (foreign !== undefined) return { status: 'Unknown', reason: 'Forbidden', message: foreign };
  const target = namedTargetOf(channel.spec);
  if (target && secretsOf(target).length === 0) return NOT_NEEDED;
  if (!state) return toldBefore(channel);
  return state.secret === null ? PENDING : conditionOf(state.secret);
}

/** Why no delivery of the channel could be sent; undefined when nothing is known against it. */
export function waitsForSecret({
  reason,
}: SecretFound): 'SecretNotFound' | 'SecretForbidden' | undefined {
  switch (reason) {
    case 'NotFound':
    case 'KeyNotFound':
      return 'SecretNotFound';
    case 'Forbidden':
      return 'SecretForbidden';
    case 'Found':
    case 'NotNeeded':
    case 'Pending':
      return undefined;
    default:
      return reason satisfies never;
  }
}
