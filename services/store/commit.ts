/** Commits a check: one transaction for all that it found, fenced by the claim's token. */
import type pg from 'pg';
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import type { CheckOutcome, Provenance, SuppressReason, Verdict, VerdictKind } from '../domain/types.ts';
import { putBlob, type BlobInput } from './blobs.ts';
import type { PendingJudgement } from './claim.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';
import { putBaselines, putSourceStates, type Baseline, type SourceState } from './sourceState.ts';
import { loadKnown, writeTelling, type Known, type Telling } from './telling.ts';
import { withWorkspace } from './workspace.ts';

/** Days that a row of history may be kept; a job's days round up. */
export const RETENTION_CLASSES = [7, 30, 90, 365] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** The retention class that keeps `days` days. */
export const retentionClass = (days: number): RetentionClass =>
  RETENTION_CLASSES.find((candidate) => candidate >= days) ?? 365;

export type CheckTrigger = 'schedule' | 'manual' | 'confirm' | 'rejudge';

/** One row of the history of checks. */
export interface CheckRow {
  readonly id: string;
  readonly at: Date;
  readonly trigger: CheckTrigger;
  readonly slot: Date | null;
  readonly generation: number;
  readonly goalVersion: number;
  readonly runRequest: string | null;
  readonly outcome: CheckOutcome;
  readonly stage: string;
  readonly reason: string | null;
  readonly message: string | null;
  /** Per source: outcome, stage, reason, extractor, hashes, snapshot id, counts, warnings. */
  readonly sources: readonly object[];
  readonly verdict: VerdictKind | null;
  readonly relevance: number | null;
  readonly durationMs: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** US dollars as a decimal string; null when a model's price is unknown. */
  readonly costUsd: string | null;
}

export interface SnapshotRow {
  readonly id: string;
  readonly source: string;
  readonly extractor: string;
  readonly status: number;
  readonly title: string;
  readonly finalUrl: string;
  readonly validity: string;
  readonly validityEvidence: string | null;
  readonly textHash: string;
  readonly htmlHash: string;
  readonly bytes: number;
  readonly textBlob: string;
  readonly documentBlob: string | null;
  readonly screenshotBlob: string | null;
  readonly extracted: Readonly<Record<string, string | null>>;
}

export interface VerdictRow {
  readonly id: string;
  readonly verdict: Verdict;
  readonly provenance: Provenance | null;
  readonly change: readonly object[];
  readonly suppressed: SuppressReason | null;
}

/** What the monitor's row says after the check. */
export interface MonitorAfter {
  /** When the monitor is due again: its next slot, or an earlier wake. */
  readonly wakeAt: Date | null;
  readonly nextSlot: Date | null;
  readonly missed: number;
  readonly changed: boolean;
  readonly consecutiveFailures: number;
  readonly failureAlerted: boolean;
  /** Crashes in a row, of the claim or of the page's browser. */
  readonly deaths: number;
  readonly conditions: readonly StatusCondition[];
}

/** All that one check writes. */
export interface CheckRecord {
  readonly check: CheckRow;
  readonly monitor: MonitorAfter;
  readonly states: readonly SourceState[];
  readonly blobs: readonly BlobInput[];
  readonly snapshots: readonly SnapshotRow[];
  readonly baselines: readonly Baseline[];
  readonly verdict: VerdictRow | null;
  readonly pending: PendingChanges;
  readonly telling: Telling;
}

/** Judgements that wait for a model: new or tried again, and those that are done. */
export interface PendingChanges {
  readonly put: readonly PendingJudgement[];
  readonly done: readonly string[];
}

export interface CommitTarget {
  readonly workspace: string;
  readonly monitor: string;
  readonly token: number;
  readonly generation: number;
  readonly retention: RetentionClass;
  readonly now: Date;
  /** Findings that are wanted however old they are. */
  readonly fingerprints: readonly string[];
}

/** `stale`: another claim holds the monitor now; nothing was written. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly record: CheckRecord }
  | { readonly kind: 'stale' };

/**
 * Writes a check. `conclude` is called inside the transaction with what is known of the monitor's
 * findings, locked, so that what a person did meanwhile is not lost; it must be pure.
 */
