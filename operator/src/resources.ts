/** The kinds that the operator reads and writes, as the API server addresses them. */
import type { MonitorJob } from '../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { NotificationChannel } from '../../crds/types/notificationchannel.ts';
import type { WorkerPool } from '../../crds/types/workerpool.ts';
import { defineResource, type KubeObject } from '../../services/core/kube/types.ts';
import { GROUP, VERSION } from './names.ts';

/** Name of the index of a cache by namespace. */
export const BY_NAMESPACE = 'namespace';

const ours = { group: GROUP, version: VERSION };

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

export const MONITOR_PLATFORMS = defineResource<MonitorPlatform>({
  ...ours,
  kind: 'MonitorPlatform',
  plural: 'monitorplatforms',
});

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const CONFIG_MAPS = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
});
