/** What the operator says of the installation: its conditions, its pools, and what pages may reach inside. */
import { z } from 'zod';
import type { StatusCondition } from '../../../crds/types/monitorjob.ts';
import type { EgressAllow } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { HttpError } from '../../core/errors.ts';
import { MONITOR_PLATFORMS, PLATFORM_NAME, WORKER_POOLS } from '../../core/kube/kinds.ts';
import type { Transport } from '../../core/kube/transport.ts';
import type { Log } from '../../core/log.ts';

const conditions = z.array(
  z.strictObject({
    type: z.string(),
    status: z.string(),
    reason: z.string(),
    message: z.string(),
    since: z.string(),
  }),
);
const count = z.number().int();

export const platformLook = z.strictObject({
  conditions,
  /** Those of the platform's own namespace. */
  pools: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['Browser', 'LLM']),
      replicas: count,
      ready: count,
      slots: count,
      slotsNeeded: count,
      conditions,
    }),
  ),
  /** Private targets that are opened. */
  allow: z.array(
    z.strictObject({
      /** A block of addresses, or the labels of pods. */
      target: z.string(),
      ports: z.array(count),
      /** Null for all. */
      namespaces: z.array(z.string()).nullable(),
    }),
  ),
});
export type PlatformLook = z.infer<typeof platformLook>;

/** Undefined where there is no operator. @throws HttpError `unavailable` when the API server does not say */
export type ReadPlatform = () => Promise<PlatformLook | undefined>;

export interface PlatformReaderDeps {
  readonly kube: Pick<Transport, 'get' | 'list'> | undefined;
  /** Of the operator and its MonitorPlatform. */
  readonly namespace: string | undefined;
  readonly log: Pick<Log, 'error'>;
}

const TIMEOUT_MS = 5_000;
const MOST_POOLS = 100;
const RETRY_SECONDS = 5;

/** Reads anew each time: an administrator looks seldom, and wants what is now. */
export function createPlatformReader({ kube, namespace, log }: PlatformReaderDeps): ReadPlatform {
  if (!kube || namespace === undefined) return () => Promise.resolve(undefined);
  const options = { timeoutMs: TIMEOUT_MS };
  return async () => {
    try {
      const [{ spec, status }, pools] = await Promise.all([
        kube.get(MONITOR_PLATFORMS, { namespace, name: PLATFORM_NAME }, options),
        kube.list(WORKER_POOLS, { namespace, limit: MOST_POOLS, ...options }),
      ]);
      return {
        conditions: conditionsOf(status?.conditions),
        pools: pools.items.map(poolOf),
        allow: (spec.egress?.allow ?? []).map(allowOf),
      };
    } catch (error) {
      log.error({ err: error }, 'the cluster does not say how the platform is');
      throw new HttpError(
        'unavailable',
        'The Kubernetes API does not say how the platform is; try again in a moment',
        { retryAfterSeconds: RETRY_SECONDS, cause: error },
      );
    }
  };
}

const conditionsOf = (all: readonly StatusCondition[] = []): PlatformLook['conditions'] =>
  all.map(({ type, status, reason, message = '', lastTransitionTime }) => ({
    type,
    status,
    reason,
    message,
    since: lastTransitionTime,
  }));

const poolOf = ({ metadata, spec, status }: WorkerPool): PlatformLook['pools'][number] => ({
  name: metadata.name,
  role: spec.role,
  replicas: spec.replicas,
  ready: status?.readyReplicas ?? 0,
  slots: status?.slots ?? 0,
  slotsNeeded: status?.slotsNeeded ?? 0,
  conditions: conditionsOf(status?.conditions),
});

const allowOf = ({
  cidr,
  podSelector,
  namespaces,
  ports,
}: EgressAllow): PlatformLook['allow'][number] => ({
  target: cidr ?? labelsOf(podSelector?.matchLabels),
  ports,
  namespaces: namespaces ?? null,
});

const labelsOf = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
