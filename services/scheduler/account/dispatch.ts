/**
 * Sends what people are told of their own accounts, and invitations, through notification; what it learns is
 * written, fenced.
 */
import {
  ACCOUNT_MAIL_PATH,
  ACCOUNT_MAIL_RECONCILE_PATH,
  INVITATION_MAIL_PATH,
  MOST_NOTICES,
  accountMailReconcileResult,
  accountMailResult,
  type AccountMailRequest,
  type AccountMailResult,
  type InvitationMailRequest,
} from '../../core/contracts/accountMail.ts';
import { messageOf } from '../../core/errors.ts';
import {
  accountMailsFullUntil,
  claimAccountMails,
  finishAccountMail,
  readAccountMail,
  type AccountMailClaim,
  type AccountMailContent,
  type AccountMailOutcome,
} from '../../store/accountMailsOutbox.ts';
import { takeInvitationMail, type InvitationToMail } from '../../store/invitationMails.ts';
import type { SchedulerDeps } from '../deps.ts';
import { afterReconcile, afterSend, type Reconciled } from '../outbox/decide.ts';
import { failedSend } from '../outbox/failedSend.ts';

export type AccountMailDeps = Pick<
  SchedulerDeps,
  'pool' | 'clock' | 'notification' | 'failpoint' | 'metrics' | 'random' | 'settings' | 'log'
>;

const SEND_MS = 30_000;
const GRACE_MS = 5_000;
/** Longer than a send may last. */
const LEASE_MS = 60_000;
const BATCH = 8;
/** To one person; what happens beyond is told by the next one. */
export const MAILS_AN_HOUR = 6;

/** Claims what is due and sends it; resolves to how many mails were in hand. */
export async function dispatchAccountMails(
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<number> {
  const claims = await claimAccountMails(deps.pool, {
    now: deps.clock.now(),
    leaseMs: LEASE_MS,
    limit: BATCH,
    owner: deps.settings.owner,
  });
  if (claims.length === 0) return 0;
  await deps.failpoint('account-mail.after-claim');
  await Promise.all(claims.map((claim) => dispatchOne(claim, deps, signal)));
  return claims.length;
}

/** One mail; an unforeseen error leaves it to its lease, loudly. */
async function dispatchOne(
  claim: AccountMailClaim,
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<void> {
  const { id: mail, kind } = claim;
  const about =
    claim.userId === null
      ? { mail, invitation: claim.invitation?.id ?? null, kind }
      : { mail, user: claim.userId, kind };
  try {
    const outcome = await tryMail(claim, deps, signal);
    await deps.failpoint('account-mail.before-commit');
    if (!(await finishAccountMail(deps.pool, claim, outcome, deps.clock.now()))) return;
    deps.metrics.accountMails.inc({ result: outcome.kind });
    // Of an invitation its workspace is told.
    if (claim.userId !== null) reportUnsent(outcome, about, deps);
  } catch (error) {
    deps.log.error({ err: error, ...about }, 'a mail about an account could not be attempted');
  }
}

/** Who should have been told and was not, for whoever runs the installation. */
function reportUnsent(
  outcome: AccountMailOutcome,
  about: Readonly<Record<string, string | null>>,
  { log }: Pick<AccountMailDeps, 'log'>,
): void {
  const { kind: why } = outcome;
  if (why !== 'dead' && why !== 'notConfigured' && why !== 'noAddress') return;
  log.warn(
    { event: 'account-mail.not-sent', why, reason: outcome.error, ...about },
    'a person was not told by mail what happened to their account',
  );
}

async function tryMail(
  claim: AccountMailClaim,
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<AccountMailOutcome> {
  if (claim.state === 'unknown') return reconcile(claim, deps, signal);
  const { userId, invitation } = claim;
  if (invitation !== null) return tryInvitation({ ...claim, invitation }, deps, signal);
  const { address, notices } = await readAccountMail(deps.pool, claim);
  if (address === null || userId === null)
    return {
      kind: 'noAddress',
      error: 'No sign-in provider has verified a mail address of this person',
    };
  const now = deps.clock.now();
  const at = await accountMailsFullUntil(deps.pool, userId, MAILS_AN_HOUR, now);
  if (at) return { kind: 'defer', at, error: 'The person got enough mails within an hour' };
  const mail = mailOf(claim, address, notices, deps);
  return attempt(claim, ACCOUNT_MAIL_PATH, mail, deps, signal);
}

async function tryInvitation(
  claim: AccountMailClaim & { readonly invitation: NonNullable<AccountMailClaim['invitation']> },
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<AccountMailOutcome> {
  const taken = await takeInvitationMail(deps.pool, claim.invitation, {
    now: deps.clock.now(),
    isFirst: claim.attempts === 1,
  });
  if (taken.kind === 'none') return { kind: 'dead', error: taken.why };
  const mail = invitationOf(claim, taken, deps);
  return attempt(claim, INVITATION_MAIL_PATH, mail, deps, signal);
}

async function attempt(
  claim: AccountMailClaim,
  path: string,
  mail: AccountMailRequest | InvitationMailRequest,
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<AccountMailOutcome> {
  await deps.failpoint('account-mail.before-send');
  const result = await send(path, mail, deps, signal);
  await deps.failpoint('account-mail.after-send');
  return result.kind === 'notConfigured'
    ? { kind: 'notConfigured', error: result.reason }
    : afterSend(claim, 'Email', result, deps.clock.now(), deps.random());
}

const mailOf = (
  { id }: AccountMailClaim,
  to: string,
  notices: AccountMailContent['notices'],
  { settings }: Pick<AccountMailDeps, 'settings'>,
): AccountMailRequest => ({
  deliveryId: id,
  to,
  notices: notices
    .slice(0, MOST_NOTICES)
    .map(({ at, notice }) => ({ at: at.toISOString(), notice })),
  more: Math.max(0, notices.length - MOST_NOTICES),
  link: settings.publicUrl,
  timeoutMs: SEND_MS,
});

const invitationOf = (
  { id }: AccountMailClaim,
  { address, inviter, workspace, role, expiresAt, stopToken }: InvitationToMail,
  { settings: { publicUrl } }: Pick<AccountMailDeps, 'settings'>,
): InvitationMailRequest => ({
  deliveryId: id,
  to: address,
  inviter,
  workspace,
  role,
  expiresAt: expiresAt.toISOString(),
  link: publicUrl,
  unsubscribeLink: `${publicUrl}/unsubscribe?token=${stopToken}`,
  timeoutMs: SEND_MS,
});

async function send(
  path: string,
  mail: AccountMailRequest | InvitationMailRequest,
  { notification }: Pick<AccountMailDeps, 'notification'>,
  signal: AbortSignal,
): Promise<AccountMailResult> {
  try {
    return await notification.post(path, mail, accountMailResult, {
      timeoutMs: SEND_MS + GRACE_MS,
      signal,
    });
  } catch (error) {
    return failedSend(error);
  }
}

async function reconcile(
  claim: AccountMailClaim,
  deps: AccountMailDeps,
  signal: AbortSignal,
): Promise<AccountMailOutcome> {
  let answer: Reconciled | undefined;
  try {
    answer = await deps.notification.post(
      ACCOUNT_MAIL_RECONCILE_PATH,
      { deliveryId: claim.id },
      accountMailReconcileResult,
      { timeoutMs: SEND_MS, signal },
    );
  } catch (error) {
    deps.log.warn(
      { mail: claim.id, reason: messageOf(error) },
      'a mail with an unknown outcome could not be asked for',
    );
  }
  return afterReconcile(claim, answer, deps.clock.now(), deps.random());
}
