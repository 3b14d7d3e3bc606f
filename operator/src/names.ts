/** Every name that the operator writes into the cluster or reads from it: nothing else spells them out. */
import { namesFor } from './kube/names.ts';

export const GROUP = 'mon.duckerhub.com';
export const VERSION = 'v1alpha1';

/** What the operator calls itself: value of `app.kubernetes.io/managed-by`, first part of its field managers. */
export const OPERATOR = 'duckmon-operator';

/** Labels and annotations by which controllers know what they made. */
export const OWNED = namesFor(OPERATOR, GROUP);

export { PLATFORM_NAME } from '../../services/core/kube/kinds.ts';

export const LABELS = {
  /** The product, on everything of ours. */
  partOf: 'app.kubernetes.io/part-of',
  /** The part that a pod is (`COMPONENTS`); Services and NetworkPolicies select by it. */
  component: `${GROUP}/component`,
  /** The WorkerPool that a pod belongs to; policies in the namespaces of tenants select nothing else. */
  pool: `${GROUP}/pool`,
  /** How long a pod of a pool lives (`LIFETIMES`): Services and Deployments select by it. */
  lifetime: `${GROUP}/lifetime`,
  /** The level of isolation for which the operator made a WorkerPool; absent on those of people. */
  isolation: `${GROUP}/isolation`,
  /** The workspace of a person, on monitors in the users namespace. */
  workspace: `${GROUP}/workspace`,
  /** Kubernetes' own label of every namespace: its name. */
  namespaceName: 'kubernetes.io/metadata.name',
} as const;

export const PART_OF = 'duckmon';

/** Values of the lifetime label: a pod of the pool's Deployment, or a pod for one check. */
export const LIFETIMES = { pool: 'pool', check: 'check' } as const;

export const ANNOTATIONS = {
  /** On a MonitorJob: run now; the value is answered in `status.lastHandledRunRequest`. */
  runRequestedAt: `${GROUP}/run-requested-at`,
  /** `disabled` makes the operator leave the object alone, with condition Paused. */
  reconcile: `${GROUP}/reconcile`,
  /** `"true"` shows in status and Events what would be done, and does nothing. */
  dryRun: `${GROUP}/dry-run`,
  /** On the MonitorPlatform: replace all keys made before this time (RFC 3339), without haste. */
  rotateRequestedAt: `${GROUP}/rotate-requested-at`,
  /** The same for an incident: without overlap, and without waiting for readers beyond two minutes. */
  rotateNowRequestedAt: `${GROUP}/rotate-now-requested-at`,
  /** The same for the data key: it goes when nothing is sealed under it any more. */
  rotateDataKeyRequestedAt: `${GROUP}/rotate-data-key-requested-at`,
  /** Who asked for each of these; an admission policy refuses every name but the asker's own. */
  rotateRequestedBy: `${GROUP}/rotate-requested-by`,
  rotateNowRequestedBy: `${GROUP}/rotate-now-requested-by`,
  rotateDataKeyRequestedBy: `${GROUP}/rotate-data-key-requested-by`,
  /** The same of a freeze that holds; absent when it was made without a name, and after it. */
  suspendRequestedBy: `${GROUP}/suspend-requested-by`,
  /** Who lifted the last freeze. */
  resumeRequestedBy: `${GROUP}/resume-requested-by`,
} as const;

/** Field managers of server-side apply that are not a controller's. */
export const FIELD_MANAGERS = {
  /** Edits of people in the dashboard. */
  dashboard: 'duckmon-dashboard',
  /** Fills the MonitorPlatform from the chart's values; what a person sets there wins. */
  defaults: 'duckmon-defaults',
} as const;

/** The names of the controllers, the second part of their field managers: one a kind, and one more. */
export const CONTROLLERS = {
  MonitorJob: 'monitorjob',
  NotificationChannel: 'notificationchannel',
  WorkerPool: 'workerpool',
  MonitorPlatform: 'monitorplatform',
  /** Makes the WorkerPools of jobs above Shared, namespace by namespace. */
  Isolation: 'isolation',
} as const;

/** Values of the component label. */
export const COMPONENTS = [
  'dashboard',
  'api',
  'scheduler',
  'browser',
  'llm',
  'notification',
  'egress',
  'operator',
  'canary',
  'postgres',
  'redis',
  'backup',
  'restore',
] as const;
export type Component = (typeof COMPONENTS)[number];

export const SECRETS = {
  /** Root keyring of calls between services and of egress credentials. */
  internalKey: 'duckmon-internal-key',
  /** Root keyring of tokens. */
  jwtSecret: 'duckmon-jwt-secret',
  /** Key ring of what is encrypted at rest; never made a second time. */
  dataKey: 'duckmon-data-key',
  /** Prefix of the small Secrets with derived keys, one a service. */
  keysPrefix: 'duckmon-keys-',
  /** Prefix of the Secrets that people make for their channels. */
  userPrefix: 'duckmon-user-',
  /** Prefix of login Secrets, which pools may mount. */
  loginPrefix: 'duckmon-login-',
} as const;

/** ConfigMap with what is opened to pages, which the pods of the egress proxy mount. */
export const EGRESS_ALLOW = 'duckmon-egress-allow';

