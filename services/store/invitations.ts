/** Invitations into a workspace: kept with the hash of their token, accepted once. */
import type { AccountMailState } from './accountMails.ts';
import { StoreError } from './errors.ts';
import type { MemberRole } from './identity.ts';
import { lockMembersFor } from './members.ts';
import type { Sql } from './pool.ts';
import type { Tx } from './workspace.ts';

export interface Invitation {
  readonly workspace: string;
  readonly id: string;
  /** Canonical. */
  readonly address: string;
  readonly role: MemberRole;
  /** Null when that person is no more. */
  readonly invitedBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly acceptedBy: string | null;
  /** Then it is revoked as well. */
  readonly declinedAt: Date | null;
}

interface Named extends Invitation {
  readonly inviterName: string | null;
}

/** One in the list of the workspace. */
export interface ListedInvitation extends Named {
  /** What became of its newest mail; null where none was written. */
  readonly mailState: AccountMailState | null;
  readonly mailError: string | null;
}

/** One whose link somebody has, or whose address is theirs. */
export interface FoundInvitation extends Named {
  readonly workspaceName: string;
  /** Whoever invited may get in by now. */
  readonly isInviterIn: boolean;
}

/** Open ones of a workspace: more are no team but a mailing. */
export const MOST_OPEN = 100;
/** What is over is listed so long. */
const KEEP_MS = 30 * 86_400_000;

const columns = `i.workspace_id AS workspace, i.id, i.address, i.role, i.invited_by AS "invitedBy",
  i.created_at AS "createdAt", i.expires_at AS "expiresAt", i.revoked_at AS "revokedAt",
  i.accepted_at AS "acceptedAt", i.accepted_by AS "acceptedBy", i.declined_at AS "declinedAt"`;
const OPEN = 'revoked_at IS NULL AND accepted_at IS NULL';

export type NewInvitation = Pick<
  Invitation,
  'workspace' | 'id' | 'address' | 'role' | 'createdAt' | 'expiresAt'
> & { readonly invitedBy: string; readonly tokenHash: Uint8Array };

/**
 * Keeps an invitation; an open one of the same address ends. Says nothing of who has an account.
 * @throws StoreError `invalid` when too many are open; `conflict` for the address of a member; `notFound` for
 * somebody who owns the workspace no more
 */
export async function createInvitation(tx: Tx, made: NewInvitation): Promise<void> {
  const { workspace, address, createdAt } = made;
  await lockMembersFor(tx, workspace, made.invitedBy);
  await tx.query('DELETE FROM invitations WHERE workspace_id = $1 AND expires_at < $2', [
    workspace,
    new Date(createdAt.getTime() - KEEP_MS),
  ]);
  const member = await tx.query(
    `SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.workspace_id = $1 AND u.email = $2`,
    [workspace, address],
  );
  if (member.rowCount) throw new StoreError('conflict', `${address} is a member already.`);
  await tx.query(
    `UPDATE invitations SET revoked_at = $3 WHERE workspace_id = $1 AND address = $2 AND ${OPEN}`,
    [workspace, address, createdAt],
  );
  const open = await tx.query(
    `SELECT 1 FROM invitations WHERE workspace_id = $1 AND ${OPEN} AND expires_at > $2`,
    [workspace, createdAt],
  );
  if ((open.rowCount ?? 0) >= MOST_OPEN)
    throw new StoreError(
      'invalid',
      `${MOST_OPEN} invitations of the workspace are open; take some back first.`,
    );
  await tx.query(
    `INSERT INTO invitations (workspace_id, id, address, role, token_hash, invited_by, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      workspace,
      made.id,
      address,
      made.role,
      made.tokenHash,
      made.invitedBy,
      createdAt,
      made.expiresAt,
    ],
  );
}

/** The invitations of the workspace that are open, or were within a month, the newest first. */
export async function listInvitations(tx: Sql, workspace: string): Promise<ListedInvitation[]> {
  const { rows } = await tx.query<ListedInvitation>(
    `SELECT ${columns}, u.display_name AS "inviterName", m.state AS "mailState", m.last_error AS "mailError"
     FROM invitations i LEFT JOIN users u ON u.id = i.invited_by
       LEFT JOIN LATERAL (SELECT state, last_error FROM account_mails a
         WHERE a.inviting_workspace = i.workspace_id AND a.invitation_id = i.id
         ORDER BY a.created_at DESC, a.id DESC LIMIT 1) m ON true
     WHERE i.workspace_id = $1 ORDER BY i.created_at DESC, i.id DESC LIMIT 500`,
    [workspace],
  );
  return rows;
}

/** Who sends it again stands for it. */
export type Renewal = Pick<
  NewInvitation,
  'workspace' | 'id' | 'invitedBy' | 'tokenHash' | 'expiresAt'
>;

/**
 * Gives an invitation another token and time; the link that went out before is void.
 * @returns it as it is now
 * @throws StoreError `notFound`, also for one that was accepted or taken back, and for no owner
 */
export async function renewInvitation(tx: Tx, renewal: Renewal): Promise<Invitation> {
  const { workspace, id, tokenHash, expiresAt, invitedBy } = renewal;
  await lockMembersFor(tx, workspace, invitedBy);
  const { rows } = await tx.query<Invitation>(
    `UPDATE invitations i SET token_hash = $3, expires_at = $4, invited_by = $5
     WHERE workspace_id = $1 AND id = $2 AND ${OPEN} RETURNING ${columns}`,
    [workspace, id, tokenHash, expiresAt, invitedBy],
  );
  if (!rows[0]) throw noSuch();
  return rows[0];
}

/** Takes an invitation back. @throws StoreError `notFound`, also for one that was accepted or taken back */
export async function revokeInvitation(
  tx: Sql,
  workspace: string,
  id: string,
  now: Date,
): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE invitations SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND ${OPEN}`,
    [workspace, id, now],
  );
  if (rowCount !== 1) throw noSuch();
}

