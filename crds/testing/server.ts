/** Asks a real API server what it thinks of an object, without keeping it. */
import { KubeConfig } from '@kubernetes/client-node';
import { systemClock } from '../../services/core/clock.ts';
import { connectionOf } from '../../services/core/kube/connection.ts';
import { ApiError, type ErrorCause } from '../../services/core/kube/errors.ts';
import { createTransport, type Transport } from '../../services/core/kube/transport.ts';
import { defineResource, type KubeObject, type Resource } from '../../services/core/kube/types.ts';
import type { ManifestValue } from '../../services/core/manifest/documents.ts';
import type { TestCluster } from '../../scripts/testing/cluster/cluster.ts';

const kind = (name: string, plural: string): Resource =>
  defineResource({ group: 'mon.duckerhub.com', version: 'v1alpha1', kind: name, plural });

const KINDS: Readonly<Record<string, Resource>> = {
  MonitorJob: kind('MonitorJob', 'monitorjobs'),
  NotificationChannel: kind('NotificationChannel', 'notificationchannels'),
  WorkerPool: kind('WorkerPool', 'workerpools'),
  MonitorPlatform: kind('MonitorPlatform', 'monitorplatforms'),
};

/**
 * Speaks to the server of a cluster.
 * @param user whom to impersonate; the administrator of the cluster when absent.
 */
export function transportOf({ kubeconfig }: TestCluster, user?: string): Transport {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (user !== undefined)
    config.users = config.users.map((one) => ({ ...one, impersonateUser: user }));
  const connection = connectionOf(config, systemClock);
  return createTransport({ connection, clock: systemClock, userAgent: 'duckmon-test' });
}

export interface Server {
  /** What the server says against the creation of an object; undefined when it takes it. */
  refusal(manifest: ManifestValue): Promise<readonly ErrorCause[] | undefined>;
  /** The same for the edit of an object that it has. */
  refusalOfEdit(manifest: ManifestValue): Promise<readonly ErrorCause[] | undefined>;
  /** Creates an object and keeps it. */
  keep(manifest: ManifestValue): Promise<void>;
  /** The object as the server would store it, with its defaults. */
  stored(manifest: ManifestValue): Promise<ManifestValue>;
}

/** A server that is asked about objects of one namespace. */
export function serverOf(transport: Transport, namespace: string): Server {
  const placed = (manifest: ManifestValue): [Resource, KubeObject] => {
    const resource = KINDS[String(manifest['kind'])];
    if (!resource) throw new Error(`${String(manifest['kind'])} has no CRD`);
    return [
      resource,
      { ...manifest, metadata: { ...(manifest['metadata'] as object), namespace } },
    ];
  };
  const create = (manifest: ManifestValue): Promise<KubeObject> =>
    transport.create(...placed(manifest), { dryRun: true });
  return {
    refusal: (manifest) => causesOf(create(manifest)),
    refusalOfEdit: async (manifest) => {
      const [resource, object] = placed(manifest);
      const { metadata } = await transport.get(resource, {
        namespace,
        name: object.metadata.name ?? '',
      });
      const edited = {
        ...object,
        metadata: { ...object.metadata, resourceVersion: metadata.resourceVersion },
      };
      return causesOf(transport.replace(resource, edited as KubeObject, { dryRun: true }));
    },
    keep: async (manifest) => {
      await transport.create(...placed(manifest));
    },
    stored: async (manifest) => ({ ...(await create(manifest)) }),
  };
}

async function causesOf(answer: Promise<unknown>): Promise<readonly ErrorCause[] | undefined> {
  try {
    await answer;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'Invalid') return error.details.causes;
    throw error;
  }
}