export const SERVICE_ACCOUNTS = {
  operator: 'duckmon-operator',
  api: 'duckmon-api',
  canary: 'duckmon-canary',
  /** Prefix of the accounts that pools run under. */
  poolPrefix: 'duckmon-pool-',
} as const;

/** Prefixes of deterministic child names, at most 12 characters. */
export const CHILD_PREFIXES = {
  pool: 'duckmon-pool',
  /** The Service and the Jobs of pods that take one check each. */
  once: 'duckmon-once',
  /** The WorkerPool of one MonitorJob. */
  dedicated: 'job',
  policy: 'duckmon-net',
} as const;

/** Condition types of each kind, with the closed list of reasons of each. */
export const CONDITIONS = {
  MonitorJob: {
    Accepted: [
      'Accepted',
      'ChannelNotFound',
      'ConfigMapNotFound',
      'ConfigMapKeyNotFound',
      'LoginSecretNotNamed',
      'PoolNotFound',
      'IsolationNotAllowed',
      'IntervalTooShort',
      'TooManySources',
      'NameConflict',
      'Invalid',
    ],
    Scheduled: [
      'Scheduled',
      'Suspended',
      'Frozen',
      'NotAccepted',
      'PoolNotFound',
      'NoCapacity',
      'SchedulerUnreachable',
      'ScheduleInvalid',
      'ReconcileDisabled',
      'DryRun',
      'Pending',
    ],
    Ready: ['Ready', 'NotAccepted', 'NotScheduled', 'Pending'],
    // These two come from the checks, with the reason at which a check stopped.
    Healthy: ['CheckSucceeded', 'NoCheckYet'],
    BudgetOK: ['WithinBudget', 'ConditionsOnly', 'Paused', 'HourlyQuota', 'NoCheckYet'],
    Paused: ['ReconcileDisabled', 'Suspended', 'NotPaused'],
  },
  NotificationChannel: {
    Ready: [
      'Ready',
      'SecretNotFound',
      'SecretForbidden',
      'NoConfirmedRecipient',
      'Suspended',
      'NameConflict',
      'Invalid',
      'Pending',
    ],
    SecretFound: ['Found', 'NotFound', 'KeyNotFound', 'Forbidden', 'NotNeeded', 'Pending'],
    RecipientsConfirmed: ['AllConfirmed', 'SomePending', 'NoneConfirmed', 'NotNeeded', 'Pending'],
    Delivering: ['Delivered', 'Failing', 'NoDeliveryYet'],
    Paused: ['ReconcileDisabled', 'NotPaused'],
  },
  WorkerPool: {
    Ready: ['Ready', 'NotAvailable', 'NotSandboxed', 'ModelOutsidePlatform', 'Pending'],
    Available: ['MinimumAvailable', 'ScaledToZero', 'MinimumUnavailable', 'Pending'],
    Sandboxed: ['Sandboxed', 'ProfileMissing', 'SandboxOff', 'NotNeeded', 'Pending'],
    KeysCurrent: ['AllCurrent', 'WaitingForReaders', 'Pending'],
    Paused: ['ReconcileDisabled', 'NotPaused'],
  },
  MonitorPlatform: {
    Ready: ['Ready', 'NotReady', 'NotTheOne', 'Pending'],
    KeysCurrent: [
      'AllCurrent',
      'Adopted',
      'AdoptedKeyInvalid',
      'Rotating',
      'KeyTooOld',
      'WaitingForReaders',
      'ReadersUnknown',
      'ReadersCutOff',
    ],
    KeysLost: ['NotLost', 'SecretDeleted', 'SecretDamaged'],
    DataKeyLost: ['NotLost', 'SecretDeleted', 'SecretDamaged'],
    DataKeyRotating: [
      'NotRotating',
      'Publishing',
      'WaitingForReaders',
      'ReadersUnknown',
      'SealingAgain',
      'Settling',
    ],
    NetworkPolicyEnforced: [
      'Enforced',
      'NotEnforced',
      'NothingPasses',
      'CanaryPending',
      'InvalidPolicy',
    ],
    Sandboxed: ['Sandboxed', 'PoolNotSandboxed', 'Pending'],
    SchedulerReachable: ['Reachable', 'Unreachable', 'Pending'],
    Frozen: ['Suspended', 'NotFrozen'],
    Paused: ['ReconcileDisabled', 'NotPaused'],
  },
} as const;

export type Kind = keyof typeof CONDITIONS;
export type ConditionType<K extends Kind> = keyof (typeof CONDITIONS)[K] & string;
/** The reasons that a condition of a kind may have. */
export type Reason<
  K extends Kind,
  T extends ConditionType<K>,
> = (typeof CONDITIONS)[K][T] extends readonly (infer R extends string)[] ? R : never;

/** Reasons of Events, beside those of conditions. */
export const EVENT_REASONS = [
  'KeyPublished',
  'KeyPromoted',
  'KeyDropped',
  'KeysCreated',
  'KeysLost',
  'ReadersCutOff',
  'DataKeyLost',
] as const;
export type EventReason = (typeof EVENT_REASONS)[number];

/** Name of the small Secret of derived keys of a service. */
export const keysSecretName = (service: string): string => `${SECRETS.keysPrefix}${service}`;
