/** Events of objects (`kubectl describe`): gathered when they repeat, and never a flood. */
import type { Clock } from '../../../services/core/clock.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { isNotFound } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { apiVersionOf, type KubeObject, type Resource } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import { createBucket, type Bucket } from './bucket.ts';
import { EVENTS, eventFor, type EventText } from './eventObject.ts';
import type { KubeMetrics } from './metrics.ts';
import { microTime } from './times.ts';

export type { EventText } from './eventObject.ts';

export interface EventRecorder {
  /** Returns at once; a write that fails is logged, never thrown. */
  record<T extends KubeObject>(resource: Resource<T>, object: T, text: EventText): void;
  /** Resolves when all is written that was recorded until now, with the counts held back. */
  flush(): Promise<void>;
}

export interface EventOptions {
  /** With a domain, such as `example.com/operator`. */
  readonly controller: string;
  /** Such as the pod's name. */
  readonly instance: string;
}

export interface EventDeps {
  readonly transport: Pick<Transport, 'create' | 'mergePatch'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: KubeMetrics;
  readonly newId: () => string;
}

/** What repeats within this time is one event with a count. */
const SERIES_MS = 600_000;
/** A count is written at most so often. */
const COUNT_MS = 60_000;
/** About one object; like client-go's. */
const EACH = { burst: 25, perSecond: 1 / 300 };
/** About all objects. */
const ALL = { burst: 100, perSecond: 10 };
/** Series and objects remembered before the old ones are cleared away. */
const REMEMBERED = 4096;

/** One event that may repeat. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  count: number;
  /** Of the count that the server has. */
  written: number;
  writtenAt: number;
  lastAt: number;
  lastSeen: Date;
}

export function createEventRecorder(options: EventOptions, deps: EventDeps): EventRecorder {
  const { clock, log, metrics } = deps;
  const series = new Map<string, Series>();
  const buckets = new Map<string, Bucket>();
  const shared = createBucket(ALL, () => clock.monotonic());
  let queue = Promise.resolve();
  const enqueue = (write: () => Promise<void>): void => {
    queue = queue.then(write).catch((error: unknown) => {
      metrics.eventDropped();
      log.warn({ err: messageOf(error) }, 'an event could not be written');
    });
  };
  const allowed = (uid: string): boolean => {
    const own = buckets.get(uid) ?? createBucket(EACH, () => clock.monotonic());
    buckets.set(uid, own);
    return own.take() === 0 && shared.take() === 0;
  };
  const begin = <T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    text: EventText,
  ): Series => {
    const now = clock.now();
    const about = { apiVersion: apiVersionOf(resource), kind: resource.kind, object };
    const event = eventFor(about, text, { ...options, now, id: deps.newId() });
    const { namespace = '', name = '' } = event.metadata;
    enqueue(async () => void (await deps.transport.create(EVENTS, event)));
    const at = clock.monotonic();
    return { namespace, name, count: 1, written: 1, writtenAt: at, lastAt: at, lastSeen: now };
  };
  const writeCount = (key: string, one: Series): void => {
    one.written = one.count;
    one.writtenAt = clock.monotonic();
    const patch = { series: { count: one.count, lastObservedTime: microTime(one.lastSeen) } };
    enqueue(async () => {
      try {
        await deps.transport.mergePatch(EVENTS, one, patch);
      } catch (error) {
        // The server keeps events for an hour; the next one begins anew.
        if (!isNotFound(error)) throw error;
        series.delete(key);
      }
    });
  };
  const again = (key: string, one: Series): void => {
    one.count += 1;
    one.lastAt = clock.monotonic();
    one.lastSeen = clock.now();
    if (one.written === 1 || one.lastAt - one.writtenAt >= COUNT_MS) writeCount(key, one);
  };
  return {
    record: (resource, object, text) => {
      const { uid = '' } = object.metadata;
      const key = JSON.stringify([uid, text.type, text.reason, text.action, text.note]);
      const known = series.get(key);
      if (known && clock.monotonic() - known.lastAt < SERIES_MS) return again(key, known);
      forgetOld(series, buckets, clock.monotonic());
      if (!allowed(uid)) return metrics.eventDropped();
      series.set(key, begin(resource, object, text));
    },
    flush: async () => {
      for (const [key, one] of series) if (one.written < one.count) writeCount(key, one);
      await queue;
    },
  };
}

/** Clears away what no longer matters once there is much of it. */
export function forgetOld(
  series: Map<string, Pick<Series, 'lastAt'>>,
  buckets: Map<string, Pick<Bucket, 'full'>>,
  now: number,
): void {
  if (series.size >= REMEMBERED)
    for (const [key, { lastAt }] of series) if (now - lastAt >= SERIES_MS) series.delete(key);
  if (buckets.size >= REMEMBERED)
    for (const [uid, bucket] of buckets) if (bucket.full()) buckets.delete(uid);
}
