/** Why a check cannot be made now, through no fault of its page. */
import type { PoolAddress } from '../../core/contracts/projection.ts';

/** No pod of the check's pool has taken any of it. */
export class NoPodError extends Error {
  constructor({ namespace, name }: PoolAddress, cause?: unknown) {
    super(`No pod of the pool ${namespace}/${name} takes the check`, { cause });
    this.name = 'NoPodError';
  }
}
