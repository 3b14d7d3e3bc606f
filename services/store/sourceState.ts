/** What the scheduler remembers of one source between checks, and the snapshots it compares with. */
import type { PendingConfirmation } from '../domain/confirm.ts';
import type { Reading } from '../domain/reading.ts';
import type { Series } from '../domain/series.ts';
import type { Extractor } from '../domain/types.ts';
import type { Sql } from './pool.ts';

export interface SourceState {
  readonly source: string;
  /** Hash of all that decides what the page's text is; another one takes a new baseline. */
  readonly specHash: string;
  readonly extractor: Extractor | undefined;
  readonly needsJavaScript: boolean;
  readonly javaScriptProbedAt: Date | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Lengths of the last valid texts, newest first. */
  readonly textLengths: readonly number[];
  /** Hashes of the last normalised texts, newest first. */
  readonly recentHashes: readonly string[];
  readonly pending: PendingConfirmation | undefined;
  readonly consecutiveFailures: number;
  /** Numbers that were seen, by the name of the condition that compares with them. */
  readonly series: Readonly<Record<string, Series>>;
  /** What the job's values were read as last, by their names. */
  readonly readings: Readonly<Record<string, KnownReading>>;
  /** The snapshots whose raw document is kept, newest first. */
  readonly documents: readonly KeptDocument[];
}

/** A reading with what it was read by: another selector makes another value of it. */
export interface KnownReading {
  readonly by: string;
  readonly reading: Reading;
}

/** The raw document of one snapshot. */
export interface KeptDocument {
  readonly snapshotId: string;
  /** Of the snapshot, RFC 3339. */
  readonly at: string;
  readonly blob: string;
}

export type BaselineRole = 'LastSeen' | 'LastAlerted' | 'Pinned';

/** A snapshot that the next ones are compared with. */
export interface Baseline {
  readonly source: string;
  readonly role: BaselineRole;
  readonly snapshotId: string;
  readonly takenAt: Date;
  readonly extractor: Extractor;
  readonly title: string;
  readonly finalUrl: string;
  readonly textHash: string;
  /** Text before normalising. */
  readonly textBlob: string;
  /** Text that the number conditions' selectors found, by condition name. */
  readonly extracted: Readonly<Record<string, string | null>>;
}

/** Writes the states of a monitor's sources; one row a source. Runs under the workspace. */
export async function putSourceStates(
  tx: Sql,
  key: { readonly workspace: string; readonly monitor: string; readonly at: Date },
  states: readonly SourceState[],
): Promise<void> {
  if (states.length === 0) return;
  await tx.query(
    `INSERT INTO source_states AS s (workspace_id, monitor, source, spec_hash, extractor, needs_javascript,
       javascript_probed_at, etag, last_modified, text_lengths, recent_hashes, pending, consecutive_failures, series,
       readings, documents, updated_at)
     SELECT $1, $2, r.source, r."specHash", r.extractor, r."needsJavaScript", r."javaScriptProbedAt", r.etag,
       r."lastModified", r."textLengths", r."recentHashes", r.pending, r."consecutiveFailures", r.series,
       r.readings, r.documents, $3
     FROM jsonb_to_recordset($4::jsonb) AS r(source text, "specHash" text, extractor text, "needsJavaScript" boolean,
       "javaScriptProbedAt" timestamptz, etag text, "lastModified" text, "textLengths" integer[],
       "recentHashes" text[], pending jsonb, "consecutiveFailures" integer, series jsonb, readings jsonb,
       documents jsonb)
     ON CONFLICT (workspace_id, monitor, source) DO UPDATE SET spec_hash = EXCLUDED.spec_hash,
       extractor = EXCLUDED.extractor, needs_javascript = EXCLUDED.needs_javascript,
       javascript_probed_at = EXCLUDED.javascript_probed_at, etag = EXCLUDED.etag,
       last_modified = EXCLUDED.last_modified, text_lengths = EXCLUDED.text_lengths,
       recent_hashes = EXCLUDED.recent_hashes, pending = EXCLUDED.pending,
       consecutive_failures = EXCLUDED.consecutive_failures, series = EXCLUDED.series,
       readings = EXCLUDED.readings, documents = EXCLUDED.documents, updated_at = EXCLUDED.updated_at`,
    [key.workspace, key.monitor, key.at, JSON.stringify(states)],
  );
}

/** Writes the snapshots to compare with; one row a source and role. Runs under the workspace. */
export async function putBaselines(
  tx: Sql,
  key: { readonly workspace: string; readonly monitor: string },
  baselines: readonly Baseline[],
): Promise<void> {
  if (baselines.length === 0) return;
  await tx.query(
    `INSERT INTO baselines (workspace_id, monitor, source, role, snapshot_id, taken_at, extractor, title,
       final_url, text_hash, text_blob, extracted)
     SELECT $1, $2, r.source, r.role, r."snapshotId", r."takenAt", r.extractor, r.title, r."finalUrl",
       r."textHash", r."textBlob", r.extracted
     FROM jsonb_to_recordset($3::jsonb) AS r(source text, role text, "snapshotId" uuid, "takenAt" timestamptz,
       extractor text, title text, "finalUrl" text, "textHash" text, "textBlob" text, extracted jsonb)
     ON CONFLICT (workspace_id, monitor, source, role) DO UPDATE SET snapshot_id = EXCLUDED.snapshot_id,
       taken_at = EXCLUDED.taken_at, extractor = EXCLUDED.extractor, title = EXCLUDED.title,
       final_url = EXCLUDED.final_url, text_hash = EXCLUDED.text_hash, text_blob = EXCLUDED.text_blob,
       extracted = EXCLUDED.extracted`,
    [key.workspace, key.monitor, JSON.stringify(baselines)],
  );
}
