/** The mails that ask recipients to confirm: deliveries of the outbox that belong to no alert. */
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';

/** An address gets one such mail in this time, */
export const ASK_EVERY_MS = 3_600_000;
/** and so many a day, from all channels of the workspace together. */
export const ASKS_A_DAY = 3;
const DAY_MS = 86_400_000;

/** Queues one mail for each address. */
export async function askRecipients(
  tx: Sql,
  workspace: string,
  channel: string,
  addresses: readonly string[],
  now: Date,
): Promise<void> {
  if (addresses.length === 0) return;
  await tx.query(
    `DELETE FROM deliveries WHERE workspace_id = $1 AND recipient IS NOT NULL
       AND state NOT IN ('pending', 'sending', 'unknown') AND updated_at < $2`,
    [workspace, new Date(now.getTime() - DAY_MS)],
  );
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO deliveries (workspace_id, id, monitor, channel, recipient, state, next_attempt_at, created_at, updated_at)
     SELECT $1, gen_random_uuid(), '', $2, address, 'pending', $3, $3, $3 FROM unnest($4::text[]) address
     RETURNING id`,
    [workspace, channel, now, addresses],
  );
  for (const { id } of rows) await notifyEvent(tx, { workspace, kind: 'delivery', id });
}

/** Drops the mails to these addresses that were not handed out yet; all of the channel's without them. */
export async function forgetQuestions(
  tx: Sql,
  workspace: string,
  channel: string,
  addresses?: readonly string[],
): Promise<void> {
  if (addresses?.length === 0) return;
  await tx.query(
    `DELETE FROM deliveries WHERE workspace_id = $1 AND channel = $2 AND recipient IS NOT NULL
       AND ($3::text[] IS NULL OR recipient = ANY($3)) AND state = 'pending' AND mailed_at IS NULL`,
    [workspace, channel, addresses ?? null],
  );
}

/** Whether a mail to this address still waits to be handed out for this channel. */
export async function isAsking(
  tx: Sql,
  workspace: string,
  channel: string,
  address: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM deliveries WHERE workspace_id = $1 AND channel = $2 AND lower(recipient) = lower($3)
       AND next_attempt_at IS NOT NULL`,
    [workspace, channel, address],
  );
  return rowCount !== 0;
}

/**
 * When the address may be asked next, by the mails that were handed out; undefined: now. Two who ask
 * at once wait for each other until the end of the transaction.
 * @param except a delivery whose own mail does not count
 */
export async function askableAt(
  tx: Sql,
  workspace: string,
  address: string,
  now: Date,
  except?: string,
): Promise<Date | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `ask ${workspace} ${address.toLowerCase()}`,
  ]);
  const { rows } = await tx.query<{ at: Date }>(
    `SELECT mailed_at AS at FROM deliveries WHERE workspace_id = $1 AND lower(recipient) = lower($2)
       AND mailed_at > $3 AND id IS DISTINCT FROM $4::uuid ORDER BY mailed_at DESC`,
    [workspace, address, new Date(now.getTime() - DAY_MS), except ?? null],
  );
  return nextAsk(
    rows.map(({ at }) => at),
    now,
  );
}

/**
 * When the next mail may go, by those of the last day.
 * @param mailed newest first
 */
export function nextAsk(mailed: readonly Date[], now: Date): Date | undefined {
  const newest = mailed[0];
  const oldestThatCounts = mailed[ASKS_A_DAY - 1];
  const times = [
    newest && newest.getTime() + ASK_EVERY_MS,
    oldestThatCounts && oldestThatCounts.getTime() + DAY_MS,
  ].filter((time) => time !== undefined);
  const at = Math.max(0, ...times);
  return at > now.getTime() ? new Date(at) : undefined;
}

/** Notes that the mail of a delivery is handed out now, or, with null, that it surely was not. */
export async function noteMailed(
  tx: Sql,
  workspace: string,
  id: string,
  at: Date | null,
): Promise<void> {
  await tx.query('UPDATE deliveries SET mailed_at = $3 WHERE workspace_id = $1 AND id = $2', [
    workspace,
    id,
    at,
  ]);
}
