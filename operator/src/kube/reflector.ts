/** Keeps a store equal to what the API server holds of one kind: LIST, then WATCH from there on. */
import { messageOf } from '../../../services/core/errors.ts';
import { pause } from '../../../services/core/kube/scope.ts';
import type { KubeObject, Resource } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import { keyOf } from './keys.ts';
import type { KubeMetrics } from './metrics.ts';
import { createMirror, type Listener, type Mirror } from './mirror.ts';
import { endOf, restartAfter, type Stream, type WatchEnd } from './restart.ts';
import { eventsOf, pagesOf, type Selected, type ListWatchDeps } from './listWatch.ts';
import { inSlices } from './slices.ts';
import type { Store, StoreOptions } from './store.ts';

export type { Change, Listener } from './mirror.ts';

export interface WatchHealth {
  /** Plural of the kind, with the namespace or name it is narrowed to. */
  readonly name: string;
  readonly synced: boolean;
  /** Monotonic time of the last event, bookmark or list; of the start before any. */
  readonly lastEventAt: number;
  /** Of the current or last watch. */
  readonly timeoutMs: number;
}

export interface Reflector<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  /** Must be called before `run`; listeners are told in the order in which they came. */
  subscribe(listener: Listener<T>): void;
  /** The first list is in the store. */
  synced(): boolean;
  /** Resolves at the first sync; rejects when the signal is aborted before. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  health(): WatchHealth;
  /** Runs until the signal is aborted; resolves then. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ReflectorDeps extends ListWatchDeps {
  /** 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: KubeMetrics;
}

export interface ReflectorOptions<T extends KubeObject> extends Selected<T>, StoreOptions<T> {}

const WATCH_SECONDS = { least: 300, most: 600 } as const;

interface StreamEnd extends Stream {
  readonly why: WatchEnd;
}

export function createReflector<T extends KubeObject>(
  options: ReflectorOptions<T>,
  deps: ReflectorDeps,
): Reflector<T> {
  const { clock, metrics } = deps;
  const name = nameOf(options);
  const log = deps.log.child({ watch: name });
  const first = Promise.withResolvers<void>();
  const state: State = {
    version: undefined,
    synced: false,
    events: 0,
    lastEventAt: clock.monotonic(),
    timeoutMs: WATCH_SECONDS.most * 1000,
  };
  const mirror = createMirror(options, (error) => {
    metrics.listenerFailed(name);
    log.error({ err: error }, 'a listener failed');
  });
  const follow = follower(options, deps, mirror, state);
  /** Lists when needed, then watches until the stream ends for whatever reason. */
  const once = async (signal: AbortSignal): Promise<StreamEnd> => {
    let opened: number | undefined;
    state.events = 0;
    const went = (): Stream => ({
      livedMs: opened === undefined ? 0 : clock.monotonic() - opened,
      events: state.events,
    });
    try {
      state.version ??= await follow.list(signal);
      state.synced = true;
      first.resolve();
      opened = clock.monotonic();
      await follow.watch(state.version, signal);
      return { why: 'ended', ...went() };
    } catch (error) {
      return { why: endOf(error), ...went(), error };
    }
  };
  metrics.observeWatch(name, () => (clock.monotonic() - state.lastEventAt) / 1000);
  return {
    resource: options.resource,
    store: mirror.store,
    subscribe: (listener) => mirror.subscribe(listener),
    synced: () => state.synced,
    whenSynced: (signal) => settled(first.promise, signal),
    health: () => ({
      name,
      synced: state.synced,
      lastEventAt: state.lastEventAt,
      timeoutMs: state.timeoutMs,
    }),
    run: async (signal) => {
      state.lastEventAt = clock.monotonic();
      for (let poor = 0; !signal.aborted;) {
        const { why, ...stream } = await once(signal);
        if (signal.aborted) return;
        if (why === 'expired') state.version = undefined;
        const { livedMs, error } = stream;
        if (why !== 'ended') log.warn({ why, livedMs }, `watch interrupted: ${messageOf(error)}`);
        metrics.watchRestarted(name, why);
        const next = restartAfter(stream, poor, deps.random());
        poor = next.poor;
        if (next.waitMs > 0) await pause(clock, next.waitMs, signal).catch(() => undefined);
      }
    },
  };
}

interface State {
  /** Where the next watch begins; absent when a list must come first. */
  version: string | undefined;
  synced: boolean;
  /** That the store took from the current stream. */
  events: number;
  lastEventAt: number;
  timeoutMs: number;
}

interface Follower {
  /** Brings the mirror to what is there now; returns the resourceVersion of it. */
  readonly list: (signal: AbortSignal) => Promise<string>;
  readonly watch: (version: string, signal: AbortSignal) => Promise<void>;
}

function follower<T extends KubeObject>(
  options: ReflectorOptions<T>,
  deps: ReflectorDeps,
  mirror: Mirror<T>,
  state: State,
): Follower {
  const touch = (): void => void (state.lastEventAt = deps.clock.monotonic());
  return {
    list: async (signal) => {
      const seen = new Set<string>();
      let version = '';
      for await (const { items, metadata } of pagesOf(options, deps, signal)) {
        touch();
        version = metadata.resourceVersion;
        const put = (object: T): void => {
          mirror.put(object, !state.synced);
          seen.add(keyOf(object));
        };
        await inSlices(items, put, () => pause(deps.clock, 0, signal));
      }
      mirror.retain(seen);
      return version;
    },
    watch: async (resourceVersion, signal) => {
      const { least, most } = WATCH_SECONDS;
      const timeoutSeconds = Math.round(least + deps.random() * (most - least));
      state.timeoutMs = timeoutSeconds * 1000;
      for await (const event of eventsOf(
        options,
        deps,
        { resourceVersion, timeoutSeconds },
        signal,
      )) {
        // Only now is the event behind us: a store that fails must see it again.
        state.version = mirror.take(event);
        state.events += 1;
        touch();
      }
    },
  };
}

/** `deployments`, `leases in ns`, `secrets in ns with metadata.name=x`. */
function nameOf({
  resource,
  namespace,
  labelSelector,
  fieldSelector,
}: Selected<KubeObject>): string {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const which = [labelSelector, fieldSelector].filter((text) => text !== undefined).join(' and ');
  return `${resource.plural}${where}${which === '' ? '' : ` with ${which}`}`;
}

/** Rejects when the signal is aborted before. */
async function settled(promise: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
