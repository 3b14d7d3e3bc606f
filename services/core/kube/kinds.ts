/** Our own kinds, as the API server addresses them. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { NotificationChannel } from '../../../crds/types/notificationchannel.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { defineResource } from './types.ts';

const ours = { group: 'mon.duckerhub.com', version: 'v1alpha1' } as const;

export const MONITOR_JOBS = defineResource<MonitorJob>({
  ...ours,
  kind: 'MonitorJob',
  plural: 'monitorjobs',
});

export const NOTIFICATION_CHANNELS = defineResource<NotificationChannel>({
  ...ours,
  kind: 'NotificationChannel',
  plural: 'notificationchannels',
});

export const WORKER_POOLS = defineResource<WorkerPool>({
  ...ours,
  kind: 'WorkerPool',
  plural: 'workerpools',
});

/** The one MonitorPlatform that counts, in the operator's own namespace. */
export const PLATFORM_NAME = 'default';

export const MONITOR_PLATFORMS = defineResource<MonitorPlatform>({
  ...ours,
  kind: 'MonitorPlatform',
  plural: 'monitorplatforms',
});
