/** Authenticator apps (TOTP, RFC 6238): the sealed secret, steps that were used, and tries that were wrong. */
import type { Sql } from './pool.ts';

/** The shared secret as the scheduler sealed it. */
export interface SealedApp {
  readonly sealed: Uint8Array;
  readonly dataKeyId: string;
}

export interface App extends SealedApp {
  readonly createdAt: Date;
  /** Null until a code of it was shown: no factor before that. */
  readonly confirmedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** The app of the user that the transaction runs as. */
export async function findApp(tx: Sql, userId: string): Promise<App | undefined> {
  const { rows } = await tx.query<App>(
    `SELECT sealed, data_key_id AS "dataKeyId", created_at AS "createdAt",
       confirmed_at AS "confirmedAt", last_used_at AS "lastUsedAt"
     FROM authenticator_apps WHERE user_id = $1`,
    [userId],
  );
  return rows[0];
}

/** Keeps an app that is to be confirmed, in place of one that never was; false beside one that was. */
export async function proposeApp(
  tx: Sql,
  userId: string,
  { sealed, dataKeyId }: SealedApp,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO authenticator_apps AS a (user_id, sealed, data_key_id, created_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, data_key_id = excluded.data_key_id,
       created_at = excluded.created_at WHERE a.confirmed_at IS NULL`,
    [userId, sealed, dataKeyId, now],
  );
  return rowCount === 1;
}

/**
 * Removes the apps that were proposed before `before` and never confirmed: no factors, which would keep their
 * data keys in use. `sql` is the scheduler's. @returns how many
 */
export async function removeUnconfirmedApps(sql: Sql, before: Date): Promise<number> {
  const { rowCount } = await sql.query(
    'DELETE FROM authenticator_apps WHERE confirmed_at IS NULL AND created_at < $1',
    [before],
  );
  return rowCount ?? 0;
}

/** False when there was none. */
export async function removeApp(tx: Sql, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query('DELETE FROM authenticator_apps WHERE user_id = $1', [
    userId,
  ]);
  return rowCount === 1;
}

/** Bounds of guessing. */
export interface TryLimits {
  /** Wrong codes in one session, which then must sign in again. */
  readonly perSession: number;
  /** Wrong codes of a person in a row, before each further one makes the person wait. */
  readonly perPerson: number;
  /** The first wait in seconds; each further one is twice as long. */
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
}

export type TryOutcome =
  | { readonly kind: 'go' }
  | { readonly kind: 'sessionSpent' }
  | { readonly kind: 'wait'; readonly until: Date };

/**
 * Counts a try as wrong before its code is looked at, so that tries at the same time are counted too;
 * `noteAppUse` takes it back for one that was right.
 */
export async function beginTry(
  tx: Sql,
  userId: string,
  sessionHash: Uint8Array,
  limits: TryLimits,
  now: Date,
): Promise<TryOutcome> {
  const app = await tx.query<{ lockedUntil: Date | null }>(
    `SELECT locked_until AS "lockedUntil" FROM authenticator_apps WHERE user_id = $1 FOR UPDATE`,
    [userId],
  );
  const until = app.rows[0]?.lockedUntil;
  if (until && until > now) return { kind: 'wait', until };
  const { rowCount } = await tx.query(
    'UPDATE sessions SET wrong_codes = wrong_codes + 1 WHERE id_hash = $1 AND wrong_codes < $2',
    [sessionHash, limits.perSession],
  );
  if (rowCount !== 1) return { kind: 'sessionSpent' };
  await tx.query(
    `UPDATE authenticator_apps SET wrong_codes = wrong_codes + 1, locked_until =
       CASE WHEN wrong_codes + 1 < $2 THEN NULL
         ELSE $3::timestamptz + make_interval(secs => least($5, $4 * power(2, least(wrong_codes + 1 - $2, 30))))
       END
     WHERE user_id = $1`,
    [userId, limits.perPerson, now, limits.firstWaitSeconds, limits.longestWaitSeconds],
  );
  return { kind: 'go' };
}

/** A code that was right, of the app that was looked at. */
export interface AppUse {
  readonly step: number;
  readonly sealed: Uint8Array;
  /** The same secret, to be kept in place of `sealed`. */
  readonly resealed?: SealedApp | undefined;
}

/**
 * Uses the code of a time step, once: false when that step or a later one was used before. Takes the
 * try back, and those before it; confirms an app that was not.
 */
export async function noteAppUse(
  tx: Sql,
  userId: string,
  sessionHash: Uint8Array,
  { step, sealed, resealed }: AppUse,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE authenticator_apps SET last_step = $2, last_used_at = $3, wrong_codes = 0,
       locked_until = NULL, confirmed_at = coalesce(confirmed_at, $3),
       sealed = coalesce($5, sealed), data_key_id = coalesce($6, data_key_id)
     WHERE user_id = $1 AND sealed = $4 AND (last_step IS NULL OR last_step < $2)`,
    [userId, step, now, sealed, resealed?.sealed ?? null, resealed?.dataKeyId ?? null],
  );
  if (rowCount !== 1) return false;
  await tx.query('UPDATE sessions SET wrong_codes = 0 WHERE id_hash = $1', [sessionHash]);
  return true;
}
