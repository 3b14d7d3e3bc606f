/** Workspaces, users and memberships: who there is, and what is theirs. */
import { StoreError } from './errors.ts';
import type { Sql } from './pool.ts';

export interface Workspace {
  readonly id: string;
  readonly displayName: string;
  readonly kind: 'personal' | 'team';
  readonly createdAt: Date;
}

export interface User {
  readonly id: string;
  /** The identity key is (issuer, subject), never the address. */
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly displayName: string;
  readonly locale: string;
  readonly timeZone: string;
  /** What credentials that are made now are bound to: the user's epoch and the global one, added up. */
  readonly tokenEpoch: number;
  readonly disabledAt: Date | null;
  /** May administer the whole installation. */
  readonly platformAdmin: boolean;
  readonly createdAt: Date;
}

export type MemberRole = 'owner' | 'editor' | 'viewer';

export interface Membership {
  readonly workspace: string;
  readonly role: MemberRole;
}

/** The epoch that a live credential has, of a user from a table or alias named `u`. */
export const presentEpoch = 'u.token_epoch + global_epoch()';

/** The select list of a `User`, from a table or alias named `u`. */
export const userColumns = `u.id, u.issuer, u.subject, u.email, u.display_name AS "displayName",
  u.locale, u.time_zone AS "timeZone", ${presentEpoch} AS "tokenEpoch", u.disabled_at AS "disabledAt",
  u.platform_admin AS "platformAdmin", u.created_at AS "createdAt"`;

/** Makes a workspace unless it is there; its name is not changed then. */
export async function ensureWorkspace(tx: Sql, workspace: Workspace): Promise<void> {
  await tx.query(
    `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO NOTHING`,
    [workspace.id, workspace.displayName, workspace.kind, workspace.createdAt],
  );
}

/** @throws StoreError `notFound` */
export async function getWorkspace(tx: Sql, id: string): Promise<Workspace> {
  const { rows } = await tx.query<Workspace>(
    `SELECT id, display_name AS "displayName", kind, created_at AS "createdAt" FROM workspaces
     WHERE id = $1`,
    [id],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no workspace ${id}.`);
  return rows[0];
}

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly displayName: string;
}

/** No sign-in provider: whoever comes by these holds the machine, or may run programs in our pods. */
export const OWN_ISSUERS: readonly string[] = ['local', 'duckmon'];

/** The user of an identity, made at the first sign-in; address and name are brought up to date. */
export async function signInUser(
  tx: Sql,
  identity: Identity,
  deps: { readonly now: Date; readonly newId: () => string },
): Promise<User> {
  const { rows } = await tx.query<User>(
    `INSERT INTO users AS u (id, issuer, subject, email, display_name, created_at, platform_admin)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (issuer, subject)
     DO UPDATE SET email = excluded.email, display_name = excluded.display_name
     RETURNING ${userColumns}`,
    [
      deps.newId(),
      identity.issuer,
      identity.subject,
      identity.email,
      identity.displayName,
      deps.now,
      OWN_ISSUERS.includes(identity.issuer),
    ],
  );
  if (!rows[0]) throw new StoreError('notFound', 'The user could not be read after the sign-in.');
  return rows[0];
}

/** The user of this id, or undefined. */
export async function findUser(tx: Sql, id: string): Promise<User | undefined> {
  const { rows } = await tx.query<User>(`SELECT ${userColumns} FROM users u WHERE u.id = $1`, [id]);
  return rows[0];
}

/** What the users of these ids are called; whatever is no id of one is not in it. */
export async function namesOfUsers(
  tx: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ id: string; name: string }>(
    'SELECT id, display_name AS name FROM users WHERE id::text = ANY ($1)',
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Gives a user a role in the workspace that the transaction runs under. */
export async function setMembership(
  tx: Sql,
  workspace: string,
  userId: string,
  role: MemberRole,
  now: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role`,
    [workspace, userId, role, now],
  );
}

/** The role of a user in the workspace that the transaction runs under, or undefined. */
export async function findRole(
  tx: Sql,
  workspace: string,
  userId: string,
): Promise<MemberRole | undefined> {
  const { rows } = await tx.query<{ role: MemberRole }>(
    'SELECT role FROM memberships WHERE workspace_id = $1 AND user_id = $2',
    [workspace, userId],
  );
  return rows[0]?.role;
}

/** All workspaces of a user, by id; runs under `withUser`. */
export async function listMemberships(tx: Sql, userId: string): Promise<Membership[]> {
  const { rows } = await tx.query<Membership>(
    `SELECT workspace_id AS workspace, role FROM memberships WHERE user_id = $1 ORDER BY workspace_id`,
    [userId],
  );
  return rows;
}
