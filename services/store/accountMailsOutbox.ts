/**
 * Mails about accounts, and those that invite, as a state machine, as deliveries are: claimed with a lease, never
 * lost, fenced.
 */
import type { AccountNotice } from '../core/contracts/accountMail.ts';
import { OWN_ISSUERS } from './identity.ts';
import type { INVITED } from './invitationMails.ts';
import type { Invitation } from './invitations.ts';
import type { DeliveryOutcome } from './outbox.ts';
import type { Sql } from './pool.ts';

/** One mail in the hands of one dispatcher. */
export interface AccountMailClaim {
  readonly id: string;
  /** Null for a mail that invites: it belongs to no person, and joins no other. */
  readonly userId: string | null;
  readonly invitation: Pick<Invitation, 'workspace' | 'id'> | null;
  readonly kind: AccountNotice['kind'] | typeof INVITED;
  /** `unknown`: a send was begun and its outcome was never written; it is asked for, not sent. */
  readonly state: 'sending' | 'unknown';
  readonly attempts: number;
  readonly firstAttemptAt: Date;
  readonly unknownSince: Date | null;
  readonly resent: boolean;
  readonly token: number;
}

export interface AccountMailClaimOptions {
  readonly now: Date;
  readonly leaseMs: number;
  readonly limit: number;
  readonly owner: string;
}

/** A person's mails leave one after the other. */
const IS_NEXT = `NOT EXISTS (
  SELECT 1 FROM account_mails o WHERE o.user_id = m.user_id AND o.state IN ('pending', 'sending', 'unknown')
    AND (o.created_at, o.id) < (m.created_at, m.id))`;

/**
 * Claims due mails, the oldest of each person only. What else waits for the person joins a mail that was
 * never tried, and brings what had joined it; later attempts say the same as the first. One whose lease ended while it was being sent comes
 * back as `unknown`.
 */
export async function claimAccountMails(
  sql: Sql,
  { now, leaseMs, limit, owner }: AccountMailClaimOptions,
): Promise<AccountMailClaim[]> {
  const { rows } = await sql.query<AccountMailClaim>(
    `WITH due AS MATERIALIZED (
       SELECT m.id FROM account_mails m
       WHERE m.next_attempt_at <= $1 AND (m.lease_until IS NULL OR m.lease_until <= $1) AND ${IS_NEXT}
       ORDER BY m.next_attempt_at, m.id LIMIT $4 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE account_mails m SET lease_token = m.lease_token + 1, lease_until = $2, lease_owner = $3,
         next_attempt_at = $2, attempts = m.attempts + CASE m.state WHEN 'pending' THEN 1 ELSE 0 END,
         unknown_since = CASE m.state WHEN 'sending' THEN $1 WHEN 'pending' THEN NULL ELSE m.unknown_since END,
         state = CASE m.state WHEN 'pending' THEN 'sending' ELSE 'unknown' END,
         first_attempt_at = COALESCE(m.first_attempt_at, $1), updated_at = $1
       FROM due WHERE m.id = due.id RETURNING m.*
     ), joined AS (
       UPDATE account_mails j SET state = 'joined', told_with = t.id, next_attempt_at = NULL, updated_at = $1
       FROM taken t JOIN account_mails lead ON lead.user_id = t.user_id AND lead.id <> t.id
           AND lead.state = 'pending' AND lead.attempts = 0
       WHERE t.state = 'sending' AND t.attempts = 1 AND j.id <> t.id
         AND (j.id = lead.id OR j.state = 'joined' AND j.told_with = lead.id))
     SELECT t.id, t.user_id AS "userId", t.kind,
       CASE WHEN t.invitation_id IS NOT NULL
         THEN jsonb_build_object('workspace', t.inviting_workspace, 'id', t.invitation_id) END AS invitation,
       t.state, t.attempts,
       t.first_attempt_at AS "firstAttemptAt", t.unknown_since AS "unknownSince", t.resent,
       t.lease_token AS token
     FROM taken t ORDER BY t.created_at, t.id`,
    [now, new Date(now.getTime() + leaseMs), owner, limit],
  );
  return rows;
}

export interface AccountMailContent {
  /** Null when no provider has verified one. */
  readonly address: string | null;
  /** The oldest first. */
  readonly notices: readonly { readonly at: Date; readonly notice: AccountNotice }[];
}

/** What a mail says, and to whom. */
export async function readAccountMail(
  sql: Sql,
  { id, userId }: Pick<AccountMailClaim, 'id' | 'userId'>,
): Promise<AccountMailContent> {
  const { rows } = await sql.query<{ address: string | null }>(
    // An address is kept only when the provider has verified it; those who hold the machine have none.
    'SELECT email AS address FROM users WHERE id = $1 AND issuer <> ALL ($2)',
    [userId, OWN_ISSUERS],
  );
  const { rows: notices } = await sql.query<{ at: Date; notice: AccountNotice }>(
    `SELECT created_at AS at, detail || jsonb_build_object('kind', kind) AS notice
     FROM account_mails WHERE id = $1 OR told_with = $1 ORDER BY created_at, id`,
    [id],
  );
  return { address: rows[0]?.address ?? null, notices };
}

