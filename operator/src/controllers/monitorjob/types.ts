/** What the MonitorJob controller decides from, and what it decides. Plain data. */
import type { MonitorJob, MonitorJobStatus } from '../../../../crds/types/monitorjob.ts';
import type { Limits } from '../../../../crds/types/monitorplatform.ts';
import type {
  MonitorState,
  MonitorWorkers,
} from '../../../../services/core/contracts/projection.ts';
import type { ConditionClaim } from '../../kube/conditions.ts';
import type { ConditionType, Reason } from '../../names.ts';
import type { ProjectionAnswer } from '../../scheduler/projector.ts';
import type { EventText } from '../../kube/events.ts';

export type AcceptedReason = Reason<'MonitorJob', 'Accepted'>;
export type JobConditionType = ConditionType<'MonitorJob'>;
type OwnType = Exclude<JobConditionType, 'Healthy' | 'BudgetOK'>;

/** The operator's own with a reason of the closed list; those of the checks come with theirs. */
export type JobClaim =
  | { [T in OwnType]: ConditionClaim<T, Reason<'MonitorJob', T>> }[OwnType]
  | ConditionClaim<'Healthy' | 'BudgetOK'>;

/** The pool that fetches a job's pages. */
export type PoolBinding =
  | { readonly kind: 'live'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'noCapacity'; readonly namespace: string; readonly name: string }
  /** The workers of this machine. */
  | { readonly kind: 'local'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'none'; readonly message: string }
  /** There is one of that name that may not be used. */
  | { readonly kind: 'unfit'; readonly message: string };

/** What a job's isolation comes to. */
export interface Isolated {
  readonly pool: PoolBinding;
  /** Where its pages are fetched and judged; null on a laptop. */
  readonly workers: MonitorWorkers | null;
  /** What another job is called that uses the pool, which a Dedicated job may not share. */
  readonly rival: string | undefined;
  /** Its namespace is that of the platform's users, so that a pool of all its jobs is no isolation. */
  readonly isAmongPersons: boolean;
  /** Its pages are opened by the browsers that all namespaces share. */
  readonly sharesBrowsers: boolean;
}

export interface JobInput extends Isolated {
  readonly job: MonitorJob;
  readonly workspace: string;
  /** Its workspace is one person's, in a namespace that it shares with others. */
  readonly isPersonal: boolean;
  /** Those of the channels it names that are in its workspace. */
  readonly channels: ReadonlySet<string>;
  /** Text of the key that `promptFrom` names; undefined when it is not there. */
  readonly prompt: string | undefined;
  /** Limits that hold in the job's namespace. */
  readonly limits: Limits;
  readonly frozen: boolean;
  /** What the scheduler knows, when it is about this very object. */
  readonly state: MonitorState | undefined;
}

/** The body of a projection without the leader's term. */
export interface Projection {
  readonly uid: string;
  readonly generation: number;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runRequest: string | null;
  /** Where its pages are fetched and judged; null on a laptop. */
  readonly workers: MonitorWorkers | null;
}

/** Why a job is not as it should be. */
export interface Violation {
  readonly reason: AcceptedReason;
  readonly message: string;
  /** `hold`: it is not checked; `keep`: what the scheduler has goes on; `tell`: only said. */
  readonly effect: 'hold' | 'keep' | 'tell';
}

export type Step =
  /** Sent to the scheduler unless it has this already. */
  | { readonly kind: 'project'; readonly projection: Projection }
  /** Nothing is sent. */
  | { readonly kind: 'leave' };

export interface Plan {
  readonly step: Step;
  readonly violation: Violation | undefined;
}

export interface StatusPlan {
  readonly status: Omit<MonitorJobStatus, 'conditions'>;
  readonly claims: readonly JobClaim[];
  readonly events: readonly EventText[];
}

export type { ProjectionAnswer };
