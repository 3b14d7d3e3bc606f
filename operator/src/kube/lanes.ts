/** Ready keys in the order in which workers get them: by priority, then namespaces in turn. */
import { refOf } from './keys.ts';

export interface Lanes {
  add(key: string, priority: number): void;
  remove(key: string, priority: number): void;
  /** The next key, taken out. */
  next(): string | undefined;
  readonly size: number;
}

/** Keys of one priority by namespace; both in the order of their turn. */
type Lane = Map<string, Set<string>>;

export function createLanes(): Lanes {
  const lanes = new Map<number, Lane>();
  let size = 0;
  const remove = (key: string, priority: number): void => {
    const lane = lanes.get(priority);
    const namespace = namespaceOf(key);
    const keys = lane?.get(namespace);
    if (!keys?.delete(key)) return;
    size -= 1;
    if (keys.size === 0) lane?.delete(namespace);
    if (lane?.size === 0) lanes.delete(priority);
  };
  return {
    get size() {
      return size;
    },
    add: (key, priority) => {
      const lane: Lane = lanes.get(priority) ?? new Map();
      lanes.set(priority, lane);
      const namespace = namespaceOf(key);
      const keys = lane.get(namespace) ?? new Set();
      if (keys.has(key)) return;
      lane.set(namespace, keys.add(key));
      size += 1;
    },
    remove,
    next: () => {
      if (size === 0) return undefined;
      const priority = Math.max(...lanes.keys());
      const lane = lanes.get(priority);
      const [namespace, keys] = lane?.entries().next().value ?? [];
      const key = keys?.values().next().value;
      if (!lane || namespace === undefined || !keys || key === undefined) return undefined;
      // To the end of the line: one namespace with a thousand keys must not hold up the others.
      lane.delete(namespace);
      lane.set(namespace, keys);
      remove(key, priority);
      return key;
    },
  };
}

const namespaceOf = (key: string): string => refOf(key).namespace ?? '';
