/** Rows of the store as the objects that people apply: the same form in and out. */
import type {
  MonitorJob,
  MonitorJobStatus,
  ObjectMeta,
  StatusLastCheck,
} from '../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../crds/types/notificationchannel.ts';
import type { Channel } from '../store/channels.ts';
import type { Monitor } from '../store/monitors.ts';
import { KUBERNETES } from '../store/projection.ts';
import { channelStatus, type ChannelMail } from './channelStatus.ts';
import { conditionsOf, type References } from './conditions.ts';

/** Shown on objects that come from a manifest file. */
export const MANAGED_BY = 'mon.duckerhub.com/managed-by';

type Row = Pick<
  Monitor | Channel,
  | 'name'
  | 'uid'
  | 'generation'
  | 'resourceVersion'
  | 'createdAt'
  | 'labels'
  | 'annotations'
  | 'managedBy'
>;

function metadataOf(row: Row, workspace: string): ObjectMeta {
  const isFromCluster = row.managedBy === KUBERNETES;
  const annotations = {
    ...row.annotations,
    ...(row.managedBy === null || isFromCluster ? {} : { [MANAGED_BY]: row.managedBy }),
  };
  return {
    name: row.name,
    namespace: workspace,
    uid: row.uid,
    generation: row.generation,
    // The cluster counts the versions of its objects itself.
    ...(isFromCluster ? {} : { resourceVersion: String(row.resourceVersion) }),
    creationTimestamp: row.createdAt.toISOString(),
    ...(Object.keys(row.labels).length > 0 ? { labels: { ...row.labels } } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

function lastCheckOf(monitor: Monitor): StatusLastCheck | undefined {
  if (monitor.lastCheckAt === null || monitor.lastOutcome === null) return undefined;
  return {
    time: monitor.lastCheckAt.toISOString(),
    outcome: monitor.lastOutcome as StatusLastCheck['outcome'],
    ...(monitor.lastVerdict === null
      ? {}
      : { verdict: monitor.lastVerdict as NonNullable<StatusLastCheck['verdict']> }),
    ...(monitor.lastRelevance === null ? {} : { relevance: monitor.lastRelevance }),
    ...(monitor.lastMessage === null ? {} : { message: monitor.lastMessage.slice(0, 256) }),
  };
}

function statusOf(monitor: Monitor, references: References, now: Date): MonitorJobStatus {
  const lastCheck = lastCheckOf(monitor);
  // While a check is in flight the stored time is the end of its lease, not a check to come.
  const inFlight = monitor.leaseUntil !== null && monitor.leaseUntil > now;
  return {
    observedGeneration: monitor.generation,
    conditions: conditionsOf(monitor, references),
    ...(lastCheck ? { lastCheck } : {}),
    ...(monitor.lastChangeAt ? { lastChange: monitor.lastChangeAt.toISOString() } : {}),
    ...(monitor.nextDueAt && !inFlight ? { nextCheck: monitor.nextDueAt.toISOString() } : {}),
    consecutiveFailures: monitor.consecutiveFailures,
    openFindings: monitor.openFindings,
    goalVersion: monitor.goalVersion,
    ...(monitor.lastHandledRunRequest === null
      ? {}
      : { lastHandledRunRequest: monitor.lastHandledRunRequest }),
  };
}

/** A monitor as a MonitorJob with its status. */
export const monitorObject = (
  monitor: Monitor,
  workspace: string,
  references: References,
  now: Date,
): MonitorJob => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: metadataOf(monitor, workspace),
  spec: monitor.spec,
  status: statusOf(monitor, references, now),
});

/** A channel as a NotificationChannel with its status. */
export const channelObject = (
  channel: Channel,
  workspace: string,
  references: References,
  mail: ChannelMail,
): NotificationChannel => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: metadataOf(channel, workspace),
  spec: channel.spec,
  status: channelStatus(channel, references, mail),
});
