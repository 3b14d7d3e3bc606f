/** The rows of a check; each function is one statement of the commit's transaction. */
import type { CheckRecord, CheckRow, CommitTarget, PendingChanges, VerdictRow } from './commit.ts';
import type { Sql } from './pool.ts';

/** Ends the lease and writes the monitor's result and next time; what people did meanwhile stays. */
export async function updateMonitor(
  tx: Sql,
  target: CommitTarget,
  record: CheckRecord,
): Promise<void> {
  const { check, monitor } = record;
  await tx.query(
    `UPDATE monitors SET lease_until = NULL, lease_owner = NULL, deaths = $3, buffered = false,
       next_due_at = CASE WHEN NOT active THEN NULL
         WHEN buffered OR generation <> $4 OR (run_request_id IS NOT NULL
           AND run_request_id IS DISTINCT FROM COALESCE($5, last_handled_run_request))
         THEN LEAST($6::timestamptz, $7) ELSE $6 END,
       slot_at = $8, last_handled_run_request = COALESCE($5, last_handled_run_request),
       missed_slots = missed_slots + $9, last_check_id = $10, last_check_at = $7, last_outcome = $11,
       last_verdict = $12, last_relevance = $13, last_message = $14,
       last_change_at = CASE WHEN $15 THEN $7 ELSE last_change_at END,
       consecutive_failures = $16, failure_alerted = $17, conditions = $18, retry = $19
     WHERE workspace_id = $1 AND name = $2`,
    [
      target.workspace,
      target.monitor,
      monitor.deaths,
      target.generation,
      check.runRequest,
      monitor.wakeAt,
      check.at,
      monitor.nextSlot,
      monitor.missed,
      check.id,
      check.outcome,
      check.verdict,
      check.relevance,
      check.message?.slice(0, 256) ?? null,
      monitor.changed,
      monitor.consecutiveFailures,
      monitor.failureAlerted,
      JSON.stringify(monitor.conditions),
      monitor.retry && JSON.stringify(monitor.retry),
    ],
  );
}

/** One row of the history of checks. */
export async function insertCheck(
  tx: Sql,
  target: CommitTarget,
  record: CheckRecord,
): Promise<void> {
  const { check, verdict } = record;
  await tx.query(
    `INSERT INTO checks (workspace_id, id, monitor, at, retention_days, slot_at, trigger, generation, goal_version,
       run_request_id, outcome, stage, reason, message, sources, verdict, relevance, verdict_id, duration_ms,
       tokens_in, tokens_out, cost_usd)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
    [
      target.workspace,
      check.id,
      target.monitor,
      check.at,
      target.retention,
      check.slot,
      check.trigger,
      check.generation,
      check.goalVersion,
      check.runRequest,
      check.outcome,
      check.stage,
      check.reason,
      check.message,
      JSON.stringify(check.sources),
      check.verdict,
      check.relevance,
      verdict?.id ?? null,
      check.durationMs,
      check.tokensIn,
      check.tokensOut,
      check.costUsd,
    ],
  );
}

/** What the check's fetches saw, as far as it is kept. */
export async function insertSnapshots(
  tx: Sql,
  target: CommitTarget,
  record: CheckRecord,
): Promise<void> {
  if (record.snapshots.length === 0) return;
  await tx.query(
    `INSERT INTO snapshots (workspace_id, id, monitor, source, at, retention_days, check_id, extractor, status, title,
       final_url, validity, validity_evidence, text_hash, html_hash, bytes, text_blob, document_blob, screenshot_blob,
       boxes_blob, extracted)
     SELECT $1, r.id, $2, r.source, $3, $4, $5, r.extractor, r.status, r.title, r."finalUrl", r.validity,
       r."validityEvidence", r."textHash", r."htmlHash", r.bytes, r."textBlob", r."documentBlob", r."screenshotBlob",
       r."boxesBlob", r.extracted
     FROM jsonb_to_recordset($6::jsonb) AS r(id uuid, source text, extractor text, status integer, title text,
       "finalUrl" text, validity text, "validityEvidence" text, "textHash" text, "htmlHash" text, bytes integer,
       "textBlob" text, "documentBlob" text, "screenshotBlob" text, "boxesBlob" text,
       extracted jsonb)`,
    [
      target.workspace,
      target.monitor,
      record.check.at,
      target.retention,
      record.check.id,
      JSON.stringify(record.snapshots),
    ],
  );
}

/** One point of a series for each value of each source. */
export async function insertValues(
  tx: Sql,
  target: CommitTarget,
  { check, values }: Pick<CheckRecord, 'check' | 'values'>,
): Promise<void> {
  if (values.length === 0) return;
  await tx.query(
    `INSERT INTO value_points (workspace_id, monitor, at, check_id, retention_days, source, name, number, unit, why, found)
     SELECT $1, $2, $3, $4, $5, r.source, r.name, r.number, r.unit, r.why, r.found
     FROM jsonb_to_recordset($6::jsonb) AS r(source text, name text, number numeric, unit text, why text, found text)`,
    [
      target.workspace,
      target.monitor,
      check.at,
      check.id,
      target.retention,
      JSON.stringify(values),
    ],
  );
}

/** The verdict with the change it is about. */
export async function insertVerdict(
  tx: Sql,
  target: Pick<CommitTarget, 'workspace' | 'monitor' | 'retention'>,
  record: {
    readonly check: Pick<CheckRow, 'id' | 'at' | 'goalVersion'>;
    readonly verdict: VerdictRow | null;
  },
): Promise<void> {
  const { verdict, check } = record;
  if (!verdict) return;
  await tx.query(
    `INSERT INTO verdicts (workspace_id, id, monitor, at, retention_days, check_id, goal_version, verdict, provenance,
       change, suppressed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      target.workspace,
      verdict.id,
      target.monitor,
      check.at,
      target.retention,
      check.id,
      check.goalVersion,
      JSON.stringify(verdict.verdict),
      verdict.provenance && JSON.stringify(verdict.provenance),
      JSON.stringify(verdict.change),
      verdict.suppressed,
    ],
  );
}

/** Keeps judgements that wait, and drops those that are done. */
export async function changePending(
  tx: Sql,
  target: CommitTarget,
  pending: PendingChanges,
): Promise<void> {
  const { workspace, monitor } = target;
  if (pending.done.length > 0)
    await tx.query(
      'DELETE FROM pending_judgements WHERE workspace_id = $1 AND monitor = $2 AND id = ANY($3::uuid[])',
      [workspace, monitor, pending.done],
    );
  if (pending.put.length === 0) return;
  await tx.query(
    `INSERT INTO pending_judgements (workspace_id, monitor, id, check_id, goal_version, created_at, attempts,
       next_attempt_at, sources)
     SELECT $1, $2, r.id, r."checkId", r."goalVersion", r."createdAt", r.attempts, r."nextAttemptAt", r.sources
     FROM jsonb_to_recordset($3::jsonb) AS r(id uuid, "checkId" uuid, "goalVersion" integer, "createdAt" timestamptz,
       attempts integer, "nextAttemptAt" timestamptz, sources jsonb)
     ON CONFLICT (workspace_id, monitor, id) DO UPDATE SET attempts = EXCLUDED.attempts,
       next_attempt_at = EXCLUDED.next_attempt_at`,
    [workspace, monitor, JSON.stringify(pending.put)],
  );
}
