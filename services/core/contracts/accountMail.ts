/** Mails to a person about their own account, from the scheduler to notification (port 8003). */
import { z } from 'zod';
import { timestamp } from './common.ts';
import { deliverResult, reconcileResult } from './notification.ts';

export const ACCOUNT_MAIL_PATH = '/internal/v1/account-mails';
export const ACCOUNT_MAIL_RECONCILE_PATH = '/internal/v1/account-mails/reconcile';

/** What was done with a second factor. */
export const factorActions = [
  'passkey.add',
  'passkey.remove',
  'totp.add',
  'totp.remove',
  'recovery-codes.new',
  'recovery-code.use',
  'factors.reset',
] as const;

/** What happened to an account; names are words of the person's own. */
export const accountNotice = z.discriminatedUnion('kind', [
  /** A refresh token of this API token was used twice. */
  z.strictObject({ kind: z.literal('refreshReused'), token: z.string(), workspace: z.string() }),
  /** `name` is a passkey's; empty for others. */
  z.strictObject({
    kind: z.literal('factorChanged'),
    action: z.enum(factorActions),
    name: z.string(),
  }),
  z.strictObject({ kind: z.literal('sessionsEnded') }),
  z.strictObject({ kind: z.literal('accountDisabled') }),
]);
export type AccountNotice = z.infer<typeof accountNotice>;

/** More of them are only counted in a mail. */
export const MOST_NOTICES = 20;

export const accountMailRequest = z.strictObject({
  deliveryId: z.string(),
  /** The address that the sign-in provider has verified. */
  to: z.string(),
  notices: z
    .array(z.strictObject({ at: timestamp, notice: accountNotice }))
    .min(1)
    .max(MOST_NOTICES),
  /** Notices beyond those. */
  more: z.number().int().nonnegative(),
  /** Our own dashboard; the only link of the mail. */
  link: z.string(),
  timeoutMs: z.number().int().positive().max(60_000),
});
export type AccountMailRequest = z.infer<typeof accountMailRequest>;

export const accountMailResult = z.discriminatedUnion('kind', [
  ...deliverResult.options,
  /** This installation has no mail of its own. */
  z.strictObject({ kind: z.literal('notConfigured'), reason: z.string() }),
]);
export type AccountMailResult = z.infer<typeof accountMailResult>;

/** Invites whoever reads an address, who may have no account; names are words of others. */
export const INVITATION_MAIL_PATH = '/internal/v1/invitation-mails';

export const invitationMailRequest = z.strictObject({
  deliveryId: z.string(),
  to: z.string(),
  inviter: z.string(),
  workspace: z.string(),
  role: z.enum(['owner', 'editor', 'viewer']),
  expiresAt: timestamp,
  /** Our own dashboard. */
  link: z.string(),
  /** The page that ends such mails to the address. */
  unsubscribeLink: z.string(),
  timeoutMs: z.number().int().positive().max(60_000),
});
export type InvitationMailRequest = z.infer<typeof invitationMailRequest>;

/** Asks the provider whether it has a mail whose outcome is unknown. */
export const accountMailReconcileRequest = z.strictObject({ deliveryId: z.string() });
export const accountMailReconcileResult = reconcileResult;
