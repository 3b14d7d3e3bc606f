/** Writes status: at once when something turned, rarely otherwise, never when nothing changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../services/core/clock.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { KubeObject, Resource } from '../../../services/core/kube/types.ts';
import { createBucket } from './bucket.ts';
import { turned, type Condition } from './conditions.ts';
import type { KubeMetrics } from './metrics.ts';
import { isOlder } from './versions.ts';

export interface StatusLike {
  readonly conditions?: readonly Condition[];
}

export type StatusOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'written' }
  /** Too early, too many at once, or made from an old version: come again after so long. */
  | { readonly kind: 'deferred'; readonly afterMs: number };

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Somebody waits for it: it is written as if a condition had turned. */
  readonly urgent?: boolean | undefined;
}

export interface StatusWriter {
  /**
   * Applies the whole status; nobody else may own a part of it. Nothing is decided from an object that
   * is older than what was written last.
   * @param object as cached: its status is what is compared with.
   */
  write<T extends KubeObject & { readonly status?: object }>(
    resource: Resource<T>,
    object: T,
    status: StatusLike & object,
    options?: WriteOptions,
  ): Promise<StatusOutcome>;
  /** For an object that is gone. */
  forget(uid: string): void;
}

export interface StatusOptions {
  /** In metrics. */
  readonly controller: string;
  readonly fieldManager: string;
}

export interface StatusDeps {
  readonly transport: Pick<Transport, 'apply'>;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  readonly metrics: KubeMetrics;
}

/** Between two writes of one object that only bring figures up to date. */
const QUIET_MS = 300_000;
/** Objects that were written together come back apart. */
const SPREAD = 0.2;
/** Of all such writes together. */
const SHARED = { burst: 20, perSecond: 10 };
/** Our own write comes back by the watch; after so long it is not waited for. */
const BEHIND = { againMs: 200, mostMs: 30_000 };

/** What the server made of a write. */
interface Written {
  readonly version: string | undefined;
  /** Monotonic. */
  readonly at: number;
}

export function createStatusWriter(options: StatusOptions, deps: StatusDeps): StatusWriter {
  const { clock, random } = deps;
  /** By uid: when a write that only brings figures is due. */
  const due = new Map<string, number>();
  /** By uid, until the cache has it. */
  const written = new Map<string, Written>();
  const bucket = createBucket(SHARED, () => clock.monotonic());
  /** 0 when such a write may be made now. */
  const waitFor = (uid: string): number => {
    // After a restart nobody knows when it was: any time within the last five minutes.
    const at = due.get(uid) ?? clock.monotonic() + QUIET_MS * random();
    due.set(uid, at);
    const left = at - clock.monotonic();
    return left > 0 ? left : bucket.take();
  };
  /** What is planned from the status before our own would be written a second time, or not at all. */
  const isBehind = (uid: string, version: string | undefined): boolean => {
    const last = written.get(uid);
    if (!last) return false;
    const behind = isOlder(version, last.version) && clock.monotonic() - last.at < BEHIND.mostMs;
    if (!behind) written.delete(uid);
    return behind;
  };
  return {
    forget: (uid) => {
      due.delete(uid);
      written.delete(uid);
    },
    write: async (resource, object, status, { signal, urgent = false } = {}) => {
      const { name = '', namespace, uid = '', resourceVersion } = object.metadata;
      if (isBehind(uid, resourceVersion)) return { kind: 'deferred', afterMs: BEHIND.againMs };
      if (isDeepStrictEqual(object.status, status)) return { kind: 'unchanged' };
      const before: StatusLike | undefined = object.status;
      const isDue = urgent || turned(before?.conditions, status.conditions);
      const wait = isDue ? 0 : waitFor(uid);
      if (wait > 0) return { kind: 'deferred', afterMs: Math.ceil(wait) };
      const place = namespace === undefined ? { name, uid } : { name, namespace, uid };
      const wish: KubeObject & { readonly status: object } = { metadata: place, status };
      const { fieldManager } = options;
      const how = { fieldManager, force: true, subresource: 'status', signal } as const;
      const { metadata } = await deps.transport.apply(resource, wish, how);
      written.set(uid, { version: metadata.resourceVersion, at: clock.monotonic() });
      due.set(uid, clock.monotonic() + QUIET_MS * (1 + SPREAD * random()));
      deps.metrics.statusWritten(options.controller);
      return { kind: 'written' };
    },
  };
}
