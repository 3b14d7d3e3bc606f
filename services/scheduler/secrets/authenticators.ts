/**
 * The secrets of people's authenticator apps. The api keeps them sealed and cannot open them: whoever has
 * its database and its keys can make no codes, and no rotation of internal keys loses one.
 */
import { verifySync } from 'otplib';
import type { Clock } from '../../core/clock.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';
import type { DataKeys } from './dataKey.ts';
import { openValues, sealingKey, sealValues, type Sealed, type SealedPlace } from './seal.ts';

export interface Authenticators {
  /** @param secret base32. */
  seal(user: string, secret: string): Sealed;
  /**
   * The time step (RFC 6238, 30 s) that a code is of, when that is the present one or one beside it.
   * @throws SealError when the secret does not open, or is another user's
   */
  stepOf(user: string, sealed: Sealed, code: string): number | undefined;
  /**
   * The same under the current data key; undefined when it lies there already.
   * @throws SealError when the secret does not open, or is another user's
   */
  reseal(user: string, sealed: Sealed): Sealed | undefined;
}

const STEP_SECONDS = 30;

export const createAuthenticators = (
  keys: DataKeys,
  clock: Pick<Clock, 'now'>,
): Authenticators => ({
  seal: (user, secret) => sealValues(keys(), placeOf(user), { secret }),
  stepOf: (user, sealed, code) => {
    const { secret = '' } = openValues(keys(), placeOf(user), sealed);
    const epoch = Math.floor(clock.now().getTime() / 1000);
    const result = verifySync({ secret, token: code, epoch, epochTolerance: STEP_SECONDS });
    return result.valid && 'timeStep' in result ? result.timeStep : undefined;
  },
  reseal: (user, sealed) => {
    const ring = keys();
    if (sealed.dataKeyId === sealingKey(ring).kid) return undefined;
    return sealValues(ring, placeOf(user), openValues(ring, placeOf(user), sealed));
  },
});

/** No Secret of a workspace can lie there. */
const placeOf = (user: string): SealedPlace => ({
  workspace: PLATFORM_WORKSPACE,
  name: `authenticator/${user}`,
});
