/** Passkeys of people, and the challenges that they sign. */
import type { Sql } from './pool.ts';

/** As its owner sees it. */
export interface PasskeyLine {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface Passkey extends PasskeyLine {
  /** The authenticator's name for it, base64url. */
  readonly credentialId: string;
  /** COSE. */
  readonly publicKey: Uint8Array;
  /** How often the authenticator says that it was used; 0 always for one that does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
}

const columns = `id, name, credential_id AS "credentialId", public_key AS "publicKey",
  counter::float8 AS counter, transports, created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

/** The passkeys of the user that the transaction runs as, the oldest first. */
export async function listPasskeys(tx: Sql, userId: string): Promise<Passkey[]> {
  const { rows } = await tx.query<Passkey>(
    `SELECT ${columns} FROM passkeys WHERE user_id = $1 ORDER BY created_at, id`,
    [userId],
  );
  return rows;
}

/** False when the authenticator's key is somebody's already. */
export async function addPasskey(
  tx: Sql,
  userId: string,
  passkey: Omit<Passkey, 'lastUsedAt'>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO passkeys (user_id, id, name, credential_id, public_key, counter, transports, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential_id) DO NOTHING`,
    [
      userId,
      passkey.id,
      passkey.name,
      passkey.credentialId,
      passkey.publicKey,
      passkey.counter,
      [...passkey.transports],
      passkey.createdAt,
    ],
  );
  return rowCount === 1;
}

/** Notes a use; the counter never goes back. */
export async function notePasskeyUse(
  tx: Sql,
  userId: string,
  id: string,
  counter: number,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE passkeys SET counter = greatest(counter, $3), last_used_at = $4
     WHERE user_id = $1 AND id = $2`,
    [userId, id, counter, now],
  );
}

/** Its name, or undefined when the user has no such passkey. */
export async function removePasskey(
  tx: Sql,
  userId: string,
  id: string,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ name: string }>(
    'DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING name',
    [userId, id],
  );
  return rows[0]?.name;
}

/** What a challenge was made for: it is good for nothing else. */
export type ChallengePurpose = 'enrol' | 'step-up';

/** Keeps the one challenge that a session has. */
export async function setChallenge(
  tx: Sql,
  sessionHash: Uint8Array,
  purpose: ChallengePurpose,
  { challenge, expiresAt }: { readonly challenge: string; readonly expiresAt: Date },
): Promise<void> {
  await tx.query(
    `UPDATE sessions SET challenge = $2, challenge_purpose = $3, challenge_expires_at = $4
     WHERE id_hash = $1`,
    [sessionHash, challenge, purpose, expiresAt],
  );
}

/** Takes the challenge of a session for a purpose away: the first caller gets it, while it is good. */
export async function takeChallenge(
  tx: Sql,
  sessionHash: Uint8Array,
  purpose: ChallengePurpose,
  now: Date,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ challenge: string }>(
    `UPDATE sessions s SET challenge = NULL, challenge_purpose = NULL, challenge_expires_at = NULL
     FROM (SELECT id_hash, challenge FROM sessions WHERE id_hash = $1 FOR UPDATE) AS before
     WHERE s.id_hash = before.id_hash AND s.challenge_purpose = $2 AND s.challenge_expires_at > $3
     RETURNING before.challenge`,
    [sessionHash, purpose, now],
  );
  return rows[0]?.challenge;
}
