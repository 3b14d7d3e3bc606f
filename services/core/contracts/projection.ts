/** Messages between operator and scheduler: what to watch goes in, what happened comes back. */
import { z } from 'zod';
import { secretState } from './channelSecret.ts';
import { objectName, timestamp, workspaceId } from './common.ts';

/** `PUT` and `DELETE` with `/{workspace}/{name}` behind it. */
export const PROJECTED_MONITORS_PATH = '/internal/v1/monitors';
/** `PUT` and `DELETE` with `/{workspace}/{name}` behind it. */
export const PROJECTED_CHANNELS_PATH = '/internal/v1/channels';
export const INVENTORY_PATH = '/internal/v1/inventory';
export const STATUS_FEED_PATH = '/internal/v1/status';
export const CHANNEL_STATES_PATH = '/internal/v1/channel-states';
export const CAPACITY_PATH = '/internal/v1/capacity';
/** That somebody asked for new keys in the cluster: for the audit. */
export const ROTATION_PATH = '/internal/v1/rotation';
export const FREEZE_PATH = '/internal/v1/freeze';

/** Most objects of one page of the status feed. */
export const STATUS_PAGE = 500;

/**
 * The number of the leader's term (a Lease's `leaseTransitions`): what an operator that lost its
 * lease still sends is refused once a later term was seen.
 */
const term = z.number().int().nonnegative();
/** The object's uid in the cluster; another one under the same name is another object. */
const uid = z.uuid();
const generation = z.number().int().positive();
const stringMap = z.record(z.string().max(317), z.string());

const projected = {
  term,
  uid,
  generation,
  spec: z.record(z.string(), z.unknown()),
  labels: stringMap,
  annotations: stringMap,
};

/**
 * Where the pods of one WorkerPool are called: each address behind the host of `url` is one of them,
 * and each is called by its own address.
 */
export const poolAddress = z.strictObject({
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(63),
  /** Of the pool's headless Service, such as `http://duckmon-pool-browser-1a2b3c4d.duckmon.svc:8001`. */
  url: z.url({ protocol: /^http$/ }).max(300),
  /** Under which name the caller's key file has the keys for these pods. */
  keyring: z.string().min(1).max(80),
  /** A pod takes one check and ends; the next check waits for a pod of its own. */
  perCheck: z.boolean(),
});
export type PoolAddress = z.infer<typeof poolAddress>;

/** The pools that work for one monitor; null is the service that the scheduler is set up with. */
export const monitorWorkers = z.strictObject({
  browser: poolAddress.nullable(),
  llm: poolAddress.nullable(),
});
export type MonitorWorkers = z.infer<typeof monitorWorkers>;

/** A MonitorJob as the cluster has it, references resolved, `suspend` as it takes effect. */
export const projectedMonitor = z.strictObject({
  ...projected,
  /** Value of the annotation that asks for a run; answered as `lastHandledRunRequest`. */
  runRequest: z.string().min(1).max(64).nullable(),
  /** Absent where the workers of one machine do all the work. */
  workers: monitorWorkers.nullable().default(null),
});
export type ProjectedMonitor = z.infer<typeof projectedMonitor>;

export const projectedChannel = z.strictObject({
  ...projected,
  /** Where the object and its Secrets lie; the workspace of a person is not the namespace. */
  namespace: z.string().min(1).max(63),
});
export type ProjectedChannel = z.infer<typeof projectedChannel>;

/** `refused`: the spec has problems that the API server cannot see, such as a cron without a date. */
export const projectionResult = z.strictObject({
  outcome: z.enum(['created', 'configured', 'unchanged', 'stale', 'refused']),
  problems: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});
export type ProjectionResult = z.infer<typeof projectionResult>;

export const retireRequest = z.strictObject({ term, uid });

const inventoryItem = z.tuple([workspaceId, objectName, uid]);

/** Everything that exists in the cluster: what is not named is retired. */
export const inventoryRequest = z.strictObject({
  term,
  monitors: z.array(inventoryItem),
  channels: z.array(inventoryItem),
});
export type InventoryRequest = z.infer<typeof inventoryRequest>;

const objectKey = z.strictObject({ workspace: workspaceId, name: objectName });

/** `missing` is what the scheduler lacks, for instance after a restore: it wants to be sent again. */
export const inventoryResult = z.strictObject({
  retired: z.strictObject({ monitors: z.array(objectKey), channels: z.array(objectKey) }),
  missing: z.strictObject({ monitors: z.array(objectKey), channels: z.array(objectKey) }),
});
export type InventoryResult = z.infer<typeof inventoryResult>;

export const OUTCOMES = [
  'Unchanged',
  'Changed',
  'Alerted',
  'Suppressed',
  'NotJudgeable',
  'Failed',
  'Missed',
] as const;

