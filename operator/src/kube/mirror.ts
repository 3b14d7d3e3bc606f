/** A store that follows lists and events, and tells what changed. Pure but for its listeners. */
import type { KubeObject, WatchEvent } from '../../../services/core/kube/types.ts';
import { keyOf } from './keys.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

/** What happened to one object. `initial`: it was there before we looked. */
export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: T; readonly initial: boolean }
  | { readonly type: 'updated'; readonly before: T; readonly object: T }
  | { readonly type: 'deleted'; readonly object: T };

/** Told of every change after the store has it. What it throws is logged and counted, no more. */
export type Listener<T extends KubeObject> = (change: Change<T>) => void;

export interface Mirror<T extends KubeObject> {
  readonly store: Store<T>;
  subscribe(listener: Listener<T>): void;
  /** @param initial whether this is the first list. */
  put(object: T, initial: boolean): void;
  /** After a list: what was not in it has been deleted meanwhile. */
  retain(keys: ReadonlySet<string>): void;
  /** Takes an event; returns the resourceVersion that lies behind us now. */
  take(event: WatchEvent<T>): string;
}

/** @param onListenerError told of what a listener throws. */
export function createMirror<T extends KubeObject>(
  options: StoreOptions<T>,
  onListenerError: (error: unknown) => void,
): Mirror<T> {
  const store = createStore(options);
  const listeners: Listener<T>[] = [];
  const tell = (change: Change<T>): void =>
    listeners.forEach((listener) => {
      try {
        listener(change);
      } catch (error) {
        onListenerError(error);
      }
    });
  const remove = (key: string, last: T): void => {
    store.remove(key);
    tell({ type: 'deleted', object: last });
  };
  const put = (given: T, initial: boolean): void => {
    const key = keyOf(given);
    const before = store.get(key);
    // Same name, other uid: deleted and made again while nobody looked. Children of the first are
    // not the second's.
    const replaced = before !== undefined && before.metadata.uid !== given.metadata.uid;
    if (replaced) remove(key, before);
    else if (before?.metadata.resourceVersion === given.metadata.resourceVersion) return;
    const object = store.put(given);
    if (before === undefined || replaced) tell({ type: 'added', object, initial });
    else tell({ type: 'updated', before, object });
  };
  return {
    store,
    subscribe: (listener) => void listeners.push(listener),
    put,
    retain: (keys) => {
      for (const key of store.keys()) {
        const last = keys.has(key) ? undefined : store.get(key);
        if (last) remove(key, last);
      }
    },
    take: (event) => {
      if (event.type === 'BOOKMARK') return event.resourceVersion;
      const { object } = event;
      if (event.type !== 'DELETED') put(object, false);
      else if (store.get(keyOf(object))?.metadata.uid === object.metadata.uid)
        remove(keyOf(object), object);
      return object.metadata.resourceVersion ?? '';
    },
  };
}
