/** Refresh tokens: each is good once and makes its successor; all that come from one are a family. */
import type { Sql } from './pool.ts';

export interface RefreshFamily {
  readonly id: string;
  /** The API token that it was begun with, and ends with. */
  readonly apiTokenId: string;
  readonly createdAt: Date;
  readonly endsAt: Date;
}

export interface FirstToken {
  /** SHA-256 of the token. */
  readonly hash: Uint8Array;
  readonly expiresAt: Date;
}

/** Families of one API token that are alive at a time. */
export const MOST_FAMILIES = 20;

/**
 * Begins a family with its first token; those of the workspace whose end has come are forgotten, and the oldest
 * of its API token ends when there would be more than `MOST_FAMILIES`.
 */
export async function beginFamily(
  tx: Sql,
  workspace: string,
  { id, apiTokenId, createdAt, endsAt }: RefreshFamily,
  { hash, expiresAt }: FirstToken,
): Promise<void> {
  await tx.query('DELETE FROM refresh_families WHERE workspace_id = $1 AND ends_at <= $2', [
    workspace,
    createdAt,
  ]);
  await makeRoom(tx, workspace, apiTokenId);
  await tx.query(
    `INSERT INTO refresh_families (workspace_id, id, api_token_id, created_at, ends_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [workspace, id, apiTokenId, createdAt, endsAt],
  );
  await insertToken(tx, workspace, id, { hash, createdAt, expiresAt });
}

/** Those that were revoked stay: their owner is told by them that somebody had a copy. */
async function makeRoom(tx: Sql, workspace: string, apiTokenId: string): Promise<void> {
  // Families of one token begin one after the other, so that two at once do not both find room.
  await tx.query('SELECT FROM api_tokens WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE', [
    workspace,
    apiTokenId,
  ]);
  await tx.query(
    `DELETE FROM refresh_families WHERE workspace_id = $1 AND id IN (
       SELECT id FROM refresh_families WHERE workspace_id = $1 AND api_token_id = $2 AND revoked_at IS NULL
       ORDER BY created_at DESC, id DESC OFFSET $3)`,
    [workspace, apiTokenId, MOST_FAMILIES - 1],
  );
}

async function insertToken(
  tx: Sql,
  workspace: string,
  family: string,
  { hash, createdAt, expiresAt }: FirstToken & { readonly createdAt: Date },
): Promise<void> {
  await tx.query(
    `INSERT INTO refresh_tokens (token_hash, workspace_id, family_id, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [hash, workspace, family, createdAt, expiresAt],
  );
}

/** The workspace of a refresh token, used or not; runs under `withTokenHash`. */
export async function findRefreshWorkspace(tx: Sql, hash: Uint8Array): Promise<string | undefined> {
  const { rows } = await tx.query<{ workspace: string }>(
    'SELECT workspace_id AS workspace FROM refresh_tokens WHERE token_hash = $1',
    [hash],
  );
  return rows[0]?.workspace;
}

/**
 * The family of a token, when neither has ended at `now`; it is held until the transaction ends, so that
 * uses of its tokens come one after the other.
 */
export async function lockFamily(
  tx: Sql,
  workspace: string,
  hash: Uint8Array,
  now: Date,
): Promise<RefreshFamily | undefined> {
  const { rows } = await tx.query<RefreshFamily>(
    `SELECT f.id, f.api_token_id AS "apiTokenId", f.created_at AS "createdAt", f.ends_at AS "endsAt"
     FROM refresh_families f JOIN refresh_tokens t ON t.workspace_id = f.workspace_id AND t.family_id = f.id
     WHERE t.workspace_id = $1 AND t.token_hash = $2 AND t.expires_at > $3 AND f.ends_at > $3
       AND f.revoked_at IS NULL FOR UPDATE OF f`,
    [workspace, hash, now],
  );
  return rows[0];
}

export interface RefreshUse {
  readonly now: Date;
  /** For so long a used token gives its successor again. */
  readonly graceMs: number;
  readonly expiresAt: Date;
  /** New random bytes; kept until the grace is over. */
  readonly salt: Uint8Array;
  /** The hash of the successor that a salt makes. */
  readonly successor: (salt: Uint8Array) => Uint8Array;
}

export type RefreshOutcome =
  /** The salt makes the one successor: another than was given when the token had been used just now. */
  | { readonly kind: 'rotated'; readonly salt: Uint8Array }
  /** It was used before: somebody else has it as well, so the whole family has ended. */
  | { readonly kind: 'reused' };

/** Uses a token of a family that `lockFamily` holds. */
export async function rotateToken(
  tx: Sql,
  workspace: string,
  family: string,
  hash: Uint8Array,
  use: RefreshUse,
): Promise<RefreshOutcome> {
  const since = new Date(use.now.getTime() - use.graceMs);
  // Read only now that the family is held: what was read before may be of before another's use.
  const { rows } = await tx.query<{ usedAt: Date | null; salt: Uint8Array | null }>(
    'SELECT used_at AS "usedAt", salt FROM refresh_tokens WHERE token_hash = $1',
    [hash],
  );
  const token = rows[0];
  if (token?.usedAt && token.salt && token.usedAt > since)
    return { kind: 'rotated', salt: token.salt };
  if (!token || token.usedAt) {
    await tx.query(
      'UPDATE refresh_families SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2',
      [workspace, family, use.now],
    );
    return { kind: 'reused' };
  }
  await tx.query('UPDATE refresh_tokens SET used_at = $2, salt = $3 WHERE token_hash = $1', [
    hash,
    use.now,
    use.salt,
  ]);
  await insertToken(tx, workspace, family, {
    hash: use.successor(use.salt),
    createdAt: use.now,
    expiresAt: use.expiresAt,
  });
  await forgetUsed(tx, workspace, family, since, use.now);
  return { kind: 'rotated', salt: use.salt };
}

/** Salts past the grace, and tokens that are refused for their age alone. */
async function forgetUsed(
  tx: Sql,
  workspace: string,
  family: string,
  since: Date,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE refresh_tokens SET salt = NULL
     WHERE workspace_id = $1 AND family_id = $2 AND salt IS NOT NULL AND used_at <= $3`,
    [workspace, family, since],
  );
  await tx.query(
    'DELETE FROM refresh_tokens WHERE workspace_id = $1 AND family_id = $2 AND expires_at <= $3',
    [workspace, family, now],
  );
}

/** Whether a family has neither ended nor been revoked at `now`. */
export async function isFamilyAlive(
  tx: Sql,
  workspace: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM refresh_families
     WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND ends_at > $3`,
    [workspace, id, now],
  );
  return rowCount === 1;
}
