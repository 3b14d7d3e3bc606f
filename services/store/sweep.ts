/** What is due besides checks: held findings, digests, reminders, snoozes; and old rows that go. */
import type pg from 'pg';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { REQUEST_LIFE_MS } from './idempotency.ts';
import type { Sql } from './pool.ts';
import { loadKnown, writeTelling, type Known, type Telling, type TellingKey } from './telling.ts';
import { withWorkspace } from './workspace.ts';

/** A monitor whose findings have something due. */
export interface DueTelling {
  readonly workspace: string;
  readonly monitor: string;
}

/** The monitors whose held findings, digests, reminders or snoozes are due, over all workspaces. */
export async function dueTellings(sql: Sql, now: Date, limit: number): Promise<DueTelling[]> {
  const { rows } = await sql.query<DueTelling>(
    `SELECT DISTINCT workspace_id AS workspace, monitor FROM (
       (SELECT workspace_id, monitor FROM findings WHERE held AND cooldown_until <= $1 ORDER BY cooldown_until LIMIT $2)
       UNION ALL
       (SELECT workspace_id, monitor FROM findings WHERE next_reminder_at <= $1 AND state = 'open'
        ORDER BY next_reminder_at LIMIT $2)
       UNION ALL
       (SELECT workspace_id, monitor FROM findings WHERE state = 'snoozed' AND snoozed_until <= $1
        ORDER BY snoozed_until LIMIT $2)
       UNION ALL
       (SELECT workspace_id, monitor FROM alerts WHERE held_until <= $1 AND digest_id IS NULL
        ORDER BY held_until LIMIT $2)) due`,
    [now, limit],
  );
  return rows;
}

/** When the next of them is due, if any is. */
export async function nextTellingAt(sql: Sql): Promise<Date | undefined> {
  const { rows } = await sql.query<{ at: Date | null }>(
    `SELECT LEAST(
       (SELECT min(cooldown_until) FROM findings WHERE held),
       (SELECT min(next_reminder_at) FROM findings WHERE next_reminder_at IS NOT NULL AND state = 'open'),
       (SELECT min(snoozed_until) FROM findings WHERE state = 'snoozed' AND snoozed_until IS NOT NULL),
       (SELECT min(held_until) FROM alerts WHERE held_until IS NOT NULL AND digest_id IS NULL)) AS at`,
  );
  return rows[0]?.at ?? undefined;
}

/** The part of a monitor that telling needs. */
export interface TellingMonitor {
  readonly spec: MonitorJobSpec;
  readonly deleted: boolean;
}

/**
 * Decides again about the findings of one monitor, in one transaction that holds its row, so that no
 * check commits meanwhile. `decide` must be pure.
 */
export async function tellDue(
  pool: pg.Pool,
  key: TellingKey,
  now: Date,
  decide: (monitor: TellingMonitor, known: Known) => Telling,
): Promise<void> {
  await withWorkspace(pool, key.workspace, async (tx) => {
    const { rows } = await tx.query<TellingMonitor>(
      `SELECT spec, deleted_at IS NOT NULL AS deleted FROM monitors WHERE workspace_id = $1 AND name = $2 FOR UPDATE`,
      [key.workspace, key.monitor],
    );
    const monitor = rows[0];
    if (!monitor) return silenceFindings(tx, key);
    await writeTelling(tx, key, decide(monitor, await loadKnown(tx, key, now)), now);
  });
}

/** A monitor that is gone reminds nobody. */
async function silenceFindings(tx: Sql, { workspace, monitor }: TellingKey): Promise<void> {
  await tx.query(
    `UPDATE findings SET held = false, next_reminder_at = NULL, snoozed_until = NULL
     WHERE workspace_id = $1 AND monitor = $2`,
    [workspace, monitor],
  );
}

/** Makes the partitions of these days (UTC) where they are missing. */
export async function ensurePartitions(sql: Sql, days: readonly Date[]): Promise<void> {
  for (const day of days) await sql.query('SELECT ensure_partitions($1::date)', [dayOf(day)]);
}

