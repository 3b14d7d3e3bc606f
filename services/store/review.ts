/** Accounts as administrators review them: who there is, who is still here, and what each may do. */
import type pg from 'pg';
import { presentEpoch, userColumns, type Membership, type User } from './identity.ts';
import {
  decodeCursor,
  pageLimit,
  pageOf,
  uuidPattern,
  type Page,
  type PageRequest,
} from './paging.ts';
import type { Sql } from './pool.ts';
import { PLATFORM_WORKSPACE, withWorkspace, type Tx } from './workspace.ts';

/** A user as administrators see one. */
export interface UserLine extends User {
  /** The last use of a session that has not ended by itself; null for somebody who has none. */
  readonly lastUsedAt: Date | null;
  readonly lastSignInAt: Date | null;
  /** The last sign-in, use of a session or use of a token; the beginning where there was none. */
  readonly lastSeenAt: Date;
  readonly passkeys: number;
  readonly hasApp: boolean;
  /** By rows: in a cluster those of teams stand in its RoleBindings. */
  readonly memberships: readonly Membership[];
  /** API tokens that are alive. */
  readonly tokens: number;
  readonly tokenLastUsedAt: Date | null;
}

export interface ReviewRequest extends PageRequest {
  /** Only whom nobody has seen since. */
  readonly unseenSince?: Date | undefined;
  /** Part of the address or name, or the id, however its letters are written. */
  readonly search?: string | undefined;
}

/** One transaction that sees of everybody what `listUsers` tells, and the installation's audit. */
export const withReview = <T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    await tx.query("SELECT set_config('mon.reviewing', 'on', true)");
    return work(tx);
  });

/** Times of a user `u`; $1 is the present one. A token counts until it ends in whatever way. */
const SEEN = `
  LATERAL (SELECT max(s.last_used_at) AS at FROM sessions s WHERE s.user_id = u.id
    AND s.revoked_at IS NULL AND s.expires_at > $1 AND s.token_epoch = ${presentEpoch}) used,
  LATERAL (SELECT max(a.at) AS at FROM audit a WHERE a.workspace_id = '${PLATFORM_WORKSPACE}'
    AND a.actor = 'user:' || u.id AND a.action = 'sign-in') signed,
  LATERAL (SELECT max(t.last_used_at) AS "lastUsedAt",
    (count(*) FILTER (WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $1)
      AND t.epoch = ${presentEpoch}))::int AS alive FROM api_tokens t WHERE t.user_id = u.id) token,
  LATERAL (SELECT greatest(u.created_at, used.at, signed.at, token."lastUsedAt") AS at) seen`;

const columns = `${userColumns}, used.at AS "lastUsedAt", signed.at AS "lastSignInAt", seen.at AS "lastSeenAt",
  token.alive AS tokens, token."lastUsedAt" AS "tokenLastUsedAt",
  (SELECT count(*)::int FROM passkeys p WHERE p.user_id = u.id) AS passkeys,
  EXISTS (SELECT FROM authenticator_apps a
    WHERE a.user_id = u.id AND a.confirmed_at IS NOT NULL) AS "hasApp",
  COALESCE((SELECT jsonb_agg(jsonb_build_object('workspace', m.workspace_id, 'role', m.role)
    ORDER BY m.workspace_id) FROM memberships m WHERE m.user_id = u.id), '[]') AS memberships`;

/** Everybody who ever signed in, the newest first; runs under `withReview`. */
export async function listUsers(
  tx: Sql,
  now: Date,
  request: ReviewRequest = {},
): Promise<Page<UserLine>> {
  const limit = pageLimit(request);
  const after = request.cursor ? decodeCursor(request.cursor, [uuidPattern])[0] : null;
  const { rows } = await tx.query<UserLine>(
    `SELECT ${columns} FROM users u, ${SEEN}
     WHERE ($2::uuid IS NULL OR u.id < $2) AND ($4::timestamptz IS NULL OR seen.at < $4)
       AND ($5::text IS NULL OR u.id::text = lower($5) OR strpos(lower(u.display_name), lower($5)) > 0
         OR strpos(lower(u.email), lower($5)) > 0)
     ORDER BY u.id DESC LIMIT $3`,
    [now, after, limit + 1, request.unseenSince ?? null, request.search ?? null],
  );
  return pageOf(
    rows,
    limit,
    ({ id }) => [id],
    (row) => row,
  );
}

/** The users with this id or address, however its letters are written; the oldest first. */
export async function findUsersNamed(tx: Sql, name: string): Promise<User[]> {
  const { rows } = await tx.query<User>(
    `SELECT ${userColumns} FROM users u WHERE u.id::text = lower($1) OR lower(u.email) = lower($1)
     ORDER BY u.id`,
    [name],
  );
  return rows;
}

export type AdministratorChange = 'done' | 'notFound' | 'lastAdministrator';

/**
 * Makes a user an administrator of the installation, or an ordinary one again. Of two who take each other's
 * right away at the same time one stays.
 * @param force also the last one who may sign in.
 */
export async function setPlatformAdmin(
  tx: Sql,
  userId: string,
  isAdmin: boolean,
  force = false,
): Promise<AdministratorChange> {
  const { rows } = await tx.query<{ id: string; stands: boolean }>(
    `SELECT id, disabled_at IS NULL AS stands FROM users WHERE platform_admin OR id = $1
     ORDER BY id FOR UPDATE`,
    [userId],
  );
  if (!rows.some(({ id }) => id === userId)) return 'notFound';
  if (!isAdmin && !force && !rows.some(({ id, stands }) => stands && id !== userId))
    return 'lastAdministrator';
  await tx.query('UPDATE users SET platform_admin = $2 WHERE id = $1', [userId, isAdmin]);
  return 'done';
}
