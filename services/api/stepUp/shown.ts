/** A second factor that was shown: what a session gets for it, and what a wrong one leaves. */
import { HttpError, messageOf } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { markSteppedUp, withFactors, type Factor } from '../../store/secondFactors.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';
import { noteRefusal } from '../authEvents.ts';
import type { Changing, FactorDeps } from './change.ts';
import { STEP_UP_MS } from './policy.ts';
import type { Asker } from './require.ts';

/** Until when the session may do what needs a second factor. */
export interface SteppedUp {
  readonly until: Date;
}

/** The session has shown a factor; do it last. */
export async function stepUp(
  { tx, now, userId, session }: Changing,
  by: Factor,
): Promise<SteppedUp> {
  await markSteppedUp(tx, session, now);
  const [actor, subject] = [`user:${userId}`, `user/${userId}`];
  await appendAudit(tx, PLATFORM_WORKSPACE, {
    at: now,
    actor,
    action: 'step-up',
    subject,
    detail: { by },
  });
  return { until: new Date(now.getTime() + STEP_UP_MS) };
}

export type WrongFactor = 'passkey' | 'totp' | 'recovery' | 'too_many_codes';

const TEXT: Readonly<Record<Exclude<WrongFactor, 'too_many_codes'>, string>> = {
  passkey: 'The passkey was not accepted; try it again',
  totp: 'The code is not right, or was used before; wait for the next one',
  recovery: 'This recovery code is not right, or was used before',
};

/** Of a cause in the log. */
const MOST_CHARACTERS = 300;

/** Counts, logs and audits a factor that was wrong. @returns the error for the person. */
export async function refuseFactor(
  deps: FactorDeps,
  { principal: { userId, actor }, request }: Asker,
  what: WrongFactor,
  cause?: unknown,
): Promise<HttpError> {
  noteRefusal(deps, request, {
    reason: `factor_${what}`,
    message: 'a second factor was refused',
    // It repeats what the caller sent.
    ...(cause === undefined ? {} : { more: { why: messageOf(cause).slice(0, MOST_CHARACTERS) } }),
  });
  const entry = { at: deps.clock.now(), actor, subject: `user/${userId}`, detail: { what } };
  await withFactors(deps.pool, userId, (tx) =>
    appendAudit(tx, PLATFORM_WORKSPACE, { ...entry, action: 'step-up.refused' }),
  );
  if (what === 'too_many_codes')
    return new HttpError(
      'forbidden',
      'Too many wrong codes in this session; use a passkey or a recovery code, or sign in again',
    );
  return new HttpError('unprocessable', TEXT[what], { cause });
}
