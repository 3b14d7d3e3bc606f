/** How many MonitorJobs a namespace may have: CEL cannot count, a ResourceQuota can. */
import type { Limits } from '../../../../crds/types/monitorplatform.ts';
import type { ObjectMeta } from '../../../../services/core/kube/types.ts';
import { GROUP, LABELS, PART_OF } from '../../names.ts';

export interface ResourceQuota {
  readonly apiVersion: 'v1';
  readonly kind: 'ResourceQuota';
  readonly metadata: ObjectMeta & { readonly name: string; readonly namespace: string };
  readonly spec: { readonly hard: Readonly<Record<string, string>> };
}

const COUNTED = `count/monitorjobs.${GROUP}`;

export const QUOTA_NAME = 'duckmon-monitors';

/**
 * The quota of each namespace that has a limit; that of its override wins.
 * @param namespaces those with monitors; one that a limit names gets its quota before its first monitor.
 */
export function monitorQuotas(
  limits: Limits | undefined,
  namespaces: readonly string[],
): readonly ResourceQuota[] {
  const overrides = limits?.overrides ?? [];
  const named = overrides.map(({ namespace }) => namespace);
  return [...new Set([...namespaces, ...named])].toSorted().flatMap((namespace) => {
    const own = overrides.find((one) => one.namespace === namespace)?.monitorsPerNamespace;
    const most = own ?? limits?.monitorsPerNamespace;
    return most === undefined ? [] : [quotaOf(namespace, most)];
  });
}

/** How long the server's controller may take to count in a new quota; it takes under a second. */
export const COUNTING_MS = 10_000;

/** The part of a stored quota that tells whether it works. */
export type StoredQuota = Pick<ResourceQuota, 'metadata'> & {
  readonly status?: { readonly used?: Readonly<Record<string, string>> } | undefined;
};

/**
 * Whether a quota must be deleted and made again. One that is made in the first 30 s of a new kind is
 * not counted before the next full pass, 5 min later, and refuses every monitor until then; an edit
 * that leaves the limit as it is does not help.
 */
export function isStuck({ metadata, status }: StoredQuota, now: Date): boolean {
  const age = now.getTime() - Date.parse(metadata.creationTimestamp ?? now.toISOString());
  return !isCounted({ status }) && age >= COUNTING_MS;
}

/** Whether the server has begun to count. */
export const isCounted = ({ status }: Pick<StoredQuota, 'status'>): boolean =>
  status?.used?.[COUNTED] !== undefined;

const quotaOf = (namespace: string, most: number): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: QUOTA_NAME, namespace, labels: { [LABELS.partOf]: PART_OF } },
  spec: { hard: { [COUNTED]: String(most) } },
});