export async function commitCheck(
  pool: pg.Pool,
  target: CommitTarget,
  conclude: (known: Known) => CheckRecord,
): Promise<CommitResult> {
  return withWorkspace(pool, target.workspace, async (tx) => {
    if (!(await lockClaim(tx, target))) return { kind: 'stale' };
    const record = conclude(await loadKnown(tx, target, target.now, target.fingerprints));
    await updateMonitor(tx, target, record);
    for (const blob of record.blobs) await putBlob(tx, target.workspace, blob, target.now);
    await putSourceStates(tx, { ...target, at: target.now }, record.states);
    await putBaselines(tx, target, record.baselines);
    await insertCheck(tx, target, record);
    await insertSnapshots(tx, target, record);
    await insertVerdict(tx, target, record);
    await changePending(tx, target, record.pending);
    await writeTelling(tx, target, record.telling, target.now);
    await notifyEvent(tx, {
      workspace: target.workspace,
      kind: 'check',
      monitor: target.monitor,
      id: record.check.id,
    });
    return { kind: 'committed', record };
  });
}

/** Holds the monitor's row until the end of the transaction; false when the lease is another's. */
async function lockClaim(tx: Sql, target: CommitTarget): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT 1 FROM monitors WHERE workspace_id = $1 AND name = $2 AND lease_token = $3
       AND lease_until IS NOT NULL FOR UPDATE`,
    [target.workspace, target.monitor, target.token],
  );
  return rows.length === 1;
}

async function updateMonitor(tx: Sql, target: CommitTarget, record: CheckRecord): Promise<void> {
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
       consecutive_failures = $16, failure_alerted = $17, conditions = $18
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
    ],
  );
}

async function insertCheck(tx: Sql, target: CommitTarget, record: CheckRecord): Promise<void> {
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

async function insertSnapshots(tx: Sql, target: CommitTarget, record: CheckRecord): Promise<void> {
  if (record.snapshots.length === 0) return;
  await tx.query(
    `INSERT INTO snapshots (workspace_id, id, monitor, source, at, retention_days, check_id, extractor, status, title,
       final_url, validity, validity_evidence, text_hash, html_hash, bytes, text_blob, document_blob, screenshot_blob,
       extracted)
     SELECT $1, r.id, $2, r.source, $3, $4, $5, r.extractor, r.status, r.title, r."finalUrl", r.validity,
       r."validityEvidence", r."textHash", r."htmlHash", r.bytes, r."textBlob", r."documentBlob", r."screenshotBlob",
       r.extracted
     FROM jsonb_to_recordset($6::jsonb) AS r(id uuid, source text, extractor text, status integer, title text,
       "finalUrl" text, validity text, "validityEvidence" text, "textHash" text, "htmlHash" text, bytes integer,
       "textBlob" text, "documentBlob" text, "screenshotBlob" text, extracted jsonb)`,
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

async function insertVerdict(tx: Sql, target: CommitTarget, record: CheckRecord): Promise<void> {
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

async function changePending(tx: Sql, target: CommitTarget, pending: PendingChanges): Promise<void> {
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

/** A check that found nothing new; see `commitUnchanged`. */
export interface UnchangedRow {
  readonly workspace: string;
  readonly monitor: string;
  readonly token: number;
  readonly id: string;
  readonly at: Date;
  readonly retention: RetentionClass;
  readonly slot: Date | null;
  readonly trigger: CheckTrigger;
  readonly generation: number;
  readonly goal: number;
  readonly outcome: CheckOutcome;
  readonly stage: string;
  readonly reason: string | null;
  readonly sources: readonly object[];
  readonly duration: number;
  readonly wake: Date | null;
  readonly nextSlot: Date | null;
  readonly missed: number;
  readonly handled: string | null;
  /** New cache validators by source, where they changed. */
  readonly validators: Readonly<Record<string, { readonly etag?: string; readonly lastModified?: string }>>;
}

/**
 * Writes many checks that found nothing new in one round trip.
 * @returns the ids of those that were written; the others' leases are another's by now.
 */
export async function commitUnchanged(sql: Sql, rows: readonly UnchangedRow[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const result = await sql.query<{ id: string }>('SELECT commit_unchanged($1::jsonb) AS id', [
    JSON.stringify(rows),
  ]);
  return new Set(result.rows.map((row) => row.id));
}
