/** Secret addresses of feeds: only their hashes are kept, and each ends with the rights of who made it. */
import { StoreError } from './errors.ts';
import { presentEpoch, type MemberRole } from './identity.ts';
import type { Sql } from './pool.ts';
import type { Tx } from './workspace.ts';

export interface Feed {
  readonly workspace: string;
  readonly id: string;
  readonly userId: string;
  /** Null is all monitors of the workspace. */
  readonly monitor: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** One whose address somebody has. */
export interface FoundFeed extends Feed {
  /** What its owner is by now in its workspace by membership; null for somebody who is no member. */
  readonly role: MemberRole | null;
  readonly workspaceName: string;
}

/** Feeds of one person in a workspace: more are no readers but a leak. */
export const MOST_FEEDS = 50;

const columns = `f.workspace_id AS workspace, f.id, f.user_id AS "userId", f.monitor,
  f.created_at AS "createdAt", f.last_used_at AS "lastUsedAt"`;
const alive = `f.revoked_at IS NULL AND u.disabled_at IS NULL AND f.epoch = ${presentEpoch}`;

/**
 * Keeps a new feed with the hash of its secret (SHA-256).
 * @throws StoreError `invalid` when the person has too many; `notFound` when there is no such monitor
 */
export async function createFeed(
  tx: Tx,
  feed: Omit<Feed, 'lastUsedAt'> & { readonly tokenHash: Uint8Array },
): Promise<void> {
  const { workspace, id, userId, monitor, tokenHash, createdAt } = feed;
  // Two that are made at the same time count each other.
  await tx.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
  const own = await listFeeds(tx, workspace, userId);
  if (own.length >= MOST_FEEDS)
    throw new StoreError('invalid', `You have ${MOST_FEEDS} feeds here; end one first.`);
  const known = await tx.query(
    'SELECT 1 FROM monitors WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL',
    [workspace, monitor],
  );
  if (monitor !== null && !known.rowCount)
    throw new StoreError('notFound', `There is no monitor ${monitor}.`);
  await tx.query(
    `INSERT INTO feeds (workspace_id, id, user_id, monitor, token_hash, created_at, epoch)
     VALUES ($1, $2, $3, $4, $5, $6,
       COALESCE((SELECT ${presentEpoch} FROM users u WHERE u.id = $3), 0))`,
    [workspace, id, userId, monitor, tokenHash, createdAt],
  );
}

/** The feeds of a person in the workspace that are alive, the newest first. */
export async function listFeeds(tx: Sql, workspace: string, userId: string): Promise<Feed[]> {
  const { rows } = await tx.query<Feed>(
    `SELECT ${columns} FROM feeds f JOIN users u ON u.id = f.user_id
     WHERE f.workspace_id = $1 AND f.user_id = $2 AND ${alive}
     ORDER BY f.created_at DESC, f.id`,
    [workspace, userId],
  );
  return rows;
}

/** The feed of this hash while it is alive, in whatever workspace; runs under `withTokenHash` of the same hash. */
export async function findFeed(tx: Sql, tokenHash: Uint8Array): Promise<FoundFeed | undefined> {
  const { rows } = await tx.query<FoundFeed>(
    `SELECT ${columns}, m.role, w.display_name AS "workspaceName"
     FROM feeds f JOIN users u ON u.id = f.user_id JOIN workspaces w ON w.id = f.workspace_id
       LEFT JOIN memberships m ON m.workspace_id = f.workspace_id AND m.user_id = f.user_id
     WHERE f.token_hash = $1 AND ${alive}`,
    [tokenHash],
  );
  return rows[0];
}

/** Notes the use of a feed; call it at most once a minute for each. Runs under `withTokenHash`. */
export async function touchFeed(tx: Sql, tokenHash: Uint8Array, now: Date): Promise<void> {
  await tx.query('UPDATE feeds SET last_used_at = $2 WHERE token_hash = $1', [tokenHash, now]);
}

/** Ends a feed of a person. @returns false when the person has no such feed */
export async function revokeFeed(
  tx: Sql,
  workspace: string,
  userId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE feeds SET revoked_at = $4
     WHERE workspace_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL`,
    [workspace, userId, id, now],
  );
  return rowCount === 1;
}
