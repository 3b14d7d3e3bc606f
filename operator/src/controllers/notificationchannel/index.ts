/** Reconciles NotificationChannels: tells the scheduler of them, and the user how they are doing. */
import type {
  NotificationChannel,
  NotificationChannelStatus,
} from '../../../../crds/types/notificationchannel.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { mergeConditions, type Condition } from '../../kube/conditions.ts';
import type { Reconcile } from '../../kube/controller.ts';
import { keyOf } from '../../kube/keys.ts';
import type { StatusWriter } from '../../kube/status.ts';
import type { Store } from '../../kube/store.ts';
import { NOTIFICATION_CHANNELS } from '../../resources.ts';
import type { ChannelReports } from '../../scheduler/channels.ts';
import type { Projector } from '../../scheduler/projector.ts';
import { referencesOf, type Workspaces } from '../../workspaces.ts';
import { hasNewReason } from '../reasons.ts';
import { planStatus, projectionOf } from './plan.ts';
import { isGoing } from '../../marks.ts';

export interface ChannelDeps {
  readonly channels: Pick<Store<NotificationChannel>, 'get'>;
  readonly projector: Projector<'channels'>;
  readonly reports: Pick<ChannelReports, 'state'>;
  readonly status: StatusWriter;
  readonly workspaces: Workspaces;
  readonly clock: Pick<Clock, 'now'>;
}

/** A scheduler that can be reached is tried again after so long. */
const RETRY_MS = 5_000;

/** One pass over one NotificationChannel. */
export function reconcileChannel(deps: ChannelDeps): Reconcile {
  return async ({ key, signal }) => {
    const channel = deps.channels.get(key);
    if (!channel || isGoing(channel)) {
      await deps.projector.retire(key, signal);
      return {};
    }
    const at = deps.workspaces(channel);
    const references = referencesOf(channel, deps.workspaces);
    const body = projectionOf({ channel, references });
    const answer = body && (await deps.projector.project(keyOf(channel), at, body, signal));
    const state = deps.reports.state(at.workspace, at.name, channel.metadata.uid ?? '');
    const { status, claims } = planStatus({ channel, references, state }, answer);
    const conditions = mergeConditions((channel.status?.conditions ?? []) as Condition[], claims, {
      generation: channel.metadata.generation ?? 1,
      now: deps.clock.now(),
    });
    const whole: NotificationChannelStatus & { conditions: Condition[] } = {
      ...status,
      conditions: [...conditions],
    };
    const written = await deps.status.write(NOTIFICATION_CHANNELS, channel, whole, {
      signal,
      urgent: hasNewReason(channel.status?.conditions, claims),
    });
    const waits = [
      ...(written.kind === 'deferred' ? [written.afterMs] : []),
      ...(answer?.kind === 'failed' && !answer.waits ? [RETRY_MS] : []),
    ];
    return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
  };
}
