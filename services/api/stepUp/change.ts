/** One change of a person's factors: allowed, done, in the audit and told to the person, or none of it. */
import { enqueueAccountMail } from '../../store/accountMails.ts';
import { appendAudit } from '../../store/audit.ts';
import {
  lockFactors,
  markSteppedUp,
  noteFactorChange,
  replaceRecoveryCodes,
  withFactors,
  type FactorAction,
  type FactorChange,
  type StepUpState,
} from '../../store/secondFactors.ts';
import { PLATFORM_WORKSPACE, type Tx } from '../../store/workspace.ts';
import { hashSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { isSteppedUp, mayEnrol, stepUpRequired } from './policy.ts';
import { newRecoveryCodes, plainCode } from './recoveryCodes.ts';
import { readStepUpState, sessionHashOf, type Asker } from './require.ts';

export type FactorDeps = Pick<
  ApiDeps,
  'pool' | 'clock' | 'config' | 'newId' | 'scheduler' | 'log' | 'metrics'
>;

/** What a change works with, in its transaction. */
export interface Changing {
  readonly tx: Tx;
  readonly now: Date;
  readonly userId: string;
  readonly session: Buffer;
  readonly state: StepUpState;
}

/** How long a person may take for what was begun in time. */
export const CEREMONY_MS = 2 * 60_000;

type Work<T> = (changing: Changing) => Promise<T>;

/** One transaction on the asker's factors, which no other changes meanwhile. */
export const onFactors = <T>(deps: FactorDeps, asker: Asker, work: Work<T>): Promise<T> =>
  inTransaction(deps, asker, lockFactors, work);

/** One transaction that only looks. */
export const lookAtFactors = <T>(deps: FactorDeps, asker: Asker, work: Work<T>): Promise<T> =>
  inTransaction(deps, asker, async () => {}, work);

function inTransaction<T>(
  deps: FactorDeps,
  asker: Asker,
  before: (tx: Tx, userId: string) => Promise<void>,
  work: Work<T>,
): Promise<T> {
  const { userId } = asker.principal;
  const session = sessionHashOf(deps, asker);
  return withFactors(deps.pool, userId, async (tx) => {
    await before(tx, userId);
    const state = await readStepUpState(tx, session, userId);
    return work({ tx, now: deps.clock.now(), userId, session, state });
  });
}

/** @throws HttpError `step_up_required` */
export function checkMayEnrol({ state, now }: Changing, slackMs = 0): void {
  if (!mayEnrol(state, now, slackMs)) throw stepUpRequired(state, now);
}

/** @throws HttpError `step_up_required` */
export function checkSteppedUp({ state, now }: Changing): void {
  if (!isSteppedUp(state, now)) throw stepUpRequired(state, now);
}

/** Notes a change for the person, by mail too, and in the audit of the installation; do it last. */
export async function tell(
  deps: FactorDeps,
  { tx, now: at, userId }: Changing,
  action: FactorAction,
  name = '',
): Promise<void> {
  const id = deps.newId();
  await noteFactorChange(tx, userId, { id, at, action, name });
  await mailFactorChange(tx, userId, { id, at, action, name });
  const [actor, subject] = [`user:${userId}`, `user/${userId}`];
  // The audit outlives the account: what the person called a passkey is not in it.
  await appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action, subject });
}

/** Tells a person of a change of their factors where whoever holds the session does not read. */
export const mailFactorChange = (
  tx: Tx,
  userId: string,
  { id, at, action, name }: FactorChange,
): Promise<void> =>
  enqueueAccountMail(tx, {
    userId,
    key: `factor/${id}`,
    at,
    notice: { kind: 'factorChanged', action, name },
  });

/** New recovery codes in place of all others; they are shown this once. */
export async function giveRecoveryCodes({ tx, now, userId }: Changing): Promise<string[]> {
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => hashSecret(plainCode(code)));
  await replaceRecoveryCodes(tx, userId, hashes, now);
  return codes;
}

/**
 * After a factor was added: who has just shown a new one has shown one.
 * @returns recovery codes with the first factor, else null.
 */
export async function welcome(
  deps: FactorDeps,
  changing: Changing,
  action: FactorAction,
  name?: string,
): Promise<string[] | null> {
  const { tx, now, session, state } = changing;
  const codes = state.passkeys > 0 || state.hasApp ? null : await giveRecoveryCodes(changing);
  await markSteppedUp(tx, session, now);
  await tell(deps, changing, action, name);
  return codes;
}

/** Recovery codes alone are no factor: they go with the last one. */
export async function dropCodesWithLast({ tx, now, userId, session }: Changing): Promise<void> {
  const { passkeys, hasApp } = await readStepUpState(tx, session, userId);
  if (passkeys === 0 && !hasApp) await replaceRecoveryCodes(tx, userId, [], now);
}
