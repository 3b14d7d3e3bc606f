/** The objects of one kind from all namespaces, or from several by a reflector each. */
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { createReflector, type Reflector, type ReflectorDeps } from './reflector.ts';
import type { ReflectorOptions } from './reflector.ts';
import { joinStores, type Store } from './store.ts';

export interface Cache<T extends KubeObject> {
  readonly store: Store<T>;
  readonly reflectors: readonly Reflector<T>[];
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
  const reflectors = namespaces.map((namespace) =>
    createReflector({ ...options, namespace }, deps),
  );
  return { store: joinStores(reflectors.map(({ store }) => store)), reflectors };
}
