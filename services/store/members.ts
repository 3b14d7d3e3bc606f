/** The members of a workspace; it never loses its last owner. */
import { StoreError } from './errors.ts';
import type { MemberRole } from './identity.ts';
import type { Sql } from './pool.ts';

export interface Member {
  readonly userId: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly role: MemberRole;
  /** Since when. */
  readonly createdAt: Date;
}

/** All members of the workspace, who came first first. */
export async function listMembers(tx: Sql, workspace: string): Promise<Member[]> {
  const { rows } = await tx.query<Member>(
    `SELECT m.user_id AS "userId", u.display_name AS "displayName", u.email, m.role,
       m.created_at AS "createdAt"
     FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.workspace_id = $1 ORDER BY m.created_at, m.user_id`,
    [workspace],
  );
  return rows;
}

/**
 * The role of each member. Whoever changes members waits until the transaction ends: of two owners who go at the
 * same time the second sees that the first is gone.
 */
export async function lockMembers(
  tx: Sql,
  workspace: string,
): Promise<ReadonlyMap<string, MemberRole>> {
  const { rows } = await tx.query<{ id: string; role: MemberRole }>(
    `SELECT user_id AS id, role FROM memberships WHERE workspace_id = $1 ORDER BY user_id FOR UPDATE`,
    [workspace],
  );
  return new Map(rows.map(({ id, role }) => [id, role]));
}

/**
 * Locks the members for one who changes them: whoever was let in to ask may be no owner by now.
 * @throws StoreError `notFound`
 */
export async function lockMembersFor(
  tx: Sql,
  workspace: string,
  by: string,
): Promise<ReadonlyMap<string, MemberRole>> {
  const roles = await lockMembers(tx, workspace);
  if (roles.get(by) !== 'owner')
    throw new StoreError('notFound', 'You do not own this workspace any more.');
  return roles;
}

const noSuch = (): StoreError => new StoreError('notFound', 'There is no such member.');

/** @returns what the member was. @throws StoreError `notFound`; `invalid` for the last owner */
function checkMayLose(roles: ReadonlyMap<string, MemberRole>, userId: string): MemberRole {
  const role = roles.get(userId);
  if (!role) throw noSuch();
  const owners = [...roles.values()].filter((each) => each === 'owner');
  if (role === 'owner' && owners.length === 1)
    throw new StoreError(
      'invalid',
      'This is the only owner of the workspace; make somebody else an owner first, or delete the workspace.',
    );
  return role;
}

/** A change of a member, and the owner who makes it. */
export interface MemberChange {
  readonly userId: string;
  readonly by: string;
  readonly now: Date;
}

/**
 * Makes a member something else. Who is an owner no more has invited nobody.
 * @returns what the member was
 * @throws StoreError `notFound`, also when it is no owner who asks; `invalid` for the last owner
 */
export async function changeRole(
  tx: Sql,
  workspace: string,
  { userId, by, role, now }: MemberChange & { readonly role: MemberRole },
): Promise<MemberRole> {
  const roles = await lockMembersFor(tx, workspace, by);
  if (role === 'owner') {
    const before = roles.get(userId);
    if (!before) throw noSuch();
    await setRole(tx, workspace, userId, role);
    return before;
  }
  const before = checkMayLose(roles, userId);
  await setRole(tx, workspace, userId, role);
  await voidInvitationsOf(tx, workspace, userId, now);
  return before;
}

const setRole = (tx: Sql, workspace: string, userId: string, role: MemberRole): Promise<unknown> =>
  tx.query('UPDATE memberships SET role = $3 WHERE workspace_id = $1 AND user_id = $2', [
    workspace,
    userId,
    role,
  ]);

/**
 * Takes a member out, with the tokens and feeds that the member has in the workspace; everybody may go.
 * @returns what the member was
 * @throws StoreError as `changeRole`
 */
export async function removeMember(
  tx: Sql,
  workspace: string,
  { userId, by, now }: MemberChange,
): Promise<MemberRole> {
  const roles =
    by === userId ? await lockMembers(tx, workspace) : await lockMembersFor(tx, workspace, by);
  const before = checkMayLose(roles, userId);
  await tx.query('DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2', [
    workspace,
    userId,
  ]);
  // They would work again if the person came back one day.
  await tx.query(
    `UPDATE api_tokens SET revoked_at = $3
     WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL`,
    [workspace, userId, now],
  );
  await tx.query(
    `UPDATE feeds SET revoked_at = $3
     WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL`,
    [workspace, userId, now],
  );
  await voidInvitationsOf(tx, workspace, userId, now);
  return before;
}

const voidInvitationsOf = (
  tx: Sql,
  workspace: string,
  userId: string,
  now: Date,
): Promise<unknown> =>
  tx.query(
    `UPDATE invitations SET revoked_at = $3
     WHERE workspace_id = $1 AND invited_by = $2 AND revoked_at IS NULL AND accepted_at IS NULL`,
    [workspace, userId, now],
  );
