/** Second factors: which a person has, recovery codes, what was changed, and stepped-up sessions. */
import type pg from 'pg';
import type { factorActions } from '../core/contracts/accountMail.ts';
import type { Sql } from './pool.ts';
import { PLATFORM_WORKSPACE, withWorkspace, type Tx } from './workspace.ts';

/** What a person can show besides the sign-in. */
export type Factor = 'passkey' | 'totp' | 'recovery';

/** One transaction that sees the factors of this user, and the installation's audit. */
export const withFactors = <T>(
  pool: pg.Pool,
  userId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    await tx.query("SELECT set_config('mon.user', $1, true)", [userId]);
    return work(tx);
  });

/** What of second factors decides what a session may do. */
export interface StepUpState {
  readonly signedInAt: Date;
  /** When this session last showed a second factor. */
  readonly steppedUpAt: Date | null;
  readonly passkeys: number;
  readonly hasApp: boolean;
  /** Recovery codes that were not used yet. */
  readonly codesLeft: number;
}

/** The state of a session of the user that the transaction runs as; undefined when it has ended. */
export async function findStepUpState(
  tx: Sql,
  sessionHash: Uint8Array,
  userId: string,
): Promise<StepUpState | undefined> {
  const { rows } = await tx.query<StepUpState>(
    `SELECT s.created_at AS "signedInAt", s.stepped_up_at AS "steppedUpAt",
       (SELECT count(*)::int FROM passkeys p WHERE p.user_id = s.user_id) AS passkeys,
       EXISTS (SELECT FROM authenticator_apps a
         WHERE a.user_id = s.user_id AND a.confirmed_at IS NOT NULL) AS "hasApp",
       (SELECT count(*)::int FROM recovery_codes r
         WHERE r.user_id = s.user_id AND r.used_at IS NULL) AS "codesLeft"
     FROM sessions s WHERE s.id_hash = $1 AND s.user_id = $2 AND s.revoked_at IS NULL`,
    [sessionHash, userId],
  );
  return rows[0];
}

/** Notes that a session has shown a second factor. */
export async function markSteppedUp(tx: Sql, sessionHash: Uint8Array, now: Date): Promise<void> {
  await tx.query('UPDATE sessions SET stepped_up_at = $2, wrong_codes = 0 WHERE id_hash = $1', [
    sessionHash,
    now,
  ]);
}

/**
 * Lets only one transaction at a time change a user's factors: what it decides by their state stays true
 * until it ends.
 */
export async function lockFactors(tx: Sql, userId: string): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('second-factors'), hashtext($1))", [
    userId,
  ]);
}

/** Replaces all recovery codes of a user; only their SHA-256 is kept. */
export async function replaceRecoveryCodes(
  tx: Sql,
  userId: string,
  hashes: readonly Uint8Array[],
  now: Date,
): Promise<void> {
  await tx.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  for (const hash of hashes)
    await tx.query(
      'INSERT INTO recovery_codes (code_hash, user_id, created_at) VALUES ($1, $2, $3)',
      [hash, userId, now],
    );
}

/** Uses up a recovery code: true once, for its owner. */
export async function useRecoveryCode(
  tx: Sql,
  userId: string,
  hash: Uint8Array,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE recovery_codes SET used_at = $3 WHERE code_hash = $2 AND user_id = $1 AND used_at IS NULL',
    [userId, hash, now],
  );
  return rowCount === 1;
}

/** Takes all factors of somebody who has lost them. */
export async function removeAllFactors(tx: Sql, userId: string): Promise<void> {
  await tx.query('DELETE FROM passkeys WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM authenticator_apps WHERE user_id = $1', [userId]);
  await tx.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
}

export type FactorAction = (typeof factorActions)[number];

/** Something that happened to the factors of a person, as that person is told. */
export interface FactorChange {
  readonly id: string;
  readonly at: Date;
  readonly action: FactorAction;
  /** Of the passkey; empty for others. */
  readonly name: string;
}

export async function noteFactorChange(
  tx: Sql,
  userId: string,
  { id, at, action, name }: FactorChange,
): Promise<void> {
  await tx.query(
    'INSERT INTO factor_changes (user_id, id, at, action, name) VALUES ($1, $2, $3, $4, $5)',
    [userId, id, at, action, name],
  );
}

/** The last changes, the newest first. */
export async function listFactorChanges(
  tx: Sql,
  userId: string,
  limit: number,
): Promise<FactorChange[]> {
  const { rows } = await tx.query<FactorChange>(
    `SELECT id, at, action, name FROM factor_changes WHERE user_id = $1
     ORDER BY id DESC LIMIT $2`,
    [userId, limit],
  );
  return rows;
}
