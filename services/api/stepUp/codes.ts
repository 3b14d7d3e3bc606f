/** Codes that are typed: of an authenticator app (TOTP), and recovery codes. */
import { generateSecret, generateURI } from 'otplib';
import {
  APP_CHECK_PATH,
  APP_SEAL_PATH,
  appCheckResult,
  sealedText,
  type SealedText,
} from '../../core/contracts/scheduler.ts';
import { HttpError } from '../../core/errors.ts';
import { findUser } from '../../store/identity.ts';
import { useRecoveryCode } from '../../store/secondFactors.ts';
import {
  beginTry,
  findApp,
  noteAppUse,
  proposeApp,
  removeApp,
  type App,
  type SealedApp,
  type TryLimits,
} from '../../store/secondFactorsTotp.ts';
import { hashSecret } from '../cookie.ts';
import {
  CEREMONY_MS,
  checkMayEnrol,
  checkSteppedUp,
  dropCodesWithLast,
  giveRecoveryCodes,
  onFactors,
  tell,
  welcome,
  type Changing,
  type FactorDeps,
} from './change.ts';
import { plainCode } from './recoveryCodes.ts';
import type { Asker } from './require.ts';
import { refuseFactor, stepUp, type SteppedUp } from './shown.ts';

/**
 * Three of a million codes are right at any time. One session alone never makes its person wait, who
 * goes on in others; many sessions together guess ten times, and then 24 times a day.
 */
const TRY_LIMITS: TryLimits = {
  perSession: 5,
  perPerson: 10,
  firstWaitSeconds: 60,
  longestWaitSeconds: 3_600,
};

/** What an authenticator app is set up with. */
export interface ProposedApp {
  /** Base32, to be typed. */
  readonly secret: string;
  /** The same as otpauth://, to be scanned or opened. */
  readonly uri: string;
}

/** @throws HttpError `step_up_required`; `conflict` beside an app that is in use. */
export async function beginApp(deps: FactorDeps, asker: Asker): Promise<ProposedApp> {
  const label = await onFactors(deps, asker, async (changing) => {
    checkMayEnrol(changing);
    const user = await findUser(changing.tx, changing.userId);
    return user?.email ?? user?.displayName ?? changing.userId;
  });
  const secret = generateSecret();
  const request = { user: asker.principal.userId, secret };
  const answer = await deps.scheduler.post(APP_SEAL_PATH, request, sealedText);
  const sealed = toKeep(answer);
  await onFactors(deps, asker, async (changing) => {
    checkMayEnrol(changing, CEREMONY_MS);
    if (!(await proposeApp(changing.tx, changing.userId, sealed, changing.now)))
      throw new HttpError('conflict', 'Remove the authenticator app that is in use first');
  });
  return { secret, uri: generateURI({ issuer: 'duckmon', label, secret }) };
}

const toKeep = ({ content, dataKeyId }: SealedText): SealedApp => ({
  sealed: Buffer.from(content, 'base64'),
  dataKeyId,
});

/** @returns recovery codes with the first factor, else null. */
export const confirmApp = (
  deps: FactorDeps,
  asker: Asker,
  code: string,
): Promise<string[] | null> =>
  withRightCode(deps, asker, code, {
    isMeant: ({ confirmedAt }) => confirmedAt === null,
    before: (changing) => checkMayEnrol(changing, CEREMONY_MS),
    after: (changing) => welcome(deps, changing, 'totp.add'),
  });

/** @throws HttpError `unprocessable` for a wrong code; `too_many_requests`, `forbidden` after several. */
export const stepUpByApp = (deps: FactorDeps, asker: Asker, code: string): Promise<SteppedUp> =>
  withRightCode(deps, asker, code, {
    isMeant: ({ confirmedAt }) => confirmedAt !== null,
    before: () => undefined,
    after: (changing) => stepUp(changing, 'totp'),
  });

interface Meaning<T> {
  readonly isMeant: (app: App) => boolean;
  readonly before: (changing: Changing) => void;
  readonly after: (changing: Changing) => Promise<T>;
}

async function withRightCode<T>(
  deps: FactorDeps,
  asker: Asker,
  code: string,
  { isMeant, before, after }: Meaning<T>,
): Promise<T> {
  const begun = await onFactors(deps, asker, async (changing) => {
    before(changing);
    const { tx, userId, session, now } = changing;
    const app = await findApp(tx, userId);
    if (!app || !isMeant(app))
      throw new HttpError('not_found', 'There is no such authenticator app');
    return { app, outcome: await beginTry(tx, userId, session, TRY_LIMITS, now), now };
  });
  const { app, outcome } = begun;
  if (outcome.kind === 'sessionSpent') throw await refuseFactor(deps, asker, 'too_many_codes');
  if (outcome.kind === 'wait') throw waitUntil(outcome.until, begun.now);
  const request = {
    user: asker.principal.userId,
    content: Buffer.from(app.sealed).toString('base64'),
    dataKeyId: app.dataKeyId,
    code,
  };
  const { step, resealed } = await deps.scheduler.post(APP_CHECK_PATH, request, appCheckResult);
  const done = await onFactors(deps, asker, async (changing) => {
    const { tx, userId, session, now } = changing;
    if (step === null) return undefined;
    const used = { step, sealed: app.sealed, resealed: resealed && toKeep(resealed) };
    if (!(await noteAppUse(tx, userId, session, used, now))) return undefined;
    return { value: await after(changing) };
  });
  if (!done) throw await refuseFactor(deps, asker, 'totp');
  return done.value;
}

const waitUntil = (until: Date, now: Date): HttpError =>
  new HttpError(
    'too_many_requests',
    'Too many wrong codes; wait, or use a passkey or a recovery code',
    { retryAfterSeconds: Math.ceil((until.getTime() - now.getTime()) / 1000) },
  );

/** @throws HttpError `step_up_required`, `not_found` */
export const forgetApp = (deps: FactorDeps, asker: Asker): Promise<void> =>
  onFactors(deps, asker, async (changing) => {
    checkSteppedUp(changing);
    if (!(await removeApp(changing.tx, changing.userId)))
      throw new HttpError('not_found', 'There is no authenticator app.');
    await dropCodesWithLast(changing);
    await tell(deps, changing, 'totp.remove');
  });

/** @throws HttpError `unprocessable` for one that is not there or was used. */
export async function stepUpByRecoveryCode(
  deps: FactorDeps,
  asker: Asker,
  typed: string,
): Promise<SteppedUp> {
  const hash = hashSecret(plainCode(typed));
  const done = await onFactors(deps, asker, async (changing) => {
    const { tx, userId, now } = changing;
    if (!(await useRecoveryCode(tx, userId, hash, now))) return undefined;
    const steppedUp = await stepUp(changing, 'recovery');
    await tell(deps, changing, 'recovery-code.use');
    return steppedUp;
  });
  if (!done) throw await refuseFactor(deps, asker, 'recovery');
  return done;
}

/** New codes in place of all others. @throws HttpError `step_up_required`; `conflict` without a factor. */
export const renewRecoveryCodes = (deps: FactorDeps, asker: Asker): Promise<string[]> =>
  onFactors(deps, asker, async (changing) => {
    checkSteppedUp(changing);
    const { passkeys, hasApp } = changing.state;
    if (passkeys === 0 && !hasApp)
      throw new HttpError('conflict', 'Add a passkey or an authenticator app first');
    const codes = await giveRecoveryCodes(changing);
    await tell(deps, changing, 'recovery-codes.new');
    return codes;
  });
