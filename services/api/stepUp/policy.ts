/** What a session may do by the second factors that it has shown, decided without a database. */
import { HttpError } from '../../core/errors.ts';
import type { Factor, StepUpState } from '../../store/secondFactors.ts';

/** How long a second factor, or a sign-in, counts as just shown. */
export const STEP_UP_MS = 5 * 60_000;

const isWithin = (at: Date | null, ms: number, now: Date): boolean =>
  at !== null && now.getTime() - at.getTime() <= ms;

/** Whether the session has shown a second factor within five minutes. */
export const isSteppedUp = ({ steppedUpAt }: StepUpState, now: Date): boolean =>
  isWithin(steppedUpAt, STEP_UP_MS, now);

const hasFactor = ({ passkeys, hasApp }: StepUpState): boolean => passkeys > 0 || hasApp;

/**
 * Whether the session may add a factor: after a factor that is there, or just after the sign-in where
 * there is none. Whoever finds a session open, or gets in by the provider alone, adds none.
 * @param slackMs for a ceremony that was begun in time.
 */
export const mayEnrol = (state: StepUpState, now: Date, slackMs = 0): boolean =>
  isWithin(state.steppedUpAt, STEP_UP_MS + slackMs, now) ||
  (!hasFactor(state) && isWithin(state.signedInAt, STEP_UP_MS + slackMs, now));

/** By what the person can step up. */
function factorsOf({ passkeys, hasApp, codesLeft }: StepUpState): Factor[] {
  const there = { passkey: passkeys > 0, totp: hasApp, recovery: codesLeft > 0 };
  return (['passkey', 'totp', 'recovery'] as const).filter((factor) => there[factor]);
}

/** Refuses, and says what to do next. */
export function stepUpRequired(state: StepUpState, now: Date): HttpError {
  const factors = factorsOf(state);
  if (factors.length > 0)
    return new HttpError('step_up_required', 'Confirm first that it is you', { factors });
  return new HttpError(
    'step_up_required',
    mayEnrol(state, now)
      ? 'This needs a second factor: add a passkey or an authenticator app on the page Security first'
      : 'This needs a second factor: sign in again, and then add a passkey or an authenticator app on the page Security within five minutes',
    { factors },
  );
}
