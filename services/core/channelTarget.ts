/** Makes a delivery's target of a NotificationChannel, in two steps: which secrets, then their values. */
import type {
  NotificationChannelSpec,
  SecretKeyRef,
} from '../../crds/types/notificationchannel.ts';
import type { ChannelTarget, DeliveryTarget, NamedTarget } from './contracts/notification.ts';

/** The target with the names of its secrets; undefined when the spec has no settings for its type. */
export function namedTargetOf(spec: NotificationChannelSpec): NamedTarget | undefined {
  switch (spec.type) {
    case 'Email': {
      if (!spec.email) return undefined;
      const { secretRef, ...email } = spec.email;
      return { type: 'Email', ...email, ...(secretRef ? { secret: secretRef } : {}) };
    }
    case 'Slack':
      return spec.slack && { type: 'Slack', secret: spec.slack.secretRef };
    case 'Teams':
      return spec.teams && { type: 'Teams', secret: spec.teams.secretRef };
    case 'Webhook': {
      if (!spec.webhook) return undefined;
      const { url, headers, signing } = spec.webhook;
      const signingSecrets = [signing?.secretRef, signing?.previousSecretRef].filter(
        (ref) => ref !== undefined,
      );
      return { type: 'Webhook', url, ...(headers ? { headers } : {}), signingSecrets };
    }
    default:
      return spec.type satisfies never;
  }
}

/** The secrets that a target names, in their order. */
export function secretsOf(target: NamedTarget): readonly SecretKeyRef[] {
  switch (target.type) {
    case 'Email':
      return target.secret ? [target.secret] : [];
    case 'Slack':
    case 'Teams':
      return [target.secret];
    case 'Webhook':
      return target.signingSecrets;
    default:
      return target satisfies never;
  }
}

/**
 * The target with values in place of names.
 * @param read the value of one secret; what it throws is passed on
 */
export async function withSecrets(
  target: NamedTarget,
  read: (ref: SecretKeyRef) => Promise<string>,
): Promise<ChannelTarget> {
  switch (target.type) {
    case 'Email': {
      const { secret, ...email } = target;
      return { ...email, ...(secret ? { secret: await read(secret) } : {}) };
    }
    case 'Slack':
    case 'Teams':
      return { type: target.type, secret: await read(target.secret) };
    case 'Webhook':
      return { ...target, signingSecrets: await Promise.all(target.signingSecrets.map(read)) };
    default:
      return target satisfies never;
  }
}

/** The type of the channel that a delivery goes to. */
export const channelTypeOf = (target: DeliveryTarget): ChannelTarget['type'] =>
  target.type === 'Unresolved' ? target.target.type : target.type;
