/**
 * Mails that invite: one for each invitation, through the outbox of mails about accounts. How many go out is
 * limited by workspace and by address, and nobody is mailed who said no.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { notifyEvent } from './events.ts';
import type { Invitation } from './invitations.ts';
import { stopToken, type StopSigner } from './invitationMailsLink.ts';
import { withTransaction, PLATFORM_WORKSPACE, type Tx } from './workspace.ts';

/** The kind of such a mail in the outbox. */
export const INVITED = 'invited';

const DAY_MS = 86_400_000;
/** Of one workspace in a day, */
export const MAILS_OF_WORKSPACE = 50;
/** of one workspace to one address, */
export const MAILS_TO_ADDRESS = 3;
/** and to one address from all workspaces together. */
export const MAILS_OF_ALL = 5;
/** So long the link of the last mail ends the mails to an address that has not. */
const ADDRESS_LIFE_MS = 90 * DAY_MS;

/** Whether a mail was queued, and why not. */
export type InvitationMail =
  | { readonly kind: 'queued' }
  | { readonly kind: 'none'; readonly why: string };

const none = (why: string): InvitationMail => ({ kind: 'none', why });

/**
 * Queues the mail of an invitation, if the transaction commits, which has just made or renewed it. The
 * invitation is good without it.
 */
export async function enqueueInvitationMail(
  tx: Tx,
  { id, address, now }: Pick<Invitation, 'id' | 'address'> & { readonly now: Date },
): Promise<InvitationMail> {
  const refused = await whyNoMail(tx, address, now);
  if (refused !== undefined) return none(refused);
  await tx.query(
    `INSERT INTO account_mails (id, inviting_workspace, invitation_id, kind, key, next_attempt_at, created_at, updated_at)
     VALUES (gen_random_uuid(), $1, $2, $3, $3 || '/' || gen_random_uuid(), $4, $4, $4)`,
    [tx.workspace, id, INVITED, now],
  );
  await notifyEvent(tx, { workspace: PLATFORM_WORKSPACE, kind: 'delivery' });
  return { kind: 'queued' };
}

interface Sent {
  readonly inAll: number;
  readonly toAddress: number;
  readonly hasDeclined: boolean;
}

/** By what the workspace itself did; what others did is seen by the scheduler alone. */
async function whyNoMail(tx: Tx, address: string, now: Date): Promise<string | undefined> {
  const { rows } = await tx.query<Sent>(
    `SELECT count(m.id)::int AS "inAll", (count(m.id) FILTER (WHERE i.address = $2))::int AS "toAddress",
       COALESCE(bool_or(i.address = $2 AND i.declined_at IS NOT NULL), false) AS "hasDeclined"
     FROM invitations i LEFT JOIN account_mails m
       ON m.inviting_workspace = i.workspace_id AND m.invitation_id = i.id AND m.created_at > $3
     WHERE i.workspace_id = $1`,
    [tx.workspace, address, new Date(now.getTime() - DAY_MS)],
  );
  const { inAll = 0, toAddress = 0, hasDeclined = false } = rows[0] ?? {};
  if (hasDeclined)
    return `${address} has declined an invitation into this workspace, so nothing is mailed there again; hand the link over yourself`;
  if (toAddress >= MAILS_TO_ADDRESS)
    return `${address} got ${MAILS_TO_ADDRESS} invitations of this workspace within a day; hand the link over yourself, or send it again tomorrow`;
  if (inAll >= MAILS_OF_WORKSPACE)
    return `${MAILS_OF_WORKSPACE} invitations of this workspace were mailed within a day; hand the link over yourself, or send it again tomorrow`;
  return undefined;
}

/** A mail that is about to go, with all that it says. */
export interface InvitationToMail {
  readonly kind: 'mail';
  readonly address: string;
  readonly inviter: string;
  readonly workspace: string;
  readonly role: Invitation['role'];
  readonly expiresAt: Date;
  /** Ends the mails to the address. */
  readonly stopToken: string;
}

