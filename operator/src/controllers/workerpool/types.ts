/** What the WorkerPool controller decides from, and what it decides. Plain data. */
import type { WorkerPool, WorkerPoolStatus } from '../../../../crds/types/workerpool.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { Desired } from '../../kube/apply.ts';
import type { ConditionClaim } from '../../kube/conditions.ts';
import type { EventText } from '../../kube/events.ts';
import type { ConditionType, Reason } from '../../names.ts';
import type { WorkloadIdentity } from '../../../../services/core/workloadIdentity/config.ts';
import type { Measured } from './capacity.ts';
import type { OnceJob } from './once.ts';
import type { Duty } from './sleep.ts';

/** Where a pool's pods run and what they reach. */
export interface PoolSetting {
  readonly pool: WorkerPool;
  /** Namespace of the platform: of the egress proxy, and of every LLM pool. */
  readonly platformNamespace: string;
  /** Image when the pool names none, by digest. */
  readonly image: string;
  /** PriorityClass when the pool names none; the cluster's default when absent. */
  readonly priorityClass?: string | undefined;
  /** ClusterIP of the egress proxy; browser pods have no DNS to look it up. */
  readonly egressAddress: string;
  /** Whether the pods ask their callers for tokens. */
  readonly workloadIdentity: WorkloadIdentity;
  /** Names of login Secrets that jobs of this pool may use, sorted. */
  readonly logins: readonly string[];
  readonly replicas: number;
}

/** What of a Deployment is looked at. */
export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** Who of a pool's pods has which keys, as the scheduler found. */
export interface PoolKeys {
  /** Names of pods that do not hold the current key, or do not answer. */
  readonly waitingFor: readonly string[];
  /** Names of pods that the scheduler has not asked. */
  readonly unasked: readonly string[];
}

/** Pods for one check each, which the pool has when jobs of the level Ephemeral are bound to it. */
export interface OnceDemand {
  /** Ids of their checks that wait; undefined when the scheduler does not say. */
  readonly waiting: readonly string[] | undefined;
  /** Ids that a scheduler named lately. */
  readonly named: readonly string[];
  readonly jobs: readonly OnceJob[];
}

export interface PoolInput {
  readonly pool: WorkerPool;
  readonly platformNamespace: string;
  /** When the pool names none: the platform's for this role, or that of the operator's release. */
  readonly image: string | undefined;
  /** PriorityClass when the pool names none. */
  readonly priorityClass?: string | undefined;
  /** Undefined while the Service is not there. */
  readonly egressAddress: string | undefined;
  /** Whether the pods ask their callers for tokens. */
  readonly workloadIdentity: WorkloadIdentity;
  readonly logins: readonly string[];
  /** Slots that the specs of the pool's jobs ask for, without checks that have pods of their own. */
  readonly slots: number;
  /** Whether a check waits for one of the pods that stay. */
  readonly isAskedFor: boolean;
  /** When its jobs need the pods that stay. */
  readonly duties: readonly Duty[];
  /** Absent when no check has a pod of its own. */
  readonly once: OnceDemand | undefined;
  /** Targets of `spec.egress.allow` that the platform does not grant, in words. */
  readonly ungranted: readonly string[];
  readonly measured: Measured;
  /** Since when fewer pods would have done. */
  readonly lowSince: Date | undefined;
  /** As it was before this pass. */
  readonly deployment: Deployment | undefined;
  /** Nodes on which a pod could not start for want of the seccomp profile. */
  readonly nodesWithoutProfile: readonly string[];
  /** Undefined while nobody knows. */
  readonly keys: PoolKeys | undefined;
  readonly now: Date;
}

/** Of these every pool has one. */
export const STANDING_KINDS = [
  'ServiceAccount',
  'Service',
  'PodDisruptionBudget',
  'Deployment',
] as const;
export type StandingKind = (typeof STANDING_KINDS)[number];
export const CHILD_KINDS = [...STANDING_KINDS, 'Job'] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];

export interface Child {
  readonly kind: ChildKind;
  readonly object: Desired;
}

export type Step =
  /** These are the pool's children, and no others but Jobs that began before. */
  | {
      readonly kind: 'build';
      readonly children: readonly Child[];
      /** Names of Jobs that stay; what made them may have changed, and they cannot. */
      readonly keepJobs: readonly string[];
    }
  /** Something of somebody else is missing; what is there stays as it is. */
  | { readonly kind: 'wait'; readonly message: string }
  /** Such a pool may not be here: it has no children. */
  | { readonly kind: 'refuse'; readonly message: string }
  /** The operator keeps its hands off. */
  | { readonly kind: 'leave' };

export interface PoolPlan {
  readonly step: Step;
  /** Only shown, not done. */
  readonly dryRun: boolean;
  /** What the pool's own `replicas` is to be; undefined leaves it to whoever scales. */
  readonly scaleTo: number | undefined;
  readonly slotsNeeded: number;
  /** To be remembered until the next pass. */
  readonly lowSince: Date | undefined;
  /** When time alone changes the number of pods. */
  readonly wakeAt: Date | undefined;
}

export type PoolConditionType = ConditionType<'WorkerPool'>;
export type PoolClaim = {
  [T in PoolConditionType]: ConditionClaim<T, Reason<'WorkerPool', T>>;
}[PoolConditionType];

export interface StatusPlan {
  readonly status: Omit<WorkerPoolStatus, 'conditions'>;
  readonly claims: readonly PoolClaim[];
  readonly events: readonly EventText[];
}
