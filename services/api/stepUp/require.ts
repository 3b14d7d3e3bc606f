/** Lets only those go on who have just shown a second factor. */
import type { Request } from 'express';
import { HttpError } from '../../core/errors.ts';
import { findStepUpState, withFactors, type StepUpState } from '../../store/secondFactors.ts';
import type { Tx } from '../../store/workspace.ts';
import { hashSecret, readSessionId } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { isSteppedUp, stepUpRequired } from './policy.ts';

type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'config'>;

/** Of a request that was let in. */
export interface Asker {
  readonly principal: Principal;
  readonly request: Request;
}

/**
 * The session that asks.
 * @throws HttpError `forbidden` for tokens: they are no person and have no factors.
 */
export function sessionHashOf({ config }: Pick<Deps, 'config'>, asker: Asker): Buffer {
  const id = readSessionId(config.PUBLIC_URL, asker.request.get('cookie'));
  if (asker.principal.via !== 'session' || id === undefined)
    throw new HttpError('forbidden', 'This is done in the dashboard by a person, by no token');
  return hashSecret(id);
}

/** @throws HttpError `unauthorized` when the session ended meanwhile. */
export async function readStepUpState(
  tx: Tx,
  sessionHash: Uint8Array,
  userId: string,
): Promise<StepUpState> {
  const state = await findStepUpState(tx, sessionHash, userId);
  if (!state) throw new HttpError('unauthorized', 'Sign in again');
  return state;
}

/**
 * Call it first in what only a person may do who is surely there.
 * @throws HttpError `step_up_required` with the factors that the person has; `forbidden` for tokens,
 * but for the one of a person's own machine, which alone has the right to administer.
 */
export async function requireStepUp(deps: Deps, asker: Asker): Promise<void> {
  const { userId, via, platformAdmin } = asker.principal;
  if (via === 'token' && platformAdmin) return;
  const session = sessionHashOf(deps, asker);
  const state = await withFactors(deps.pool, userId, (tx) => readStepUpState(tx, session, userId));
  const now = deps.clock.now();
  if (!isSteppedUp(state, now)) throw stepUpRequired(state, now);
}
