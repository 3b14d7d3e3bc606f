/** What every controller is set up from, and what it brings to the operator. */
import type { MonitorJob } from '../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { NotificationChannel } from '../../crds/types/notificationchannel.ts';
import type { WorkerPool } from '../../crds/types/workerpool.ts';
import type { Clock } from '../../services/core/clock.ts';
import type { Transport } from '../../services/core/kube/transport.ts';
import type { KubeObject } from '../../services/core/kube/types.ts';
import type { Log } from '../../services/core/log.ts';
import type { Metrics } from '../../services/core/metrics.ts';
import { tokensOf } from '../../services/core/workloadIdentity/tokens.ts';
import type { OperatorConfig } from './config.ts';
import { createCache, type Cache } from './kube/caches.ts';
import type { Controller, ControllerOptions } from './kube/controller.ts';
import { createEventRecorder, type EventRecorder } from './kube/events.ts';
import { keyFor } from './kube/keys.ts';
import type { Term } from './kube/leader.ts';
import type { AnyReflector } from './kube/manager.ts';
import type { KubeMetrics } from './kube/metrics.ts';
import { createStatusWriter, type StatusWriter } from './kube/status.ts';
import { createOwnKeys, type OwnKeys } from './keys/own.ts';
import { watchReaders, type ReaderTable } from './keys/table.ts';
import { GROUP, OPERATOR, PLATFORM_NAME } from './names.ts';
import {
  BY_NAMESPACE,
  MONITOR_JOBS,
  MONITOR_PLATFORMS,
  NOTIFICATION_CHANNELS,
  WORKER_POOLS,
} from './resources.ts';
import { createSchedulerClient, type SchedulerClient } from './scheduler/client.ts';
import { createLink, type Link } from './scheduler/link.ts';
import type { StartDeps } from './start.ts';
import { workspacesIn, type Workspaces } from './workspaces.ts';

/** What the parts of the runtime are given. */
export interface Common {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly newId: () => string;
  readonly metrics: KubeMetrics;
}

/** The kinds that more than one controller reads. */
export interface Caches {
  readonly jobs: Cache<MonitorJob>;
  readonly channels: Cache<NotificationChannel>;
  readonly platforms: Cache<MonitorPlatform>;
  /** Where jobs are, and in the namespace of the platform. */
  readonly pools: Cache<WorkerPool>;
}

export interface Base {
  readonly config: OperatorConfig;
  readonly common: Common;
  readonly caches: Caches;
  readonly workspaces: Workspaces;
  readonly client: SchedulerClient;
  readonly link: Link;
  /** What calls to the scheduler are signed with, when the root keys lie in the cluster. */
  readonly ownKeys: OwnKeys;
  /** Who has loaded which keys; the controller of the platform keeps it current in a cluster. */
  readonly readers: ReaderTable;
  /** Numbers that are not the runtime's. */
  readonly metrics: Metrics;
  readonly events: EventRecorder;
  /** The platform that counts, when it is there. */
  readonly platform: () => MonitorPlatform | undefined;
  /** Writes status under the field manager of one controller. */
  readonly statusOf: (controller: string) => StatusWriter;
  /** What holds for every controller. */
  readonly pace: Pick<ControllerOptions, 'resyncMs'>;
}

/** What one kind brings. */
export interface Part {
  readonly controller: Controller;
  /** Of kinds that only this controller reads. */
  readonly reflectors?: readonly AnyReflector[];
  /** What a leader does beside reconciling; begins when the caches are synced. */
  readonly lead?: (term: Term) => Promise<void>;
}

const namespaceOf = ({ metadata }: KubeObject): string[] => [metadata.namespace ?? ''];

/** Where pools may be. All when empty. */
export const poolNamespaces = ({ watchNamespaces, namespace }: OperatorConfig): readonly string[] =>
  watchNamespaces.length === 0 ? [] : [...new Set([...watchNamespaces, namespace])];

function openCaches(config: OperatorConfig, common: Common): Caches {
  const { namespace, watchNamespaces } = config;
  const indexes = { [BY_NAMESPACE]: namespaceOf };
  return {
    jobs: createCache({ resource: MONITOR_JOBS, indexes }, watchNamespaces, common),
    channels: createCache({ resource: NOTIFICATION_CHANNELS, indexes }, watchNamespaces, common),
    platforms: createCache({ resource: MONITOR_PLATFORMS }, [namespace], common),
    pools: createCache({ resource: WORKER_POOLS, indexes }, poolNamespaces(config), common),
  };
}

export interface BaseDeps extends Pick<StartDeps, 'keys' | 'resyncMs'> {
  readonly metrics: Metrics;
}

/** @param term number of the term in which this process leads, 0 without one */
export function createBase(
  config: OperatorConfig,
  common: Common,
  { keys, resyncMs, metrics }: BaseDeps,
  term: () => number,
): Base {
  const { clock, log } = common;
  const caches = openCaches(config, common);
  const workspaces = workspacesIn(config.usersNamespace);
  const ownKeys = createOwnKeys();
  const client = createSchedulerClient({
    baseUrl: config.schedulerUrl,
    keys: keys ?? ownKeys.source,
    tokens: tokensOf(config, log),
    clock,
    term,
  });
  const projected = { monitors: caches.jobs, channels: caches.channels };
  const reporter = { controller: `${GROUP}/operator`, instance: config.identity };
  const here = keyFor({ namespace: config.namespace, name: PLATFORM_NAME });
  return {
    config,
    common,
    caches,
    workspaces,
    client,
    ownKeys,
    readers: watchReaders({ client, clock, log }),
    metrics,
    link: createLink({ client, caches: projected, workspaces, clock, log }),
    events: createEventRecorder(reporter, common),
    platform: () => caches.platforms.store.get(here),
    statusOf: (controller) =>
      createStatusWriter({ controller, fieldManager: `${OPERATOR}-${controller}` }, common),
    pace: resyncMs === undefined ? {} : { resyncMs },
  };
}
