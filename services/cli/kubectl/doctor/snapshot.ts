/** Reads all of an installation that is examined, once; what may not be read is left out and said so. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { isNotFound } from '../../../core/kube/errors.ts';
import {
  MONITOR_JOBS,
  MONITOR_PLATFORMS,
  WORKER_POOLS,
  PLATFORM_NAME,
} from '../../../core/kube/kinds.ts';
import type { ListOptions } from '../../../core/kube/transport.ts';
import type { KubeObject, Resource } from '../../../core/kube/types.ts';
import { messageOf } from '../../../core/errors.ts';
import { type Cluster } from '../cluster.ts';
import type { Seen } from './finding.ts';
import * as kinds from './kinds.ts';
import { type Right, RIGHTS } from './rights.ts';

export interface Snapshot {
  readonly now: Date;
  /** Of the platform. */
  readonly namespace: string;
  /** Such as `v1.34.1`. */
  readonly version: string;
  readonly crds: Seen<readonly kinds.Crd[]>;
  readonly platform: Seen<MonitorPlatform>;
  readonly lease: Seen<kinds.Lease>;
  readonly deployments: Seen<readonly kinds.Deployment[]>;
  readonly pools: Seen<readonly WorkerPool[]>;
  /** Names alone. */
  readonly secrets: Seen<readonly string[]>;
  /** Namespaces that have MonitorJobs. */
  readonly monitored: Seen<readonly string[]>;
  readonly ownNamespace: Seen<KubeObject>;
  readonly policies: Seen<readonly string[]>;
  readonly bindings: Seen<readonly kinds.PolicyBinding[]>;
  readonly backup: Seen<kinds.CronJob>;
  readonly ingress: Seen<kinds.Ingress>;
  /** What the caller may not do. */
  readonly lacking: Seen<readonly Right[]>;
}

const OPERATOR_LEASE = 'duckmon-operator';
const BACKUP = 'duckmon-backup';
const INGRESS = 'duckmon';
const PAGE = 500;

/** @throws NoAnswerError when the API server is not there at all. */
export async function readSnapshot(cluster: Cluster, now: Date): Promise<Snapshot> {
  const { transport, platform: namespace } = cluster;
  const version = (await transport.getPath('/version')) as { gitVersion?: string };
  const one = <T extends KubeObject>(resource: Resource<T>, name: string) =>
    seen(() => transport.get(resource, { namespace, name }));
  const all = <T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}) =>
    listAll(cluster, resource, options);
  const here = { namespace };
  return {
    now,
    namespace,
    version: version.gitVersion ?? 'unknown',
    crds: await seen(() => all(kinds.CRDS)),
    platform: await one(MONITOR_PLATFORMS, PLATFORM_NAME),
    lease: await one(kinds.LEASES, OPERATOR_LEASE),
    deployments: await seen(() => all(kinds.DEPLOYMENTS, here)),
    pools: await seen(() => all(WORKER_POOLS)),
    secrets: await seen(async () => namesOf(await all(kinds.SECRETS, here))),
    monitored: await seen(async () => namespacesOf(await all(MONITOR_JOBS))),
    ownNamespace: await seen(() => transport.get(kinds.NAMESPACES, { name: namespace })),
    policies: await seen(async () => namesOf(await all(kinds.POLICIES))),
    bindings: await seen(() => all(kinds.POLICY_BINDINGS)),
    backup: await one(kinds.CRON_JOBS, BACKUP),
    ingress: await one(kinds.INGRESSES, INGRESS),
    lacking: await seen(() => lackingRights(cluster)),
  };
}

async function seen<T>(read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { kind: 'seen', value: await read() };
  } catch (error) {
    return isNotFound(error) ? { kind: 'absent' } : { kind: 'unseen', why: messageOf(error) };
  }
}

async function listAll<T extends KubeObject>(
  { transport }: Cluster,
  resource: Resource<T>,
  options: ListOptions,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await transport.list(resource, { ...options, limit: PAGE, continue: next });
    items.push(...page.items);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return items;
}

const namesOf = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name ?? '');

const namespacesOf = (objects: readonly { metadata: { namespace?: string } }[]): string[] =>
  [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))].toSorted();

async function lackingRights(cluster: Cluster): Promise<Right[]> {
  const { transport, platform, namespace } = cluster;
  const lacking: Right[] = [];
  for (const right of RIGHTS) {
    const resourceAttributes = {
      namespace: right.of === 'platform' ? platform : namespace,
      verb: right.verb,
      group: right.group,
      resource: right.resource,
      ...(right.subresource === undefined ? {} : { subresource: right.subresource }),
    };
    const review = { metadata: {}, spec: { resourceAttributes } };
    const { status } = await transport.create(kinds.ACCESS_REVIEWS, review);
    if (status?.allowed !== true) lacking.push(right);
  }
  return lacking;
}
