/** The status of the MonitorPlatform. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type {
  MonitorPlatform,
  MonitorPlatformStatus,
} from '../../../../crds/types/monitorplatform.ts';
import { secondsTime } from '../../kube/times.ts';
import { capacityOf } from './pools.ts';
import type { Findings } from './types.ts';

export type WithoutConditions = Omit<MonitorPlatformStatus, 'conditions'>;

/** What is not known in this pass stays as it was. */
export function planStatus(findings: Findings): WithoutConditions {
  const { platform, cluster, namespaces, monitors, version } = findings;
  const { keys, nextRotation } = platform.status ?? {};
  const known = cluster?.keys
    ? {
        keys: [...cluster.keys.keys],
        ...(cluster.nextRotation ? { nextRotation: secondsTime(cluster.nextRotation) } : {}),
      }
    : { ...(keys ? { keys } : {}), ...(nextRotation === undefined ? {} : { nextRotation }) };
  return {
    observedGeneration: platform.metadata.generation ?? 1,
    version,
    ...known,
    ...(cluster ? { capacity: capacityOf(cluster.pools) } : {}),
    namespaces,
    monitors,
  };
}

/** Whether the status tells of keys that it did not know: what it records decides what counts as lost. */
export const isUrgent = ({ status }: MonitorPlatform, after: WithoutConditions): boolean =>
  !isDeepStrictEqual(status?.keys ?? [], after.keys ?? []);

/** The last status that was written, until the cache has it: what was lost is known from nothing else. */
export interface StatusMemory {
  wrote(platform: MonitorPlatform, status: MonitorPlatformStatus): void;
  newest(cached: MonitorPlatform): MonitorPlatform;
}

const versionOf = ({ metadata: { uid, resourceVersion } }: MonitorPlatform): string =>
  `${uid}@${resourceVersion}`;

export function createStatusMemory(): StatusMemory {
  let last: { readonly over: string; readonly status: MonitorPlatformStatus } | undefined;
  return {
    wrote: (platform, status) => void (last = { over: versionOf(platform), status }),
    newest: (cached) =>
      last?.over === versionOf(cached) ? { ...cached, status: last.status } : cached,
  };
}
