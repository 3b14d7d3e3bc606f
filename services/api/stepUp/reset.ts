/** Removes the factors of somebody who has lost them all, on the word of an administrator. */
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { findUser } from '../../store/identity.ts';
import {
  lockFactors,
  noteFactorChange,
  removeAllFactors,
  withFactors,
} from '../../store/secondFactors.ts';
import { revokeSessions } from '../../store/sessions.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';
import { mailFactorChange, type FactorDeps } from './change.ts';
import { requireStepUp, type Asker } from './require.ts';

/**
 * All sessions of the person end too: a new factor is added only after a new sign-in.
 * @throws HttpError `step_up_required` for the administrator; `not_found`
 */
export async function resetFactors(deps: FactorDeps, asker: Asker, userId: string): Promise<void> {
  await requireStepUp(deps, asker);
  const { actor } = asker.principal;
  await withFactors(deps.pool, userId, async (tx) => {
    await lockFactors(tx, userId);
    if (!(await findUser(tx, userId))) throw new HttpError('not_found', 'There is no such user.');
    const at = deps.clock.now();
    await removeAllFactors(tx, userId);
    await revokeSessions(tx, userId, at);
    const change = { id: deps.newId(), at, action: 'factors.reset', name: '' } as const;
    await noteFactorChange(tx, userId, change);
    await mailFactorChange(tx, userId, change);
    const subject = `user/${userId}`;
    await appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action: 'factors.reset', subject });
  });
}
