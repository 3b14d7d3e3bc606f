/** Commits a check: one transaction for all that it found, fenced by the claim's token. */
import type pg from 'pg';
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import type {
  CheckOutcome,
  Provenance,
  SuppressReason,
  Verdict,
  VerdictKind,
} from '../domain/types.ts';
import type { Unread } from '../domain/reading.ts';
import { putBlob, type BlobInput } from './blobs.ts';
import type { PendingJudgement, Retry } from './memory.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';
import {
  changePending,
  insertCheck,
  insertSnapshots,
  insertValues,
  insertVerdict,
  updateMonitor,
} from './commitRows.ts';
import { putBaselines, putSourceStates, type Baseline, type SourceState } from './sourceState.ts';
import { loadKnown, writeTelling, type Known, type Telling } from './telling.ts';
import { withWorkspace } from './workspace.ts';

/** Days that a row of history may be kept; a job's days round up. */
export const RETENTION_CLASSES = [7, 30, 90, 365] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** The retention class that keeps `days` days. */
export const retentionClass = (days: number): RetentionClass =>
  RETENTION_CLASSES.find((candidate) => candidate >= days) ?? 365;

/** `retry`: again, before its next slot, because it had failed on our side. */
export type CheckTrigger = 'schedule' | 'manual' | 'confirm' | 'rejudge' | 'retry';

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
  /** Where the words of the screenshot stand. */
  readonly boxesBlob: string | null;
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
  readonly retry: Retry | null;
}

/** All that one check writes. */
export interface CheckRecord {
  readonly check: CheckRow;
  readonly monitor: MonitorAfter;
  readonly states: readonly SourceState[];
  readonly blobs: readonly BlobInput[];
  readonly snapshots: readonly SnapshotRow[];
  /** What the check read of the job's values. */
  readonly values: readonly ValuePoint[];
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
    await insertValues(tx, target, record);
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

/** What a check read of one value of one source. */
export interface ValuePoint {
  readonly source: string;
  readonly name: string;
  /** A decimal; null where there was none. */
  readonly number: string | null;
  /** What the page writes beside it. */
  readonly unit: string | null;
  readonly why: Unread | null;
  /** The number as the page writes it, or what was found instead. */
  readonly found: string;
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
  readonly validators: Readonly<
    Record<string, { readonly etag?: string; readonly lastModified?: string }>
  >;
  readonly values: readonly ValuePoint[];
}

/**
 * Writes many checks that found nothing new in one round trip.
 * @returns the ids of those that were written; the others' leases are another's by now.
 */
export async function commitUnchanged(
  sql: Sql,
  rows: readonly UnchangedRow[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const result = await sql.query<{ id: string }>('SELECT commit_unchanged($1::jsonb) AS id', [
    JSON.stringify(rows),
  ]);
  return new Set(result.rows.map((row) => row.id));
}
