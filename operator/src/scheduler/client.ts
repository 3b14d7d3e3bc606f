/** The operator's calls to the scheduler, each under the leader's term. */
import { z } from 'zod';
import type { Clock } from '../../../services/core/clock.ts';
import { KEY_TABLE_PATH, keyTable, type KeyTable } from '../../../services/core/contracts/keys.ts';
import {
  CAPACITY_PATH,
  capacityReport,
  CHANNEL_STATES_PATH,
  channelStates,
  FREEZE_PATH,
  freezeState,
  INVENTORY_PATH,
  inventoryResult,
  PROJECTED_CHANNELS_PATH,
  PROJECTED_MONITORS_PATH,
  projectionResult,
  ROTATION_PATH,
  STATUS_FEED_PATH,
  statusFeed,
  type CapacityReport,
  type ChannelStates,
  type InventoryRequest,
  type InventoryResult,
  type ProjectedChannel,
  type ProjectedMonitor,
  type ProjectionResult,
  type RotationRequest,
  type StatusFeed,
} from '../../../services/core/contracts/projection.ts';
import { addressesOf, type Resolve } from '../../../services/core/internal/addresses.ts';
import { callsBy, createPods, nobody } from '../../../services/core/internal/pods.ts';
import type { KeySource } from '../../../services/core/serviceKeys.ts';
import type { TokenSource } from '../../../services/core/workloadIdentity/tokens.ts';
import { joinReports, joinTables } from './replicas.ts';

/** An object as the scheduler names it. */
export interface ObjectKey {
  readonly workspace: string;
  readonly name: string;
}

export type Kind = 'monitors' | 'channels';
/** The body of a projection; the term is added. */
export type Body<K extends Kind> = Omit<
  K extends 'monitors' ? ProjectedMonitor : ProjectedChannel,
  'term'
>;

/** Every call throws `InternalCallError`. */
export interface SchedulerClient {
  put<K extends Kind>(
    kind: K,
    key: ObjectKey,
    body: Body<K>,
    signal?: AbortSignal,
  ): Promise<ProjectionResult>;
  retire(kind: Kind, key: ObjectKey, uid: string, signal?: AbortSignal): Promise<void>;
  inventory(
    request: Omit<InventoryRequest, 'term'>,
    signal?: AbortSignal,
  ): Promise<InventoryResult>;
  /** Changes since `after`; all of them without it. */
  feed(after: string | undefined, signal?: AbortSignal): Promise<StatusFeed>;
  /** Channels behind `after`; from the first without it. */
  channels(after: string | undefined, signal?: AbortSignal): Promise<ChannelStates>;
  capacity(signal?: AbortSignal): Promise<CapacityReport>;
  /**
   * @param askedBy whom the cluster names
   * @returns whether the scheduler is frozen, by whomever.
   */
  freeze(frozen: boolean, askedBy: string | undefined, signal?: AbortSignal): Promise<boolean>;
  /** Has it in the audit that somebody asked for new keys; the same again is nothing new. */
  noteRotation(request: RotationRequest, signal?: AbortSignal): Promise<void>;
  /** Who has loaded which keys. */
  keyTable(signal?: AbortSignal): Promise<KeyTable>;
  close(): Promise<void>;
}

export interface SchedulerClientOptions {
  readonly baseUrl: string;
  readonly keys: KeySource;
  readonly tokens?: TokenSource | undefined;
  readonly clock: Clock;
  /** Number of the term in which this process leads. */
  readonly term: () => number;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve?: Resolve | undefined;
}

const PATHS: Readonly<Record<Kind, string>> = {
  monitors: PROJECTED_MONITORS_PATH,
  channels: PROJECTED_CHANNELS_PATH,
};

const pathOf = (kind: Kind, { workspace, name }: ObjectKey): string =>
  `${PATHS[kind]}/${encodeURIComponent(workspace)}/${encodeURIComponent(name)}`;

const withAfter = (path: string, after: string | undefined): string =>
  after === undefined ? path : `${path}?after=${encodeURIComponent(after)}`;

/** A client that keeps its connections. */
export function createSchedulerClient(options: SchedulerClientOptions): SchedulerClient {
  const { term, resolve = addressesOf, ...own } = options;
  const to = { ...own, caller: 'operator', callee: 'scheduler', resolve } as const;
  const replicas = createPods(to);
  const calls = callsBy((send) => replicas.call(send));
  const askEach = async <T extends z.ZodType>(
    path: string,
    answer: T,
    signal?: AbortSignal,
  ): Promise<PromiseSettledResult<z.infer<T>>[]> => {
    const addresses = await replicas.found();
    if (addresses.length === 0) throw nobody(to);
    return Promise.allSettled(
      addresses.map((address) =>
        replicas.callAt(address, (one) => one.get(path, answer, { signal })),
      ),
    );
  };
  return {
    put: (kind, key, body, signal) =>
      calls.put(pathOf(kind, key), { ...body, term: term() }, projectionResult, { signal }),
    retire: async (kind, key, uid, signal) => {
      const call = { signal, repeatable: true };
      await calls.post(`${pathOf(kind, key)}/retire`, { term: term(), uid }, z.unknown(), call);
    },
    inventory: (request, signal) =>
      calls.put(INVENTORY_PATH, { ...request, term: term() }, inventoryResult, { signal }),
    feed: (after, signal) => calls.get(withAfter(STATUS_FEED_PATH, after), statusFeed, { signal }),
    channels: (after, signal) =>
      calls.get(withAfter(CHANNEL_STATES_PATH, after), channelStates, { signal }),
    capacity: async (signal) =>
      joinReports(answersOf(await askEach(CAPACITY_PATH, capacityReport, signal))),
    freeze: async (frozen, askedBy, signal) =>
      (await calls.put(FREEZE_PATH, { frozen, askedBy }, freezeState, { signal })).frozen,
    noteRotation: async (request, signal) => {
      await calls.put(ROTATION_PATH, request, z.unknown(), { signal });
    },
    // one that does not answer may be the only one that knows who lacks a key
    keyTable: async (signal) => {
      const tables = await askEach(KEY_TABLE_PATH, keyTable, signal);
      const failed = tables.find((table) => table.status === 'rejected');
      if (failed) throw failed.reason;
      return joinTables(answersOf(tables));
    },
    close: () => replicas.close(),
  };
}

/** What the replicas that answered said. Throws the reason of one when none did. */
function answersOf<T>(settled: readonly PromiseSettledResult<T>[]): T[] {
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (answers.length === 0 && failed) throw failed.reason;
  return answers;
}
