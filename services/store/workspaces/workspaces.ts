/** Which workspaces there are, and which of them are a user's by membership. */
import type { MemberRole, Workspace } from '../identity.ts';
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
