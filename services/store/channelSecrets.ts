/** Whether the Secrets of the cluster's channels are there: when that is looked at, and what was found. */
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import {
  isSecretProblem,
  type SecretProblem,
  type SecretState,
} from '../core/contracts/channelSecret.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';

/** A channel whose Secrets are to be looked at. */
export interface SecretCheck {
  readonly workspace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly namespace: string;
  readonly spec: NotificationChannelSpec;
}

export interface SecretCheckOptions {
  readonly now: Date;
  /** When a channel is due again whose check came to nothing. */
  readonly againAt: Date;
  readonly limit: number;
}

/** Takes the channels that are due, each by one scheduler alone. Runs under no workspace. */
export async function claimSecretChecks(
  sql: Sql,
  { now, againAt, limit }: SecretCheckOptions,
): Promise<SecretCheck[]> {
  const { rows } = await sql.query<SecretCheck>(
    `UPDATE channels c SET secret_check_at = $2 FROM (
       SELECT workspace_id, name FROM channels
       WHERE managed_by = 'kubernetes' AND (secret_check_at IS NULL OR secret_check_at <= $1)
       ORDER BY secret_check_at NULLS FIRST LIMIT $3 FOR UPDATE SKIP LOCKED) due
     WHERE c.workspace_id = due.workspace_id AND c.name = due.name
     RETURNING c.workspace_id AS workspace, c.name, c.uid, c.generation, c.spec,
       COALESCE(c.namespace, c.workspace_id) AS namespace`,
    [now, againAt, limit],
  );
  return rows;
}

/** When the next channel is due, if there is any. Runs under no workspace. */
export async function nextSecretCheckAt(sql: Sql, now: Date): Promise<Date | undefined> {
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT COALESCE(secret_check_at, $1) AS at FROM channels WHERE managed_by = 'kubernetes'
     ORDER BY secret_check_at NULLS FIRST LIMIT 1`,
    [now],
  );
  return rows[0]?.at;
}

/**
 * Writes what was found, unless the channel is another by now. What waited for a Secret that is there
 * is due.
 * @param nextAt when it is looked at again
 * @returns how many deliveries were set free
 */
export async function noteSecretState(
  tx: Sql,
  { workspace, name, uid, generation }: Omit<SecretCheck, 'namespace' | 'spec'>,
  state: SecretState,
  { now, nextAt }: { readonly now: Date; readonly nextAt: Date },
): Promise<number> {
  const { rows } = await tx.query<{ before: SecretState | null; same: boolean }>(
    `SELECT secret_state AS before, COALESCE(secret_state = $5 AND secret_generation = $4, false) AS same
     FROM channels WHERE workspace_id = $1 AND name = $2 AND uid = $3 AND generation = $4 FOR UPDATE`,
    [workspace, name, uid, generation, state],
  );
  const [known] = rows;
  if (!known) return 0;
  await tx.query(
    `UPDATE channels SET secret_state = $3, secret_generation = $4, secret_check_at = $5
     WHERE workspace_id = $1 AND name = $2`,
    [workspace, name, state, generation, nextAt],
  );
  if (!known.same) await notifyEvent(tx, { workspace, kind: 'channel', id: name });
  const waited = known.before !== null && isSecretProblem(known.before);
  return waited && !isSecretProblem(state) ? releaseWaiting(tx, workspace, name, now) : 0;
}

/** Deliveries of a channel that are to be tried later are due. */
async function releaseWaiting(
  tx: Sql,
  workspace: string,
  channel: string,
  now: Date,
): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE deliveries SET next_attempt_at = $3 WHERE workspace_id = $1 AND channel = $2
       AND state = 'pending' AND next_attempt_at > $3`,
    [workspace, channel, now],
  );
  return rowCount ?? 0;
}

/** A delivery found that a Secret is missing; the channel is looked at next. */
export async function noteSecretProblem(
  tx: Sql,
  workspace: string,
  channel: string,
  problem: SecretProblem,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE channels SET secret_state = $3, secret_generation = generation, secret_check_at = $4
     WHERE workspace_id = $1 AND name = $2 AND managed_by = 'kubernetes'`,
    [workspace, channel, problem, now],
  );
}
