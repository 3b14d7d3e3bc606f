/** The keys that wait: ready ones in lanes, later ones by time. Knows no clock and no workers. */
import { createHeap, type Heap } from './heap.ts';
import { createLanes } from './lanes.ts';

/** A key that waits. `held`: its time has come, but a pass with it still runs. */
export interface Entry {
  readonly key: string;
  readonly priority: number;
  /** Monotonic. */
  readonly readyAt: number;
  readonly state: 'delayed' | 'ready' | 'held';
}

export interface Pending {
  /** Joins with what waits already: the higher priority and the earlier time hold. */
  add(wish: Pick<Entry, 'key' | 'priority' | 'readyAt'>): void;
  /** Moves on all whose time has come. */
  release(): void;
  /** The running pass of a key has ended. */
  free(key: string): void;
  /** The key whose turn it is, taken out. */
  next(): Entry | undefined;
  /** When the first of the later ones is due. */
  nextAt(): number | undefined;
  clear(): void;
  ready(): number;
  delayed(): number;
}

/** Outdated items of the heap that are kept before they are cleared away. */
const SLACK = 64;

/**
 * @param isBusy whether a pass with the key runs.
 * @param later an empty heap, by `readyAt`.
 */
export function createPending(
  now: () => number,
  isBusy: (key: string) => boolean,
  later: Heap<Entry> = createHeap(({ readyAt }) => readyAt),
): Pending {
  const entries = new Map<string, Entry>();
  const lanes = createLanes();
  let delayed = 0;
  const isCurrent = (entry: Entry): boolean => entries.get(entry.key) === entry;
  /** The one place where an entry changes, so that lanes and heap agree with it. */
  const set = (key: string, next: Entry | undefined): void => {
    const before = entries.get(key);
    if (before?.state === 'ready') lanes.remove(key, before.priority);
    if (before?.state === 'delayed') delayed -= 1;
    if (!next) return void entries.delete(key);
    entries.set(key, next);
    if (next.state === 'ready') lanes.add(key, next.priority);
    if (next.state !== 'delayed') return;
    delayed += 1;
    later.push(next);
    if (later.size > SLACK + 2 * delayed) later.retain(isCurrent);
  };
  const judge = (entry: Omit<Entry, 'state'>): Entry => {
    if (entry.readyAt > now()) return { ...entry, state: 'delayed' };
    return { ...entry, state: isBusy(entry.key) ? 'held' : 'ready' };
  };
  return {
    add: ({ key, priority, readyAt }) => {
      const before = entries.get(key);
      const joined = {
        key,
        priority: Math.max(priority, before?.priority ?? priority),
        readyAt: Math.min(readyAt, before?.readyAt ?? readyAt),
      };
      const same = before?.priority === joined.priority && before.readyAt === joined.readyAt;
      if (!same) set(key, judge(joined));
    },
    release: () => {
      for (let first = later.peek(); first; first = later.peek()) {
        if (isCurrent(first) && first.readyAt > now()) return;
        later.pop();
        if (isCurrent(first)) set(first.key, judge(first));
      }
    },
    free: (key) => {
      const entry = entries.get(key);
      if (entry?.state === 'held') set(key, judge(entry));
    },
    next: () => {
      const key = lanes.next();
      const entry = key === undefined ? undefined : entries.get(key);
      if (entry) set(entry.key, undefined);
      return entry;
    },
    nextAt: () => later.peek()?.readyAt,
    clear: () => {
      [...entries.keys()].forEach((key) => set(key, undefined));
      later.retain(isCurrent);
    },
    ready: () => lanes.size,
    delayed: () => delayed,
  };
}
