/** What a pass over the MonitorPlatform found and did, for its status. Plain data. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { ConditionClaim } from '../../kube/conditions.ts';
import type { ConditionType, Reason } from '../../names.ts';
import type { EnforcedClaim } from '../../policies/canary.ts';
import type { Reachability } from '../../scheduler/feed.ts';
import type { KeysPlan } from './planKeys.ts';

export type PlatformConditionType = ConditionType<'MonitorPlatform'>;
export type PlatformClaim = {
  [T in PlatformConditionType]: ConditionClaim<T, Reason<'MonitorPlatform', T>>;
}[PlatformConditionType];

/** What became of the freeze. */
export type FreezeAnswer =
  | { readonly kind: 'answered'; readonly frozen: boolean }
  | { readonly kind: 'failed'; readonly message: string }
  /** Under the dry-run annotation the scheduler is told nothing. */
  | { readonly kind: 'notTold' };

/** What only a cluster has; on a laptop keys are files and workers are processes. */
export interface ClusterFindings {
  /** Undefined when the pass did not come so far. */
  readonly keys: Pick<KeysPlan, 'conditions' | 'keys'> | undefined;
  /** What is wrong with an annotation that asks for a rotation. */
  readonly keyProblems: readonly string[];
  readonly nextRotation: Date | undefined;
  readonly enforced: EnforcedClaim | undefined;
  readonly pools: readonly WorkerPool[];
}

export interface Findings {
  readonly platform: MonitorPlatform;
  /** Undefined in local mode. */
  readonly cluster: ClusterFindings | undefined;
  readonly freeze: FreezeAnswer;
  readonly reachability: Reachability;
  readonly namespaces: number;
  readonly monitors: number;
  readonly version: string;
  /** Why the chart's values are not in force. */
  readonly refused?: string | undefined;
}
