/** The objects of one kind from all namespaces, or from several by a reflector each. */
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { refOf } from './keys.ts';
import { createReflector, type Reflector, type ReflectorDeps } from './reflector.ts';
import type { ReflectorOptions } from './reflector.ts';
import type { Store } from './store.ts';

export interface Cache<T extends KubeObject> {
  readonly store: Store<T>;
  readonly reflectors: readonly Reflector<T>[];
}

/** Reads as one what several reflectors hold, each of a namespace of its own. */
function union<T extends KubeObject>(parts: ReadonlyMap<string, Store<T>>): Store<T> {
  const stores = [...parts.values()];
  return {
    get: (key) => parts.get(refOf(key).namespace ?? '')?.get(key),
    all: () => stores.flatMap((store) => store.all()),
    keys: () => stores.flatMap((store) => store.keys()),
    by: (index, value) => stores.flatMap((store) => store.by(index, value)),
    get size() {
      return stores.reduce((sum, store) => sum + store.size, 0);
    },
  };
}

/** @param namespaces all when empty; a narrow Role grants list and watch only in some */
export function createCache<T extends KubeObject>(
  options: Omit<ReflectorOptions<T>, 'namespace'>,
  namespaces: readonly string[],
  deps: ReflectorDeps,
): Cache<T> {
  if (namespaces.length === 0) {
    const reflector = createReflector(options, deps);
    return { store: reflector.store, reflectors: [reflector] };
  }
  const made = new Map(
    namespaces.map((namespace) => [namespace, createReflector({ ...options, namespace }, deps)]),
  );
  const stores = new Map([...made].map(([namespace, { store }]) => [namespace, store]));
  return { store: union(stores), reflectors: [...made.values()] };
}
