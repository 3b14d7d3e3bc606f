/** As much of the objects of a cluster as the words of production look at. */
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../crds/types/workerpool.ts';

interface Metadata {
  readonly name: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly creationTimestamp?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

export interface Workload {
  readonly kind: WorkloadKind;
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: Ended;
  };
  readonly lastState?: { readonly terminated?: Ended };
}

export interface Ended {
  readonly exitCode?: number;
  readonly reason?: string;
}

export interface Pod {
  readonly kind: 'Pod';
  readonly metadata: Metadata;
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** A warning of the cluster about an object. */
export interface Warning {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
  readonly message?: string;
}

export interface ListOf<T> {
  readonly items: readonly T[];
}

/** What runs in the namespace of a release. */
export interface Found {
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  /** The newest last. */
  readonly warnings: readonly Warning[];
  readonly pools: readonly WorkerPool[];
  /** Undefined until the operator has made it. */
  readonly platform: MonitorPlatform | undefined;
}
