/** What is remembered of monitors between their checks, read for a whole batch of claims at once. */
import type pg from 'pg';
import type { PendingConfirmation } from '../domain/confirm.ts';
import type { Extractor } from '../domain/types.ts';
import type { Baseline, SourceState } from './sourceState.ts';

/** A judgement that waits for a model, from its stored snapshots. */
export interface PendingJudgement {
  readonly id: string;
  readonly checkId: string;
  readonly goalVersion: number;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly sources: readonly PendingSource[];
}

export interface PendingSource {
  readonly source: string;
  readonly title: string;
  readonly finalUrl: string;
  readonly afterHash: string;
  /** Texts before normalising, as blobs of the workspace. */
  readonly beforeBlob: string;
  readonly afterBlob: string;
  readonly afterSnapshot: string;
}

/** What is tried again before the next slot, as it failed on our side; plain JSON. */
export interface Retry {
  /** How often it has failed so in a row. */
  readonly tries: number;
  /** ISO time of the next try. */
  readonly at: string;
  readonly sources: readonly string[];
}

export interface MonitorKey {
  readonly workspace: string;
  readonly monitor: string;
}

/** All that a check of one monitor begins with. */
export interface MonitorMemory {
  readonly states: readonly SourceState[];
  readonly baselines: readonly Baseline[];
  readonly pending: readonly PendingJudgement[];
}

/** Rows carry the place of their monitor in the list of keys. */
type Placed<T> = T & { readonly place: number };

const KEYS = `unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(workspace, monitor, place)`;
const OF_KEY = (alias: string): string =>
  `${alias}.workspace_id = k.workspace AND ${alias}.monitor = k.monitor`;

// Statements with a name are parsed and planned once a connection.
const STATES = {
  name: 'memory_states',
  text: `SELECT k.place::int AS place, s.source, s.spec_hash, s.extractor, s.needs_javascript, s.javascript_probed_at, s.etag,
       s.last_modified, s.text_lengths, s.recent_hashes, s.pending, s.consecutive_failures, s.series, s.readings,
       s.documents
     FROM ${KEYS} JOIN source_states s ON ${OF_KEY('s')}`,
};
const BASELINES = {
  name: 'memory_baselines',
  text: `SELECT k.place::int AS place, b.source, b.role, b.snapshot_id AS "snapshotId", b.taken_at AS "takenAt", b.extractor,
       b.title, b.final_url AS "finalUrl", b.text_hash AS "textHash", b.text_blob AS "textBlob", b.extracted
     FROM ${KEYS} JOIN baselines b ON ${OF_KEY('b')}`,
};
const PENDING = {
  name: 'memory_pending',
  text: `SELECT k.place::int AS place, p.id, p.check_id AS "checkId", p.goal_version AS "goalVersion",
       p.created_at AS "createdAt", p.attempts, p.next_attempt_at AS "nextAttemptAt", p.sources
     FROM ${KEYS} JOIN pending_judgements p ON ${OF_KEY('p')} ORDER BY p.id`,
};

type StateRow = Placed<{
  source: string;
  spec_hash: string;
  extractor: Extractor | null;
  needs_javascript: boolean;
  javascript_probed_at: Date | null;
  etag: string | null;
  last_modified: string | null;
  text_lengths: number[];
  recent_hashes: string[];
  pending: PendingConfirmation | null;
  consecutive_failures: number;
  series: SourceState['series'];
  readings: SourceState['readings'];
  documents: SourceState['documents'];
}>;

/** The memory of each key, in the keys' order; three statements however many there are. */
export async function loadMemory(
  pool: pg.Pool,
  keys: readonly MonitorKey[],
): Promise<MonitorMemory[]> {
  if (keys.length === 0) return [];
  const values = [keys.map((key) => key.workspace), keys.map((key) => key.monitor)];
  const [states, baselines, pending] = await Promise.all([
    readStates(pool, values),
    readBaselines(pool, values),
    readPending(pool, values),
  ]);
  return keys.map((_, index) => ({
    states: states.get(index + 1) ?? [],
    baselines: baselines.get(index + 1) ?? [],
    pending: pending.get(index + 1) ?? [],
  }));
}

type Values = readonly (readonly string[])[];

async function readStates(pool: pg.Pool, values: Values): Promise<Map<number, SourceState[]>> {
  const { rows } = await pool.query<StateRow>({ ...STATES, values: [...values] });
  return byPlace(rows, (row) => ({
    source: row.source,
    specHash: row.spec_hash,
    extractor: row.extractor ?? undefined,
    needsJavaScript: row.needs_javascript,
    javaScriptProbedAt: row.javascript_probed_at ?? undefined,
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    textLengths: row.text_lengths,
    recentHashes: row.recent_hashes,
    pending: row.pending ?? undefined,
    consecutiveFailures: row.consecutive_failures,
    series: row.series,
    readings: row.readings,
    documents: row.documents,
  }));
}

async function readBaselines(pool: pg.Pool, values: Values): Promise<Map<number, Baseline[]>> {
  const { rows } = await pool.query<Placed<Baseline>>({ ...BASELINES, values: [...values] });
  return byPlace(rows, ({ place: _place, ...baseline }) => baseline);
}

async function readPending(
  pool: pg.Pool,
  values: Values,
): Promise<Map<number, PendingJudgement[]>> {
  const { rows } = await pool.query<Placed<PendingJudgement>>({ ...PENDING, values: [...values] });
  return byPlace(rows, ({ place: _place, ...pending }) => pending);
}

function byPlace<R extends { readonly place: number }, T>(
  rows: readonly R[],
  read: (row: R) => T,
): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) {
    const known = found.get(row.place);
    if (known) known.push(read(row));
    else found.set(row.place, [read(row)]);
  }
  return found;
}
