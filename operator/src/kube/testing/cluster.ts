/** The API server in memory, of one kind: lists in pages, watches with history, writes with versions. */
import { ApiError } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import {
  defineResource,
  type KubeList,
  type KubeObject,
  type WatchEvent,
} from '../../../../services/core/kube/types.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { keyOf } from '../keys.ts';

/** A kind of the tests. */
export interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number };
  readonly status?: object;
}

export const WIDGETS = defineResource<Widget>({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
});

type Verb = 'list' | 'watch';

export interface Cluster {
  readonly transport: Pick<Transport, 'list' | 'watch'>;
  /** Creates or changes an object; a changed spec counts the generation up. */
  put(object: Widget): Widget;
  remove(key: string): void;
  /** Events older than now are forgotten: watches from there and continued lists get 410. */
  compact(): void;
  /** The next such calls fail, in order. */
  fail(verb: Verb, ...errors: readonly unknown[]): void;
  /** Ends all watches, by an error if one is given. */
  breakWatches(error?: unknown): void;
  /** From now on open watches say nothing more and do not end. */
  goSilent(): void;
  calls(verb: Verb): number;
  watches(): number;
  /** Time in ms during which no watch was open since the first was. */
  blindMs(): number;
}

const BOOKMARK_MS = 60_000;

export function createCluster(clock: Clock): Cluster {
  const objects = new Map<string, Widget>();
  const failures: Record<Verb, unknown[]> = { list: [], watch: [] };
  const calls: Record<Verb, number> = { list: 0, watch: 0 };
  const streams = new Set<Stream>();
  let history: { readonly version: number; readonly event: WatchEvent<Widget> }[] = [];
  let [version, oldest, uids] = [100, 100, 0];
  let [blind, blindSince] = [0, undefined as number | undefined];

  const publish = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Widget): void => {
    const event = { type, object } as const;
    history.push({ version, event });
    streams.forEach((stream) => stream.push(event));
  };
  const step = (verb: Verb): void => {
    calls[verb] += 1;
    const [error] = failures[verb].splice(0, 1);
    if (error !== undefined) throw error as Error;
  };
  const expired = (): ApiError => new ApiError(410, { reason: 'Expired' }, 'test');
  const snapshots = new Map<string, readonly Widget[]>();

  async function* watch(from: number, seconds: number, signal?: AbortSignal) {
    step('watch');
    if (from < oldest) throw expired();
    const stream = createStream(signal);
    history.filter((one) => one.version > from).forEach(({ event }) => stream.push(event));
    streams.add(stream);
    if (blindSince !== undefined) blind += clock.monotonic() - blindSince;
    blindSince = undefined;
    const over = new AbortController();
    const every = async (ms: number, act: () => void): Promise<void> => {
      for (;;) {
        await clock.sleep(ms, over.signal);
        act();
      }
    };
    const bookmark = (): void =>
      stream.push({ type: 'BOOKMARK', resourceVersion: String(version) });
    every(BOOKMARK_MS, bookmark).catch(() => undefined);
    every(seconds * 1000, () => stream.end()).catch(() => undefined);
    try {
      yield* stream.events();
    } finally {
      over.abort();
      streams.delete(stream);
      if (streams.size === 0) blindSince = clock.monotonic();
    }
  }
  return {
    transport: {
      list: (async (_resource, { limit = 500, continue: token } = {}) => {
        step('list');
        const [at = '', offset = '0'] = token?.split(':') ?? [String(version)];
        if (token !== undefined && Number(at) < oldest) throw expired();
        const all = snapshots.get(at) ?? [...objects.values()];
        snapshots.set(at, all);
        const end = Number(offset) + limit;
        const more = end < all.length ? { continue: `${at}:${end}` } : {};
        return {
          metadata: { resourceVersion: at, ...more },
          items: all.slice(Number(offset), end),
        };
      }) as (
        ...args: Parameters<Transport['list']>
      ) => Promise<KubeList<Widget>> as Transport['list'],
      watch: ((_resource, { resourceVersion, timeoutSeconds, signal }) =>
        watch(Number(resourceVersion), timeoutSeconds, signal)) as (
        ...args: Parameters<Transport['watch']>
      ) => AsyncIterable<WatchEvent<Widget>> as Transport['watch'],
    },
    put: (object) => {
      const before = objects.get(keyOf(object));
      version += 1;
      const stored: Widget = {
        ...object,
        metadata: {
          ...object.metadata,
          uid: before?.metadata.uid ?? `uid-${(uids += 1)}`,
          generation: (before?.metadata.generation ?? 0) + 1,
          resourceVersion: String(version),
        },
      };
      objects.set(keyOf(object), stored);
      publish(before ? 'MODIFIED' : 'ADDED', stored);
      return stored;
    },
    remove: (key) => {
      const last = objects.get(key);
      if (!last) return;
      version += 1;
      objects.delete(key);
      const metadata = { ...last.metadata, resourceVersion: String(version) };
      publish('DELETED', { ...last, metadata });
    },
    compact: () => {
      version += 1;
      history = [];
      oldest = version;
      snapshots.clear();
    },
    fail: (verb, ...errors) => void failures[verb].push(...errors),
    breakWatches: (error) => [...streams].forEach((stream) => stream.end(error)),
    goSilent: () => streams.forEach((stream) => stream.mute()),
    calls: (verb) => calls[verb],
    watches: () => streams.size,
    blindMs: () => blind + (blindSince === undefined ? 0 : clock.monotonic() - blindSince),
  };
}

/** Events from the side of the server. */
interface Stream {
  push(event: WatchEvent<Widget>): void;
  end(error?: unknown): void;
  mute(): void;
  events(): AsyncGenerator<WatchEvent<Widget>>;
}

function createStream(signal: AbortSignal | undefined): Stream {
  const waiting: WatchEvent<Widget>[] = [];
  let ended: { readonly error: unknown } | undefined;
  let muted = false;
  let wake = Promise.withResolvers<void>();
  const end = (error?: unknown): void => {
    ended ??= { error };
    wake.resolve();
  };
  signal?.addEventListener('abort', () => end(signal.reason), { once: true });
  return {
    push: (event) => {
      if (muted) return;
      waiting.push(event);
      wake.resolve();
    },
    end: (error) => {
      if (!muted) end(error);
    },
    mute: () => void (muted = true),
    async *events() {
      for (;;) {
        for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
        if (ended?.error !== undefined) throw ended.error as Error;
        if (ended) return;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}
