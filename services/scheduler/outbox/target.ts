/** Says where a NotificationChannel leads: with the values of its secrets, or with where they lie. */
import type { SecretKeyRef } from '../../../crds/types/notificationchannel.ts';
import { namedTargetOf, secretsOf, withSecrets } from '../../core/channelTarget.ts';
import { describeSecretProblem } from '../../core/contracts/channelSecret.ts';
import type { DeliveryTarget } from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import type { Channel } from '../../store/channels.ts';
import { KUBERNETES } from '../../store/projection.ts';
import type { SecretReader } from '../secrets/reader.ts';

export type ResolvedTarget =
  | { readonly kind: 'target'; readonly target: DeliveryTarget }
  /** What is missing, for the channel's owner. */
  | { readonly kind: 'missing'; readonly message: string };

class MissingValue extends Error {}

/**
 * Reads each secret that a channel names; the first that is missing is said by its name. The Secrets of
 * a channel of the cluster lie in its namespace: notification reads them, here only their names are known.
 */
export async function resolveTarget(
  workspace: string,
  { spec, managedBy, namespace }: Pick<Channel, 'spec' | 'managedBy' | 'namespace'>,
  secrets: Pick<SecretReader, 'secret'>,
): Promise<ResolvedTarget> {
  const target = namedTargetOf(spec);
  if (!target)
    return {
      kind: 'missing',
      message: `The channel of type ${spec.type} has no settings for it`,
    };
  if (managedBy === KUBERNETES && secretsOf(target).length > 0)
    return {
      kind: 'target',
      target: { type: 'Unresolved', namespace: namespace ?? workspace, target },
    };
  try {
    const read = (ref: SecretKeyRef): Promise<string> => readValue(workspace, ref, secrets);
    return { kind: 'target', target: await withSecrets(target, read) };
  } catch (error) {
    if (error instanceof MissingValue) return { kind: 'missing', message: error.message };
    throw error;
  }
}

async function readValue(
  workspace: string,
  { name, key }: SecretKeyRef,
  secrets: Pick<SecretReader, 'secret'>,
): Promise<string> {
  try {
    const value = await secrets.secret(workspace, name, key);
    if (value !== undefined && value !== '') return value;
  } catch (error) {
    if (error instanceof Error && error.name === 'SealError')
      throw new MissingValue(
        `The Secret ${name} cannot be opened: ${messageOf(error)}; apply it again`,
      );
    throw error;
  }
  throw new MissingValue(describeSecretProblem({ kind: 'keyNotFound', secret: name, key }));
}
