/** Ready keys in the order in which workers get them: by priority, then namespaces in turn. */
import { refOf } from './keys.ts';

export interface Lanes {
  add(key: string, priority: number): void;
  remove(key: string, priority: number): void;
  /** The next key, taken out. */
  next(): string | undefined;
  readonly size: number;
}

/**
 * Things in the order of their turn. `turn` is the one iterator over them: a new one would walk over
 * the places of all that have left, each time.
 */
interface Line<T> {
  readonly items: Map<string, T>;
  readonly turn: IterableIterator<string>;
}

/** Keys of one namespace. */
type Keys = Line<true>;
/** Of one priority: the namespaces that have keys. */
type Lane = Line<Keys>;

/** @param createMap an empty map. */
export function createLanes(createMap: <T>() => Map<string, T> = () => new Map()): Lanes {
  const createLine = <T>(): Line<T> => {
    const items = createMap<T>();
    return { items, turn: items.keys() };
  };
  const lanes = new Map<number, Lane>();
  let size = 0;
  const remove = (key: string, priority: number): void => {
    const lane = lanes.get(priority);
    const namespace = namespaceOf(key);
    const keys = lane?.items.get(namespace);
    if (!keys?.items.delete(key)) return;
    size -= 1;
    if (keys.items.size === 0) lane?.items.delete(namespace);
    if (lane?.items.size === 0) lanes.delete(priority);
  };
  return {
    get size() {
      return size;
    },
    add: (key, priority) => {
      const lane: Lane = lanes.get(priority) ?? createLine();
      lanes.set(priority, lane);
      const namespace = namespaceOf(key);
      const keys: Keys = lane.items.get(namespace) ?? createLine();
      if (keys.items.has(key)) return;
      lane.items.set(namespace, keys);
      keys.items.set(key, true);
      size += 1;
    },
    remove,
    next: () => {
      if (size === 0) return undefined;
      const priority = Math.max(...lanes.keys());
      const lane = lanes.get(priority);
      const namespace = lane?.turn.next().value;
      if (!lane || namespace === undefined) return undefined;
      const keys = lane.items.get(namespace);
      const key = keys?.turn.next().value;
      if (!keys || key === undefined) return undefined;
      // To the end of the line: one namespace with a thousand keys must not hold up the others.
      lane.items.delete(namespace);
      lane.items.set(namespace, keys);
      remove(key, priority);
      return key;
    },
  };
}

const namespaceOf = (key: string): string => refOf(key).namespace ?? '';