/** When the person's newest `limit` mails of the last hour leave room again; undefined: there is room. */
export async function accountMailsFullUntil(
  sql: Sql,
  userId: string,
  limit: number,
  now: Date,
): Promise<Date | undefined> {
  const hour = 3_600_000;
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT updated_at AS at FROM account_mails
     WHERE user_id = $1 AND state = 'sent' AND told_with IS NULL AND updated_at > $2
     ORDER BY updated_at DESC OFFSET $3 LIMIT 1`,
    [userId, new Date(now.getTime() - hour), limit - 1],
  );
  return rows[0] && new Date(rows[0].at.getTime() + hour);
}

/** What became of a claimed mail. */
export type AccountMailOutcome =
  | Exclude<DeliveryOutcome, { readonly kind: 'drop' }>
  /** Nothing is sent, now or later; the person sees it in the dashboard alone. */
  | { readonly kind: 'notConfigured' | 'noAddress'; readonly error: string };

interface Patch {
  readonly state: 'pending' | 'unknown' | 'sent' | 'dead' | 'notConfigured' | 'noAddress';
  readonly at?: Date;
  readonly error?: string;
  readonly providerId?: string | null;
  readonly resent?: true;
  readonly untried?: true;
}

function patchOf(outcome: AccountMailOutcome): Patch {
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'sent', providerId: outcome.providerId };
    case 'retry':
      return { state: 'pending', at: outcome.at, error: outcome.error };
    case 'unknown':
      return { state: 'unknown', at: outcome.at, error: outcome.error };
    case 'resend':
      return { state: 'pending', at: outcome.at, resent: true };
    case 'defer':
      return { state: 'pending', at: outcome.at, error: outcome.error, untried: true };
    case 'dead':
    case 'notConfigured':
    case 'noAddress':
      return { state: outcome.kind, error: outcome.error };
    default:
      return outcome satisfies never;
  }
}

const MAX_ERROR = 500;

/**
 * Writes what became of a mail, fenced by its token; what it also tells of ends with it.
 * @returns false when another dispatcher holds it by now; then nothing was written
 */
export async function finishAccountMail(
  sql: Sql,
  { id, token }: Pick<AccountMailClaim, 'id' | 'token'>,
  outcome: AccountMailOutcome,
  now: Date,
): Promise<boolean> {
  const { state, at, error, providerId, resent, untried } = patchOf(outcome);
  const { rowCount } = await sql.query(
    `WITH lead AS (
       UPDATE account_mails SET state = $3, next_attempt_at = $4, lease_until = NULL, lease_owner = NULL,
         provider_id = COALESCE($5, provider_id), last_error = $6, resent = resent OR $7,
         unknown_since = CASE WHEN $3 = 'unknown' THEN COALESCE(unknown_since, $9) END,
         attempts = attempts - $8,
         first_attempt_at = CASE WHEN $8 = 1 AND attempts = 1 THEN NULL ELSE first_attempt_at END,
         updated_at = $9
       WHERE id = $1 AND lease_token = $2 AND state IN ('sending', 'unknown') RETURNING id
     ), others AS (
       UPDATE account_mails m SET state = $3, last_error = $6, updated_at = $9
       FROM lead WHERE m.told_with = lead.id AND $4::timestamptz IS NULL)
     SELECT id FROM lead`,
    [
      id,
      token,
      state,
      at ?? null,
      providerId ?? null,
      error?.slice(0, MAX_ERROR) ?? null,
      resent ?? false,
      untried ? 1 : 0,
      now,
    ],
  );
  return rowCount === 1;
}

/** Ends the leases that a dead dispatcher of the same name left behind. @returns how many */
export async function recoverAccountMails(sql: Sql, owner: string, now: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE account_mails SET lease_until = $2, next_attempt_at = LEAST(next_attempt_at, $2)
     WHERE lease_owner = $1 AND lease_until > $2`,
    [owner, now],
  );
  return rowCount ?? 0;
}

/** When the next mail is due, if any is; one that waits for an older one does not count. */
export async function nextAccountMailAt(sql: Sql): Promise<Date | undefined> {
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT m.next_attempt_at AS at FROM account_mails m
     WHERE m.next_attempt_at IS NOT NULL AND ${IS_NEXT} ORDER BY m.next_attempt_at LIMIT 1`,
  );
  return rows[0]?.at;
}

/** Deletes mails whose end is before `before`. @returns how many */
export async function deleteAccountMails(sql: Sql, before: Date, most: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM account_mails WHERE id IN (SELECT id FROM account_mails
       WHERE next_attempt_at IS NULL AND state <> 'joined' AND updated_at < $1 LIMIT $2)`,
    [before, most],
  );
  return rowCount ?? 0;
}
