/** Lets only those go on who have just shown who they are: by a second factor, or by signing in where there is none. */
import { HttpError } from '../../core/errors.ts';
import { withFactors } from '../../store/secondFactors.ts';
import { mayEnrol, stepUpRequired } from './policy.ts';
import { readStepUpState, sessionHashOf, type Asker } from './require.ts';
import type { ApiDeps } from '../deps.ts';

/**
 * For what a person does with all of their own data: whoever finds the session open gets nothing of it. It is not
 * kept from people without a second factor.
 * @throws HttpError `step_up_required`; `forbidden` for tokens
 */
export async function requireFresh(
  deps: Pick<ApiDeps, 'pool' | 'clock' | 'config'>,
  asker: Asker,
): Promise<void> {
  const session = sessionHashOf(deps, asker);
  const { userId } = asker.principal;
  const state = await withFactors(deps.pool, userId, (tx) => readStepUpState(tx, session, userId));
  const now = deps.clock.now();
  if (mayEnrol(state, now)) return;
  const refusal = stepUpRequired(state, now);
  if ((refusal.factors ?? []).length > 0) throw refusal;
  throw new HttpError(
    'step_up_required',
    'Confirm first that it is you: sign out, sign in again, and come back within five minutes',
    { factors: [] },
  );
}
