/** What the NotificationChannel controller decides from. Plain data. */
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import type { ChannelState } from '../../../../services/core/contracts/projection.ts';
import type { ConditionClaim } from '../../kube/conditions.ts';
import type { ConditionType, Reason } from '../../names.ts';
import type { References } from '../../workspaces.ts';
import type { ProjectionAnswer } from '../../scheduler/projector.ts';

export type ChannelClaim = {
  [T in ConditionType<'NotificationChannel'>]: ConditionClaim<T, Reason<'NotificationChannel', T>>;
}[ConditionType<'NotificationChannel'>];

export interface ChannelInput {
  readonly channel: NotificationChannel;
  readonly references: Pick<References, 'isPersonal' | 'secretPrefixes'>;
  /** What the scheduler knows, when it is about this very object. */
  readonly state: ChannelState | undefined;
}

export type { ProjectionAnswer };
