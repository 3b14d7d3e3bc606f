/** The objects of one kind in memory, found by key and by index. */
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { keyOf } from './keys.ts';
import { createSharing } from './share.ts';

/** Which values an object is found by under one index. */
export type Index<T> = (object: T) => readonly string[];

/** Reading side. Objects and their parts are shared: nobody may change them. */
export interface Store<T extends KubeObject> {
  /** @param key `namespace/name`, or `name` for kinds of the whole cluster. */
  get(key: string): T | undefined;
  all(): readonly T[];
  keys(): readonly string[];
  /** @throws when no such index was declared. */
  by(index: string, value: string): readonly T[];
  readonly size: number;
}

/** Writing side, for the reflector alone. */
export interface WritableStore<T extends KubeObject> extends Store<T> {
  /** Returns the object as it is kept. */
  put(object: T): T;
  remove(key: string): void;
}

export interface StoreOptions<T extends KubeObject> {
  readonly indexes?: Readonly<Record<string, Index<T>>>;
  /** Runs before an object is kept, after `slim`: what nobody reads need not be held. */
  readonly transform?: (object: T) => T;
}

/** Where `kubectl apply` keeps a second copy of the object. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without managedFields and last-applied, which are most of an object and which nobody here reads. */
export function slim<T extends KubeObject>(object: T): T {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return { ...object, metadata };
  const { [LAST_APPLIED]: __, ...kept } = annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

type Found = Map<string, Set<string>>;

/** One for all kinds and namespaces: names, times and defaults are the same in many. */
const share = createSharing();

export function createStore<T extends KubeObject>({
  indexes = {},
  transform = (object) => object,
}: StoreOptions<T> = {}): WritableStore<T> {
  const objects = new Map<string, T>();
  const found = new Map<string, Found>(Object.keys(indexes).map((name) => [name, new Map()]));
  const remove = (key: string): void => {
    const object = objects.get(key);
    if (object === undefined) return;
    objects.delete(key);
    for (const [name, values] of valuesOf(indexes, object))
      values.forEach((value) => unlist(found.get(name), value, key));
  };
  return {
    get: (key) => objects.get(key),
    all: () => [...objects.values()],
    keys: () => [...objects.keys()],
    by: (name, value) => {
      const index = found.get(name);
      if (!index) throw new Error(`The store has no index "${name}".`);
      return [...(index.get(value) ?? [])].flatMap((key) => objects.get(key) ?? []);
    },
    get size() {
      return objects.size;
    },
    put: (given) => {
      const object = share(transform(slim(given)));
      const key = keyOf(object);
      // Index functions run first: what throws leaves the store as it was.
      const values = valuesOf(indexes, object);
      remove(key);
      objects.set(key, object);
      for (const [name, each] of values) each.forEach((value) => list(found.get(name), value, key));
      return object;
    },
    remove,
  };
}

/** Several stores as one, such as one a namespace; their keys must not overlap. */
export const joinStores = <T extends KubeObject>(stores: readonly Store<T>[]): Store<T> => ({
  get: (key) => stores.find((store) => store.get(key) !== undefined)?.get(key),
  all: () => stores.flatMap((store) => store.all()),
  keys: () => stores.flatMap((store) => store.keys()),
  by: (name, value) => stores.flatMap((store) => store.by(name, value)),
  get size() {
    return stores.reduce((sum, store) => sum + store.size, 0);
  },
});

const valuesOf = <T>(
  indexes: Readonly<Record<string, Index<T>>>,
  object: T,
): (readonly [string, readonly string[]])[] =>
  Object.entries(indexes).map(([name, index]) => [name, index(object)]);

function list(index: Found | undefined, value: string, key: string): void {
  const keys = index?.get(value);
  if (keys) keys.add(key);
  else index?.set(value, new Set([key]));
}

function unlist(index: Found | undefined, value: string, key: string): void {
  const keys = index?.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index?.delete(value);
}
