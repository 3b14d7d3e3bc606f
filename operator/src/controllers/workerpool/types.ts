/** What the WorkerPool controller decides from, and what it decides. Plain data. */
import type { WorkerPool, WorkerPoolStatus } from '../../../../crds/types/workerpool.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { Desired } from '../../kube/apply.ts';
import type { ConditionClaim } from '../../kube/conditions.ts';
import type { EventText } from '../../kube/events.ts';
import type { ConditionType, Reason } from '../../names.ts';
import type { Measured } from './capacity.ts';

/** Where a pool's pods run and what they reach. */
export interface PoolSetting {
  readonly pool: WorkerPool;
  /** Namespace of the platform: of the egress proxy, and of every LLM pool. */
  readonly platformNamespace: string;
  /** Image when the pool names none, by digest. */
  readonly image: string;
  /** ClusterIP of the egress proxy; browser pods have no DNS to look it up. */
  readonly egressAddress: string;
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
    }[];
  };
}

/** Who of a pool's pods has which keys, as the scheduler found. */
export interface PoolKeys {
  /** Names of pods that do not hold the current key. */
  readonly waitingFor: readonly string[];
}

export interface PoolInput {
  readonly pool: WorkerPool;
  readonly platformNamespace: string;
  /** Of the platform, when it names one for this role. */
  readonly image: string | undefined;
  /** Undefined while the Service is not there. */
  readonly egressAddress: string | undefined;
  readonly logins: readonly string[];
  /** Slots that the specs of the pool's jobs ask for. */
  readonly slots: number;
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

export const CHILD_KINDS = [
  'ServiceAccount',
  'Service',
  'PodDisruptionBudget',
  'Deployment',
] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];

export interface Child {
  readonly kind: ChildKind;
  readonly object: Desired;
}

export type Step =
  /** These are the pool's children, and no others. */
  | { readonly kind: 'build'; readonly children: readonly Child[] }
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
