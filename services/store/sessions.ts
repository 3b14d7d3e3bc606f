/** Sessions of the dashboard; only hashes of the cookie are kept. */
import type { User } from './identity.ts';
import { presentEpoch, userColumns } from './identity.ts';
import type { Sql } from './pool.ts';

export interface Session {
  /** SHA-256 of the cookie's value. */
  readonly idHash: Uint8Array;
  readonly userId: string;
  readonly csrfHash: Uint8Array;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Absolute end. */
  readonly expiresAt: Date;
  readonly userAgent: string | null;
}

/** Begins a session of a user; it ends when the user's epoch is another than `tokenEpoch`. */
export async function createSession(
  tx: Sql,
  session: Omit<Session, 'lastUsedAt'>,
  tokenEpoch: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO sessions (id_hash, user_id, csrf_hash, token_epoch, created_at, last_used_at,
       expires_at, user_agent)
     VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
    [
      session.idHash,
      session.userId,
      session.csrfHash,
      tokenEpoch,
      session.createdAt,
      session.expiresAt,
      session.userAgent,
    ],
  );
}

export interface LiveSession extends Session {
  readonly user: User;
}

type Row = User & Omit<Session, 'userId' | 'createdAt'> & { readonly begunAt: Date };

/**
 * The session of a cookie with its user, when it is alive at `now`: not revoked, not past its end,
 * used within `idleMs`, of the present epoch, and the user is not disabled.
 */
export async function findSession(
  tx: Sql,
  idHash: Uint8Array,
  now: Date,
  idleMs: number,
): Promise<LiveSession | undefined> {
  const { rows } = await tx.query<Row>(
    `SELECT ${userColumns}, s.id_hash AS "idHash", s.csrf_hash AS "csrfHash",
       s.created_at AS "begunAt", s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt",
       s.user_agent AS "userAgent"
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.id_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.last_used_at > $3
       AND s.token_epoch = ${presentEpoch} AND u.disabled_at IS NULL`,
    [idHash, now, new Date(now.getTime() - idleMs)],
  );
  if (!rows[0]) return undefined;
  const { csrfHash, begunAt, lastUsedAt, expiresAt, userAgent, idHash: id, ...user } = rows[0];
  const times = { createdAt: begunAt, lastUsedAt, expiresAt };
  return { idHash: id, userId: user.id, csrfHash, ...times, userAgent, user };
}

/** Notes the use of a session; call it at most once a second for each. */
export async function touchSession(tx: Sql, idHash: Uint8Array, now: Date): Promise<void> {
  await tx.query('UPDATE sessions SET last_used_at = $2 WHERE id_hash = $1 AND last_used_at < $2', [
    idHash,
    now,
  ]);
}

/** Ends one session. */
export async function revokeSession(tx: Sql, idHash: Uint8Array, now: Date): Promise<void> {
  await tx.query('UPDATE sessions SET revoked_at = $2 WHERE id_hash = $1 AND revoked_at IS NULL', [
    idHash,
    now,
  ]);
}

/** Ends all sessions of a user; returns how many were alive. */
export async function revokeSessions(tx: Sql, userId: string, now: Date): Promise<number> {
  const { rowCount } = await tx.query(
    'UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL',
    [userId, now],
  );
  return rowCount ?? 0;
}

/** A session as its user sees it. */
export interface SessionLine {
  /** Tells sessions apart and opens none: the beginning of the hash, in hexadecimal. */
  readonly id: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly userAgent: string | null;
}

const lineId = `encode(substring(id_hash FROM 1 FOR 16), 'hex')`;

/** The id of a session's line. */
export const sessionLineId = (idHash: Uint8Array): string =>
  Buffer.from(idHash).subarray(0, 16).toString('hex');

/** The sessions of a user that are alive at `now`, the one that was used last first. */
export async function listSessions(
  tx: Sql,
  userId: string,
  now: Date,
  idleMs: number,
): Promise<SessionLine[]> {
  const { rows } = await tx.query<SessionLine>(
    `SELECT ${lineId} AS id, s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt",
       s.user_agent AS "userAgent"
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.last_used_at > $3
       AND s.token_epoch = ${presentEpoch}
     ORDER BY s.last_used_at DESC, s.id_hash`,
    [userId, now, new Date(now.getTime() - idleMs)],
  );
  return rows;
}

/** Ends one session of a user by the id of its line; false when the user has no such session. */
export async function revokeSessionLine(
  tx: Sql,
  userId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE sessions SET revoked_at = $3
     WHERE user_id = $1 AND ${lineId} = $2 AND revoked_at IS NULL`,
    [userId, id, now],
  );
  return rowCount === 1;
}
