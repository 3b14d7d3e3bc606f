/** What is remembered of the pods of pools: how far each is, and where one lacks its seccomp profile. */
import { defineResource, type KubeObject } from '../../../../services/core/kube/types.ts';
import { keyFor } from '../../kube/keys.ts';
import { LABELS } from '../../names.ts';

/** Without what nobody here reads, which is most of a pod. */
export interface Pod extends KubeObject {
  /** Node on which its profile is missing. */
  readonly lacksProfileOn?: string | undefined;
  /** Its address, as soon as it has one. */
  readonly ip?: string | undefined;
  /** Since when it takes work, RFC 3339; undefined while it does not. */
  readonly readySince?: string | undefined;
  /** No container of it has begun. */
  readonly isPending?: boolean;
}

interface WholePod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly message?: string } };
    }[];
  };
}

export const PODS = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
});

/** Container runtimes say it each in its own words; all name seccomp. */
const isAboutProfile = (message: string | undefined): boolean =>
  message !== undefined && /seccomp/i.test(message);

/** For the store. */
export function reducePod(pod: Pod): Pod {
  const { metadata, spec, status } = pod as WholePod;
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  const isStuck = status?.containerStatuses?.some(({ state }) =>
    isAboutProfile(state?.waiting?.message),
  );
  const lacksProfileOn = isStuck ? (spec?.nodeName ?? 'an unknown node') : undefined;
  const kept = { name, namespace, uid, resourceVersion, labels, deletionTimestamp };
  const ready = status?.conditions?.find(
    ({ type, status: is }) => type === 'Ready' && is === 'True',
  );
  return {
    metadata: kept as Pod['metadata'],
    lacksProfileOn,
    ip: status?.podIP,
    readySince: deletionTimestamp === undefined ? ready?.lastTransitionTime : undefined,
    isPending: (status?.phase ?? 'Pending') === 'Pending',
  };
}

/** Index of pods by the key of their pool. */
export const BY_POOL = 'pool';

/** The key of a pod's pool. */
export const poolKeysOf = ({ metadata }: KubeObject): string[] => {
  const name = metadata.labels?.[LABELS.pool];
  return name === undefined ? [] : [keyFor({ namespace: metadata.namespace, name })];
};

/** Kubernetes' own label on the pods of a Job: its name. */
const JOB_NAME = 'batch.kubernetes.io/job-name';

/** Names of the Jobs of which a pod has begun. */
export const startedJobs = (pods: readonly Pod[]): ReadonlySet<string> =>
  new Set(
    pods.flatMap(({ metadata, isPending }) =>
      isPending === true ? [] : (metadata.labels?.[JOB_NAME] ?? []),
    ),
  );

/** The nodes that lack the profile, each once. */
export const nodesWithoutProfile = (pods: readonly Pod[]): readonly string[] =>
  [...new Set(pods.flatMap(({ lacksProfileOn }) => lacksProfileOn ?? []))].toSorted();
