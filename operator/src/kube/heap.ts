/** A binary heap: the smallest first. */

export interface Heap<T> {
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  /** Keeps only what passes. */
  retain(keep: (item: T) => boolean): void;
  readonly size: number;
}

/** @param order the item with the smallest number comes first. */
export function createHeap<T>(order: (item: T) => number): Heap<T> {
  let items: T[] = [];
  const less = (a: number, b: number): boolean => order(items[a] as T) < order(items[b] as T);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b] as T, items[a] as T];
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!less(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (from: number): void => {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      if (left >= items.length) return;
      const child = left + 1 < items.length && less(left + 1, left) ? left + 1 : left;
      if (!less(child, at)) return;
      swap(at, child);
      at = child;
    }
  };
  return {
    push: (item) => {
      items.push(item);
      rise(items.length - 1);
    },
    peek: () => items[0],
    pop: () => {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last as T;
        sink(0);
      }
      return first;
    },
    retain: (keep) => {
      items = items.filter(keep);
      for (let at = (items.length >> 1) - 1; at >= 0; at -= 1) sink(at);
    },
    get size() {
      return items.length;
    },
  };
}