/** What the scheduler knows of one monitor; the operator writes it into the object's status. */
export const monitorState = z.strictObject({
  workspace: workspaceId,
  name: objectName,
  uid,
  generation,
  lastCheck: z
    .strictObject({
      time: timestamp,
      outcome: z.enum(OUTCOMES),
      verdict: z.enum(['match', 'no_match', 'undetermined']).nullable(),
      relevance: z.number().int().min(0).max(100).nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  lastChange: timestamp.nullable(),
  nextCheck: timestamp.nullable(),
  consecutiveFailures: z.number().int().nonnegative(),
  openFindings: z.number().int().nonnegative(),
  /** Decimal string; null when a model without a known price was used. */
  monthCostUsd: z.string().nullable(),
  goalVersion: z.number().int().positive(),
  lastHandledRunRequest: z.string().nullable(),
  /** Conditions of the check pipeline: Healthy, BudgetOK. */
  conditions: z.array(
    z.strictObject({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string(),
      message: z.string(),
      lastTransitionTime: timestamp,
    }),
  ),
});
export type MonitorState = z.infer<typeof monitorState>;

/** `after` of the answer before; without one everything is told. */
export const statusFeedQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,20}(:\d{1,20}:[a-z0-9_-]{1,64}:[a-z0-9-]{1,63})?$/)
    .optional(),
});

/** A state may be told twice, none is left out; `more` when another page waits. */
export const statusFeed = z.strictObject({
  monitors: z.array(monitorState),
  after: z.string(),
  more: z.boolean(),
});
export type StatusFeed = z.infer<typeof statusFeed>;

/** What the scheduler knows of one channel. */
export const channelState = z.strictObject({
  workspace: workspaceId,
  name: objectName,
  uid,
  generation,
  /** Mail only; empty for the others. */
  recipients: z.array(
    z.strictObject({
      address: z.string(),
      state: z.enum(['Pending', 'Confirmed', 'Bounced', 'Unsubscribed']),
    }),
  ),
  lastDelivery: z.strictObject({ time: timestamp, result: z.string() }).nullable(),
  /** Deliveries that died or bounced within the last 24 hours. */
  failed24h: z.number().int().nonnegative(),
  /** Whether the Secrets of this generation are there; null when nobody has looked yet. */
  secret: secretState.nullable(),
});
export type ChannelState = z.infer<typeof channelState>;

/** `after` is workspace and name of the last channel of the page before. */
export const channelStatesQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}\/[a-z0-9-]{1,63}$/)
    .optional(),
});

/** All channels of the cluster, page by page. */
export const channelStates = z.strictObject({
  channels: z.array(channelState),
  after: z.string().nullable(),
});
export type ChannelStates = z.infer<typeof channelStates>;

/** Most waiting checks that are told of at a time. */
export const MAX_WAITING = 1_000;

/** How the id of a preview that waits begins; that of every other check begins with the uid of its monitor. */
export const PREVIEW_ID = 'preview-';

/** A check that no pod of its pool can take now; `id` stays the same while it is the same check. */
export const waitingCheck = z.strictObject({
  namespace: z.string(),
  pool: z.string(),
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
});
export type WaitingCheck = z.infer<typeof waitingCheck>;

/** Load as the scheduler sees it; null is "not known yet", never 0. */
export const capacityReport = z.strictObject({
  /** 95th percentile of a source's fetch by extractor, ms. */
  p95Ms: z.strictObject({ http: z.number().nullable(), browser: z.number().nullable() }),
  /** 95th percentile of one judgement, ms. */
  judgeP95Ms: z.number().nullable(),
  /** Judgements per check that was made, 0 to 1. */
  judgedShare: z.number().min(0).max(1).nullable(),
  running: z.number().int().nonnegative(),
  slots: z.number().int().nonnegative(),
  /** How late the oldest due monitor is, ms. */
  queueAgeMs: z.number().nonnegative(),
  /** Checks that wait until a pod of their pool is there. */
  waiting: z.array(waitingCheck).max(MAX_WAITING),
});
export type CapacityReport = z.infer<typeof capacityReport>;

/** Frozen: no check begins and nothing is sent until it is lifted. */
/** Longer names of users are cut. */
export const MAX_ASKER = 500;
const asker = z.string().max(MAX_ASKER).optional();

/** `askedBy` is whom the cluster names. */
export const freezeRequest = z.strictObject({ frozen: z.boolean(), askedBy: asker });
export const ROTATION_ACTS = ['rotate', 'rotate-now', 'rotate-data-key'] as const;
export type RotationAct = (typeof ROTATION_ACTS)[number];
/** Each is taken down once. */
export const rotationRequest = z.strictObject({
  act: z.enum(ROTATION_ACTS),
  askedAt: z.iso.datetime(),
  askedBy: asker,
});
export type RotationRequest = z.infer<typeof rotationRequest>;
export const freezeState = z.strictObject({ frozen: z.boolean() });
