/** Mails to a person about their own account: written with what they tell of, and seen by that person. */
import type { AccountNotice } from '../core/contracts/accountMail.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';
import { PLATFORM_WORKSPACE } from './workspace.ts';

export type AccountMailState =
  | 'pending'
  | 'sending'
  | 'unknown'
  /** A mail that is on its way tells of it as well. */
  | 'joined'
  | 'sent'
  | 'dead'
  /** The installation has no mail of its own. */
  | 'notConfigured'
  /** No provider has verified an address of this person. */
  | 'noAddress';

export interface NewAccountMail {
  /** Whom it is about, and whom it goes to. */
  readonly userId: string;
  /** Names what happened, once for all time: a second mail of the same key is none. */
  readonly key: string;
  readonly at: Date;
  readonly notice: AccountNotice;
}

/**
 * Tells a person by mail what happened to their account, if the transaction commits: call it in the one that
 * does it. Any transaction of the api may; `notice` must hold no secret. Whether there is an address, and a
 * way to send, is seen when it is sent.
 */
export async function enqueueAccountMail(
  tx: Sql,
  { userId, key, at, notice: { kind, ...detail } }: NewAccountMail,
): Promise<void> {
  // Without a conflict target: naming one would need the right to read everybody's.
  const { rowCount } = await tx.query(
    `INSERT INTO account_mails (id, user_id, kind, detail, key, next_attempt_at, created_at, updated_at)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $5, $5) ON CONFLICT DO NOTHING`,
    [userId, kind, JSON.stringify(detail), key, at],
  );
  // Wakes the scheduler; no stream of a browser is of this workspace.
  if (rowCount === 1) await notifyEvent(tx, { workspace: PLATFORM_WORKSPACE, kind: 'delivery' });
}

/** A mail as the person sees it whom it is about. */
export interface AccountMailLine {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly state: AccountMailState;
  /** Why it did not arrive, or not yet. */
  readonly lastError: string | null;
}

/** The last mails about a user, the newest first; runs under `withUser`. */
export async function listAccountMails(
  tx: Sql,
  userId: string,
  limit: number,
): Promise<AccountMailLine[]> {
  const { rows } = await tx.query<AccountMailLine>(
    `SELECT id, created_at AS at, kind, state, last_error AS "lastError" FROM account_mails
     WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
    [userId, limit],
  );
  return rows;
}
