/** Which workspaces there are, and which of them are a user's by membership. */
import { StoreError } from '../errors.ts';
import {
  ensureWorkspace as makeWorkspace,
  setMembership,
  type MemberRole,
  type Workspace,
} from '../identity.ts';
import type { Sql } from '../pool.ts';
import { ensureWorkspace } from '../projection.ts';

export interface OwnWorkspace extends Pick<Workspace, 'id' | 'displayName' | 'kind'> {
  readonly role: MemberRole;
}

const columns = 'w.id, w.display_name AS "displayName", w.kind';

/** The workspaces of a user by membership, by id; runs under `withUser`. */
export async function listOwnWorkspaces(tx: Sql, userId: string): Promise<OwnWorkspace[]> {
  const { rows } = await tx.query<OwnWorkspace>(
    `SELECT ${columns}, m.role FROM memberships m JOIN workspaces w ON w.id = m.workspace_id
     WHERE m.user_id = $1 ORDER BY w.id`,
    [userId],
  );
  return rows;
}

/** Makes the workspaces of teams that are not there yet. */
export async function ensureTeams(
  sql: Sql,
  namespaces: readonly string[],
  now: Date,
): Promise<void> {
  for (const namespace of namespaces) await ensureWorkspace(sql, namespace, now);
}

/** The names of all teams' workspaces; in a cluster they are namespaces. */
export async function listTeams(tx: Sql): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    "SELECT id FROM workspaces WHERE kind = 'team' ORDER BY id",
  );
  return rows.map(({ id }) => id);
}

/** More that one person owns are no teams. */
export const MOST_OWNED = 20;

/**
 * Makes a workspace for a team, whose owner its maker is; runs under `withUser` of that person, and under the new
 * workspace from then on.
 * @throws StoreError `invalid` when the person owns too many
 */
export async function createTeam(
  tx: Sql,
  userId: string,
  team: Pick<Workspace, 'id' | 'displayName' | 'createdAt'>,
): Promise<void> {
  // Of two at the same time the second counts the first.
  await tx.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
  const owned = (await listOwnWorkspaces(tx, userId)).filter(
    ({ kind, role }) => kind === 'team' && role === 'owner',
  );
  if (owned.length >= MOST_OWNED)
    throw new StoreError(
      'invalid',
      `You own ${owned.length} workspaces, and may own ${MOST_OWNED}; delete one first, or make somebody else its owner and leave it.`,
    );
  await tx.query("SELECT set_config('mon.workspace', $1, true)", [team.id]);
  await makeWorkspace(tx, { ...team, kind: 'team' });
  await setMembership(tx, team.id, userId, 'owner', team.createdAt);
}

/** @returns what it was called. @throws StoreError `notFound` */
export async function renameWorkspace(tx: Sql, id: string, displayName: string): Promise<string> {
  const { rows } = await tx.query<{ before: string }>(
    `UPDATE workspaces w SET display_name = $2 FROM workspaces old
     WHERE w.id = $1 AND old.id = w.id RETURNING old.display_name AS before`,
    [id, displayName],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no workspace ${id}.`);
  return rows[0].before;
}