interface Addressed extends StopSigner {
  readonly mailedAt: readonly Date[];
  readonly stoppedAt: Date | null;
}

/**
 * What the mail of an invitation says, counted for its address when it is tried for the first time. `pool` is
 * the scheduler's.
 */
export const takeInvitationMail = (
  pool: pg.Pool,
  { workspace, id }: Pick<Invitation, 'workspace' | 'id'>,
  { now, isFirst }: { readonly now: Date; readonly isFirst: boolean },
): Promise<InvitationToMail | { readonly kind: 'none'; readonly why: string }> =>
  withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<Omit<InvitationToMail, 'kind' | 'stopToken'>>(
      `SELECT i.address, u.display_name AS inviter, w.display_name AS workspace, i.role,
         i.expires_at AS "expiresAt"
       FROM invitations i JOIN workspaces w ON w.id = i.workspace_id JOIN users u ON u.id = i.invited_by
       WHERE i.workspace_id = $1 AND i.id = $2 AND i.revoked_at IS NULL AND i.accepted_at IS NULL
         AND i.expires_at > $3 AND u.disabled_at IS NULL`,
      [workspace, id, now],
    );
    if (!rows[0]) return { kind: 'none', why: 'The invitation was over before its mail went out' };
    const { address } = rows[0];
    const to = await lockAddress(tx, address, now);
    if (to.stoppedAt !== null)
      return { kind: 'none', why: 'Whoever reads this address wants no invitations by mail' };
    const mailedAt = to.mailedAt.filter((at) => now.getTime() - at.getTime() < DAY_MS);
    if (isFirst) {
      if (mailedAt.length >= MAILS_OF_ALL)
        return {
          kind: 'none',
          why: 'This address got enough invitations within a day; hand the link over yourself, or send it again tomorrow',
        };
      await tx.query(
        'UPDATE invited_addresses SET mailed_at = $2, updated_at = $3 WHERE address_hash = $1',
        [hashOf(address), [...mailedAt, now], now],
      );
    }
    return { kind: 'mail', ...rows[0], stopToken: stopToken(to) };
  });

const hashOf = (address: string): Buffer => createHash('sha256').update(address).digest();

/** Of two mails to one address the second sees that the first is going. */
async function lockAddress(tx: Tx, address: string, now: Date): Promise<Addressed> {
  const { rows } = await tx.query<Addressed>(
    `INSERT INTO invited_addresses AS a (address_hash, updated_at) VALUES ($1, $2)
     ON CONFLICT (address_hash) DO UPDATE SET updated_at = greatest(a.updated_at, excluded.updated_at)
     RETURNING id, secret, mailed_at AS "mailedAt", stopped_at AS "stoppedAt"`,
    [hashOf(address), now],
  );
  if (!rows[0]) throw new Error('Postgres returned no row of an upsert.');
  return rows[0];
}

/** Whom the link of a mail names; its signature is to be checked before anything is done. */
export async function findInvitedAddress(tx: Tx, id: string): Promise<StopSigner | undefined> {
  const { rows } = await tx.query<StopSigner>(
    'SELECT id, secret FROM invited_addresses WHERE id = $1',
    [id],
  );
  return rows[0];
}

/** No invitation is mailed to this address any more, of whatever workspace. */
export async function stopInvitationMails(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.query(
    'UPDATE invited_addresses SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL',
    [id, now],
  );
}

/** Forgets addresses that were not mailed for long and did not say no. @returns how many */
export async function deleteInvitedAddresses(
  pool: pg.Pool,
  now: Date,
  most: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM invited_addresses WHERE id IN (SELECT id FROM invited_addresses
       WHERE stopped_at IS NULL AND updated_at < $1 LIMIT $2)`,
    [new Date(now.getTime() - ADDRESS_LIFE_MS), most],
  );
  return rowCount ?? 0;
}