const noSuch = (): StoreError => new StoreError('notFound', 'There is no such open invitation.');

const found = `SELECT ${columns}, w.display_name AS "workspaceName", u.display_name AS "inviterName",
    u.id IS NOT NULL AND u.disabled_at IS NULL AS "isInviterIn"
  FROM invitations i JOIN workspaces w ON w.id = i.workspace_id
    LEFT JOIN users u ON u.id = i.invited_by`;

/** The invitation of a token, whatever became of it, locked; runs under `withTokenHash` of the same hash. */
export async function findInvitation(
  tx: Sql,
  tokenHash: Uint8Array,
): Promise<FoundInvitation | undefined> {
  const { rows } = await tx.query<FoundInvitation>(
    `${found} WHERE i.token_hash = $1 FOR UPDATE OF i`,
    [tokenHash],
  );
  return rows[0];
}

/** The invitations of a canonical address that may be accepted now, the newest first; runs under its `withUser`. */
export async function listInvitationsTo(
  tx: Sql,
  address: string,
  now: Date,
): Promise<FoundInvitation[]> {
  const { rows } = await tx.query<FoundInvitation>(
    `${found} WHERE i.address = $1 AND ${OPEN} AND i.expires_at > $2 AND u.disabled_at IS NULL
       AND u.id IS NOT NULL ORDER BY i.created_at DESC, i.id DESC LIMIT 100`,
    [address, now],
  );
  return rows;
}

/** As `findInvitation`, by its id; runs under `withUser` of somebody whose address it is for. */
export async function findInvitationTo(
  tx: Sql,
  address: string,
  id: string,
): Promise<FoundInvitation | undefined> {
  const { rows } = await tx.query<FoundInvitation>(
    `${found} WHERE i.address = $1 AND i.id = $2 FOR UPDATE OF i`,
    [address, id],
  );
  return rows[0];
}

/** Ends an invitation by the wish of whom it is for; under the same conditions as `acceptInvitation`. */
export async function declineInvitation(
  tx: Sql,
  { workspace, id }: Pick<Invitation, 'workspace' | 'id'>,
  now: Date,
): Promise<void> {
  await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
  await tx.query(
    `UPDATE invitations SET revoked_at = $3, declined_at = $3 WHERE workspace_id = $1 AND id = $2`,
    [workspace, id, now],
  );
}

/**
 * Makes a person a member by an invitation that this transaction has found, which runs under its
 * workspace from now on. Who is a member already stays what they are.
 */
export async function acceptInvitation(
  tx: Sql,
  { workspace, id, role }: Pick<Invitation, 'workspace' | 'id' | 'role'>,
  userId: string,
  now: Date,
): Promise<void> {
  await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
  await tx.query(
    'UPDATE invitations SET accepted_at = $3, accepted_by = $4 WHERE workspace_id = $1 AND id = $2',
    [workspace, id, now, userId],
  );
  await tx.query(
    `INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workspace_id, user_id) DO NOTHING`,
    [workspace, userId, role, now],
  );
}
