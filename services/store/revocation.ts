/** Ends credentials all at once: those of one user, or of everybody. They are read at each request. */
import { enqueueAccountMail } from './accountMails.ts';
import type { Sql } from './pool.ts';

/**
 * Ends every session, API token, access token and refresh token, and every sign-in that is under way;
 * links in messages stay good for what they are for.
 */
export async function revokeAll(tx: Sql, now: Date): Promise<void> {
  await tx.query(
    `INSERT INTO global_epochs AS e (epoch, raised_at) VALUES (1, $1)
     ON CONFLICT (single) DO UPDATE SET epoch = e.epoch + 1, raised_at = excluded.raised_at`,
    [now],
  );
  await endSignIns(tx, 'true');
}

/**
 * Ends every session and token of a user, and their sign-in links.
 * @returns false when there is no such user.
 */
export async function revokeUser(tx: Sql, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1',
    [userId],
  );
  await endSignIns(tx, 'user_id = $1', [userId]);
  return rowCount === 1;
}

/**
 * Shuts a user out, who is told by mail; what the user had before stays dead when the user is let in again.
 * @returns false when there is no such user.
 */
export async function disableUser(tx: Sql, userId: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL',
    [userId, now],
  );
  if (rowCount === 1)
    await enqueueAccountMail(tx, {
      userId,
      key: `account-disabled/${userId}/${now.toISOString()}`,
      at: now,
      notice: { kind: 'accountDisabled' },
    });
  return revokeUser(tx, userId);
}

/** As `revokeUser`, and tells the user by mail. @returns false when there is no such user. */
export async function signOutUser(tx: Sql, userId: string, now: Date): Promise<boolean> {
  if (!(await revokeUser(tx, userId))) return false;
  await enqueueAccountMail(tx, {
    userId,
    key: `sessions-ended/${userId}/${now.toISOString()}`,
    at: now,
    notice: { kind: 'sessionsEnded' },
  });
  return true;
}

/** Lets a user in again. @returns false when there is no such user. */
export async function enableUser(tx: Sql, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query('UPDATE users SET disabled_at = NULL WHERE id = $1', [
    userId,
  ]);
  return rowCount === 1;
}

/** A policy shows the sign-ins of all workspaces to whoever is revoking, and to nobody else. */
async function endSignIns(tx: Sql, which: string, values: readonly unknown[] = []): Promise<void> {
  await tx.query("SELECT set_config('mon.revoking', 'on', true)");
  await tx.query(
    `DELETE FROM one_time_tokens WHERE purpose IN ('sign-in', 'login') AND ${which}`,
    values,
  );
  await tx.query("SELECT set_config('mon.revoking', '', true)");
}