/** Drops the partitions that are past their retention. @returns how many */
export async function dropExpiredPartitions(sql: Sql, today: Date): Promise<number> {
  const { rows } = await sql.query<{ dropped: number }>(
    'SELECT drop_expired_partitions($1::date) AS dropped',
    [dayOf(today)],
  );
  return rows[0]?.dropped ?? 0;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/**
 * Collects blobs that nothing keeps: past their time, and no baseline or waiting judgement has them.
 * @returns how many
 */
export async function collectBlobs(sql: Sql, now: Date, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM blobs WHERE (workspace_id, hash) IN (
       SELECT b.workspace_id, b.hash FROM blobs b WHERE b.keep_until < $1
         AND NOT EXISTS (SELECT 1 FROM baselines l WHERE l.workspace_id = b.workspace_id AND l.text_blob = b.hash)
         AND NOT EXISTS (SELECT 1 FROM pending_judgements p WHERE p.workspace_id = b.workspace_id
           AND (p.sources @> jsonb_build_array(jsonb_build_object('beforeBlob', b.hash))
             OR p.sources @> jsonb_build_array(jsonb_build_object('afterBlob', b.hash))))
       ORDER BY b.keep_until LIMIT $2)`,
    [now, limit],
  );
  return rowCount ?? 0;
}

/**
 * Deletes what has ended before `now`: sessions, one-time tokens (used or not), and answers to an
 * Idempotency-Key after `REQUEST_LIFE_MS`. At most `limit` rows of each; the oldest go first.
 * @returns how many
 */
export async function deleteEnded(sql: Sql, now: Date, limit: number): Promise<number> {
  const sessions = await sql.query<{ deleted: number }>(
    'SELECT delete_ended_sessions($1, $2) AS deleted',
    [now, limit],
  );
  const tokens = await sql.query(
    `DELETE FROM one_time_tokens WHERE token_hash IN (
       SELECT token_hash FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
    [now, limit],
  );
  const answers = await sql.query(
    `DELETE FROM idempotency_keys WHERE (workspace_id, key) IN (
       SELECT workspace_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
    [new Date(now.getTime() - REQUEST_LIFE_MS), limit],
  );
  return (sessions.rows[0]?.deleted ?? 0) + (tokens.rowCount ?? 0) + (answers.rowCount ?? 0);
}

/**
 * Deletes unchanged checks beyond the newest `retention.checks` of a page of monitors; checks that
 * found something stay for their days, because they are the audit of silence.
 * @returns where the next page begins, undefined after the last
 */
export async function trimChecks(
  pool: pg.Pool,
  after: DueTelling | undefined,
  limit: number,
): Promise<DueTelling | undefined> {
  const { rows } = await pool.query<DueTelling & { keep: number }>(
    `SELECT workspace_id AS workspace, name AS monitor, (spec #>> '{retention,checks}')::int AS keep FROM monitors
     WHERE (workspace_id, name) > ($1, $2) ORDER BY workspace_id, name LIMIT $3`,
    [after?.workspace ?? '', after?.monitor ?? '', limit],
  );
  for (const [workspace, monitors] of Map.groupBy(rows, (row) => row.workspace))
    await withWorkspace(pool, workspace, (tx) => trimMonitors(tx, workspace, monitors));
  const last = rows.at(-1);
  return rows.length < limit ? undefined : last;
}

async function trimMonitors(
  tx: Sql,
  workspace: string,
  monitors: readonly { readonly monitor: string; readonly keep: number }[],
): Promise<void> {
  await tx.query(
    `DELETE FROM checks c USING (
       SELECT m.monitor, e.at FROM jsonb_to_recordset($2::jsonb) AS m(monitor text, keep integer)
       CROSS JOIN LATERAL (SELECT at FROM checks WHERE workspace_id = $1 AND monitor = m.monitor
         ORDER BY at DESC OFFSET m.keep LIMIT 1) e) edge
     WHERE c.workspace_id = $1 AND c.monitor = edge.monitor AND c.at <= edge.at AND c.outcome = 'Unchanged'`,
    [workspace, JSON.stringify(monitors)],
  );
}
