/** Resolves a NotificationChannel to a target with the values of its secrets. */
import type {
  NotificationChannelSpec,
  SecretKeyRef,
} from '../../../crds/types/notificationchannel.ts';
import type { ChannelTarget } from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import type { SecretReader } from '../secrets/reader.ts';

export type ResolvedTarget =
  | { readonly kind: 'target'; readonly target: ChannelTarget }
  /** What is missing, for the channel's owner. */
  | { readonly kind: 'missing'; readonly message: string };

class MissingValue extends Error {}

/** Reads each secret that a channel names; the first that is missing is said by its name. */
export async function resolveTarget(
  workspace: string,
  spec: NotificationChannelSpec,
  secrets: Pick<SecretReader, 'secret'>,
): Promise<ResolvedTarget> {
  const read = async (ref: SecretKeyRef): Promise<string> => {
    const value = await readValue(workspace, ref, secrets);
    if (value === undefined || value === '')
      throw new MissingValue(
        `The Secret ${ref.name} has no key ${ref.key}; apply it to send through this channel`,
      );
    return value;
  };
  try {
    return { kind: 'target', target: await targetOf(spec, read) };
  } catch (error) {
    if (error instanceof MissingValue) return { kind: 'missing', message: error.message };
    throw error;
  }
}

async function readValue(
  workspace: string,
  ref: SecretKeyRef,
  secrets: Pick<SecretReader, 'secret'>,
): Promise<string | undefined> {
  try {
    return await secrets.secret(workspace, ref.name, ref.key);
  } catch (error) {
    if (error instanceof Error && error.name === 'SealError')
      throw new MissingValue(
        `The Secret ${ref.name} cannot be opened: ${messageOf(error)}; apply it again`,
      );
    throw error;
  }
}

async function targetOf(
  spec: NotificationChannelSpec,
  read: (ref: SecretKeyRef) => Promise<string>,
): Promise<ChannelTarget> {
  const part = <T>(value: T | undefined): T => {
    if (value === undefined)
      throw new MissingValue(`The channel of type ${spec.type} has no settings for it`);
    return value;
  };
  switch (spec.type) {
    case 'Email': {
      const { secretRef, ...email } = part(spec.email);
      return { type: 'Email', ...email, ...(secretRef ? { secret: await read(secretRef) } : {}) };
    }
    case 'Slack':
      return { type: 'Slack', secret: await read(part(spec.slack).secretRef) };
    case 'Teams':
      return { type: 'Teams', secret: await read(part(spec.teams).secretRef) };
    case 'Webhook': {
      const { url, headers, signing } = part(spec.webhook);
      const refs = signing
        ? [signing.secretRef, ...(signing.previousSecretRef ? [signing.previousSecretRef] : [])]
        : [];
      const signingSecrets = await Promise.all(refs.map(read));
      return { type: 'Webhook', url, ...(headers ? { headers } : {}), signingSecrets };
    }
    default:
      return spec.type satisfies never;
  }
}
