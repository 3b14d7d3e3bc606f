/** The operator's own keys in a cluster: derived from the root that it keeps, with no file between. */
import { isDeepStrictEqual } from 'node:util';
import type { Keyring } from '../../../services/core/keyring.ts';
import {
  deriveServiceKeys,
  type KeySource,
  type ServiceKeyFile,
} from '../../../services/core/serviceKeys.ts';

export interface OwnKeys {
  /** Without keys until a root was taken. */
  readonly source: KeySource;
  /** From now on calls are signed with keys of this root. */
  take(root: Keyring): void;
}

export function createOwnKeys(): OwnKeys {
  let held: ServiceKeyFile = deriveServiceKeys({ keys: [] }, 'operator');
  return {
    source: () => held,
    take: (root) => {
      const next = deriveServiceKeys(root, 'operator');
      if (!isDeepStrictEqual(held, next)) held = next;
    },
  };
}
