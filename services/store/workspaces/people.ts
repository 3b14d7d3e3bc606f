/** People as a cluster knows them: by what their sign-in provider calls them. */
import type { Sql } from '../pool.ts';

export interface ProviderClaims {
  /** The address as the provider spells it. */
  readonly emailClaim: string | null;
  readonly groupClaims: readonly string[];
}

export interface Person extends ProviderClaims {
  readonly issuer: string;
  readonly subject: string;
}

/** Who comes by a sign-in link that was made inside of a pod of the platform. */
export const OPERATOR = { issuer: 'duckmon', subject: 'operator' } as const;

/** Keeps what the provider said of a user at the last sign-in. */
export async function keepClaims(
  tx: Sql,
  userId: string,
  { emailClaim, groupClaims }: ProviderClaims,
): Promise<void> {
  await tx.query('UPDATE users SET email_claim = $2, group_claims = $3 WHERE id = $1', [
    userId,
    emailClaim,
    [...groupClaims],
  ]);
}

/** Who a user is; undefined when there is no such user. */
export async function findPerson(tx: Sql, userId: string): Promise<Person | undefined> {
  const { rows } = await tx.query<Person>(
    `SELECT issuer, subject, email_claim AS "emailClaim", group_claims AS "groupClaims"
     FROM users WHERE id = $1`,
    [userId],
  );
  return rows[0];
}
