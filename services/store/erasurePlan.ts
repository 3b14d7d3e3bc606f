/** What goes with a person who is erased, and what stands in the way. */
import { StoreError } from './errors.ts';
import { OWN_ISSUERS } from './identity.ts';
import type { Sql } from './pool.ts';

interface Belonging {
  readonly workspace: string;
  readonly kind: 'personal' | 'team';
  readonly role: string;
}

/** The workspaces that a person may leave behind nobody in. */
async function ownedBy(tx: Sql, userId: string): Promise<Belonging[]> {
  const { rows } = await tx.query<Belonging>(
    `SELECT m.workspace_id AS workspace, w.kind, m.role
     FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
     WHERE m.user_id = $1 AND m.role = 'owner' ORDER BY m.workspace_id`,
    [userId],
  );
  return rows;
}

/** Two owners who go at the same time must not both succeed. */
async function hasOtherOwner(tx: Sql, workspace: string, userId: string): Promise<boolean> {
  const { rows } = await tx.query<{ userId: string; role: string }>(
    `SELECT user_id AS "userId", role FROM memberships WHERE workspace_id = $1 ORDER BY user_id FOR UPDATE`,
    [workspace],
  );
  return rows.some((row) => row.role === 'owner' && row.userId !== userId);
}

interface Administrating {
  readonly id: string;
  readonly issuer: string;
  readonly isAdmin: boolean;
  readonly stands: boolean;
}

/** Locks a person, with all administrators where it is one: of two who go at the same time one stays. */
async function lockPerson(tx: Sql, userId: string): Promise<readonly Administrating[]> {
  const { rows } = await tx.query<Administrating>(
    `SELECT id, issuer, platform_admin AS "isAdmin", disabled_at IS NULL AS stands FROM users
     WHERE id = $1 OR platform_admin AND (SELECT platform_admin FROM users WHERE id = $1)
     ORDER BY id FOR UPDATE`,
    [userId],
  );
  return rows;
}

/** Whoever holds the machine may erase the last administrator as well, and make another one. */
export interface ErasureRights {
  readonly lastAdministratorMayGo: boolean;
}

/**
 * The workspaces that go with a person, whom it locks; runs under `withUser` of that person.
 * @throws StoreError `notFound`; `invalid` while the person is the only owner of a team's workspace, for the last
 * administrator, and for an account that the installation itself makes
 */
export async function planUserErasure(
  tx: Sql,
  userId: string,
  { lastAdministratorMayGo }: ErasureRights,
): Promise<string[]> {
  const locked = await lockPerson(tx, userId);
  const person = locked.find(({ id }) => id === userId);
  if (!person) throw new StoreError('notFound', 'There is no such account.');
  if (OWN_ISSUERS.includes(person.issuer)) throw isOwn();
  const isLast = !locked.some(({ id, isAdmin, stands }) => id !== userId && isAdmin && stands);
  if (person.isAdmin && isLast && !lastAdministratorMayGo) throw isLastAdministrator();
  const gone: string[] = [];
  for (const { workspace, kind } of await ownedBy(tx, userId)) {
    await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
    if (await hasOtherOwner(tx, workspace, userId)) continue;
    if (kind === 'team')
      throw new StoreError(
        'invalid',
        `The account is the only owner of the workspace ${workspace}; make somebody else its owner, or delete the workspace first.`,
      );
    gone.push(workspace);
  }
  return gone;
}

const isOwn = (): StoreError =>
  new StoreError(
    'invalid',
    'This account belongs to the installation itself, which would make it again; to delete everything, stop duckmon and delete its data.',
  );

const isLastAdministrator = (): StoreError =>
  new StoreError(
    'invalid',
    'This account is the only administrator of the installation; make somebody else one first: npx duckmon admin grant-admin USER on the machine, kubectl monitor grant-admin USER in a cluster.',
  );
