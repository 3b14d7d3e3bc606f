/** Key files of all services from one root, for tests. */
import type { InternalCaller } from '../contracts/ports.ts';
import { newKeyEntry, type Keyring, type KeyState } from '../keyring.ts';
import { deriveServiceKeys, type KeySource } from '../serviceKeys.ts';

export interface TestKeys {
  readonly root: Keyring;
  /** The keys of a service; the same object each time. */
  of(service: InternalCaller): KeySource;
}

/** Keys of a new root with one entry for each state. */
export function testKeys(states: readonly KeyState[] = ['current']): TestKeys {
  return keysOf({ keys: states.map((state) => newKeyEntry(new Date(), state)) });
}

export const keysOf = (root: Keyring): TestKeys => ({
  root,
  of: (service) => {
    const keys = deriveServiceKeys(root, service);
    return () => keys;
  },
});
