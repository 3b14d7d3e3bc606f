/** Bearer tokens: those of the API, and one-time tokens that are bound to a purpose. Only hashes. */
import { presentEpoch, type MemberRole } from './identity.ts';
import type { Sql } from './pool.ts';

export type TokenScope = 'read' | 'write' | 'admin';

export interface ApiToken {
  readonly workspace: string;
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** One that is alive. */
export interface LiveApiToken extends ApiToken {
  /** What its owner is by now in its workspace by membership; null for somebody who is no member. */
  readonly role: MemberRole | null;
  /** Its owner may administer the whole installation. */
  readonly platformAdmin: boolean;
}

/** One that was found by its id, for credentials that end with it. */
export interface OwnedApiToken extends LiveApiToken {
  readonly tokenEpoch: number;
}

/** One in the list of its owner. */
export interface ListedApiToken extends ApiToken {
  /** When a refresh token that came of it was last used a second time: somebody had a copy. */
  readonly refreshReusedAt: Date | null;
}

/**
 * Keeps a new token's hash (SHA-256) in the workspace that the transaction runs under; the token ends
 * when its user's epoch, or the global one, is raised.
 */
export async function createApiToken(
  tx: Sql,
  workspace: string,
  token: Omit<ApiToken, 'workspace' | 'lastUsedAt'> & { readonly tokenHash: Uint8Array },
): Promise<void> {
  await tx.query(
    `INSERT INTO api_tokens (workspace_id, id, user_id, name, token_hash, scope, created_at, expires_at,
       epoch)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
       COALESCE((SELECT ${presentEpoch} FROM users u WHERE u.id = $3), 0))`,
    [
      workspace,
      token.id,
      token.userId,
      token.name,
      token.tokenHash,
      token.scope,
      token.createdAt,
      token.expiresAt,
    ],
  );
}

const columns = `t.workspace_id AS workspace, t.id, t.user_id AS "userId", t.name, t.scope,
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt"`;
const ofOwner = 'm.role, u.platform_admin AS "platformAdmin"';
const ofLiveUser = `u.disabled_at IS NULL AND t.epoch = ${presentEpoch}`;
const ofMembers = `api_tokens t JOIN users u ON u.id = t.user_id
  LEFT JOIN memberships m ON m.workspace_id = t.workspace_id AND m.user_id = t.user_id`;

/**
 * The token of this hash when it is alive at `now`, in whatever workspace: runs under
 * `withTokenHash` with the same hash, which sees no other.
 */
export async function findApiToken(
  tx: Sql,
  tokenHash: Uint8Array,
  now: Date,
): Promise<LiveApiToken | undefined> {
  const { rows } = await tx.query<LiveApiToken>(
    `SELECT ${columns}, ${ofOwner} FROM ${ofMembers}
     WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
       AND ${ofLiveUser}`,
    [tokenHash, now],
  );
  return rows[0];
}

/** The token of this id when it is alive at `now`, with its epoch, which is the present one. */
export async function findApiTokenById(
  tx: Sql,
  workspace: string,
  id: string,
  now: Date,
): Promise<OwnedApiToken | undefined> {
  const { rows } = await tx.query<OwnedApiToken>(
    `SELECT ${columns}, ${ofOwner}, t.epoch AS "tokenEpoch" FROM ${ofMembers}
     WHERE t.workspace_id = $1 AND t.id = $2 AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > $3) AND ${ofLiveUser}`,
    [workspace, id, now],
  );
  return rows[0];
}

/** Notes the use of a token; call it at most once a minute for each. Runs under `withTokenHash`. */
export async function touchApiToken(tx: Sql, tokenHash: Uint8Array, now: Date): Promise<void> {
  await tx.query('UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1', [tokenHash, now]);
}

/** The tokens of a user in the workspace that are alive at `now`, the newest first. */
export async function listApiTokens(
  tx: Sql,
  workspace: string,
  userId: string,
  now: Date,
): Promise<ListedApiToken[]> {
  const { rows } = await tx.query<ListedApiToken>(
    `SELECT ${columns}, (SELECT max(f.revoked_at) FROM refresh_families f
       WHERE f.workspace_id = t.workspace_id AND f.api_token_id = t.id) AS "refreshReusedAt"
     FROM api_tokens t JOIN users u ON u.id = t.user_id
     WHERE t.workspace_id = $1 AND t.user_id = $2 AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > $3) AND t.epoch = ${presentEpoch}
     ORDER BY t.created_at DESC, t.id`,
    [workspace, userId, now],
  );
  return rows;
}

/** Ends one token of a user in the workspace; false when the user has no such token. */
export async function revokeApiToken(
  tx: Sql,
  workspace: string,
  userId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE api_tokens SET revoked_at = $4
     WHERE workspace_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL`,
    [workspace, userId, id, now],
  );
  return rowCount === 1;
}

export type TokenPurpose = 'sign-in' | 'acknowledge' | 'confirm-recipient' | 'login';

export interface OneTimeToken {
  readonly purpose: TokenPurpose;
  readonly workspace: string | null;
  readonly userId: string | null;
  /** What it is for: a finding's id, an address. */
  readonly subject: string | null;
}

/**
 * Keeps a one-time token's hash. Runs under `withWorkspace` of its workspace, or under
 * `withTokenHash` when it has none.
 */
export async function createOneTimeToken(
  tx: Sql,
  tokenHash: Uint8Array,
  token: OneTimeToken,
  life: { readonly createdAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await tx.query(
    `INSERT INTO one_time_tokens (token_hash, purpose, workspace_id, user_id, subject, created_at,
       expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      tokenHash,
      token.purpose,
      token.workspace,
      token.userId,
      token.subject,
      life.createdAt,
      life.expiresAt,
    ],
  );
}

/** Forgets a token whose link surely reached nobody. */
export async function deleteOneTimeToken(tx: Sql, tokenHash: Uint8Array): Promise<void> {
  await tx.query('DELETE FROM one_time_tokens WHERE token_hash = $1', [tokenHash]);
}

const oneTimeColumns = 'purpose, workspace_id AS workspace, user_id AS "userId", subject';
const alive = `token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3`;

/** What an unused token of this purpose is for, without using it; runs under `withTokenHash`. */
export async function peekOneTimeToken(
  tx: Sql,
  tokenHash: Uint8Array,
  purpose: TokenPurpose,
  now: Date,
): Promise<OneTimeToken | undefined> {
  const { rows } = await tx.query<OneTimeToken>(
    `SELECT ${oneTimeColumns} FROM one_time_tokens WHERE ${alive}`,
    [tokenHash, purpose, now],
  );
  return rows[0];
}

/**
 * Uses a token: the first caller with the right purpose gets it, everybody else undefined. Runs under
 * `withTokenHash`.
 */
export async function useOneTimeToken(
  tx: Sql,
  tokenHash: Uint8Array,
  purpose: TokenPurpose,
  now: Date,
): Promise<OneTimeToken | undefined> {
  const { rows } = await tx.query<OneTimeToken>(
    `UPDATE one_time_tokens SET used_at = $3 WHERE ${alive} RETURNING ${oneTimeColumns}`,
    [tokenHash, purpose, now],
  );
  return rows[0];
}
