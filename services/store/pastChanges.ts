/** The changes that checks saw, with the texts before and after: what an edited goal is tried on. */
import { uuidTime } from './history.ts';
import type { Sql } from './pool.ts';
import type { Baseline } from './sourceState.ts';

/** One page of a change: what it was compared with, and what it had become. */
export interface PastSource {
  readonly source: string;
  /** Why it went no further then; null when somebody was told. */
  readonly reason: string | null;
  readonly before: Baseline;
  readonly after: Baseline;
}

export interface PastChange {
  readonly checkId: string;
  readonly at: Date;
  readonly outcome: string;
  readonly reason: string | null;
  readonly verdict: string | null;
  readonly relevance: number | null;
  /** What the verdict said in words; '' where there was none. */
  readonly summary: string;
  readonly sources: readonly PastSource[];
}

export interface PastRequest {
  readonly since: Date;
  readonly limit: number;
  /** Only of these checks. */
  readonly checks: readonly string[] | undefined;
}

interface DescribedSource {
  readonly source: string;
  readonly reason: string | null;
  readonly snapshotId: string | null;
  readonly baselineId?: string | null;
}

interface Row extends Omit<PastChange, 'sources' | 'summary'> {
  readonly verdictId: string | null;
  readonly sources: readonly DescribedSource[];
}

/** What was no change after all, or is not known to be one yet. */
const UNCONFIRMED = new Set(['awaitingConfirmation', 'notConfirmed']);

/**
 * The newest changes of a monitor since then, oldest first.
 * @returns `more` when there were more than the limit; a page of which a snapshot is gone is left out
 */
export async function listPastChanges(
  tx: Sql,
  workspace: string,
  monitor: string,
  { since, limit, checks }: PastRequest,
): Promise<{ readonly changes: readonly PastChange[]; readonly more: boolean }> {
  const { rows } = await tx.query<Row>(
    `SELECT id AS "checkId", at, outcome, reason, verdict, relevance, verdict_id AS "verdictId", sources
     FROM checks
     WHERE workspace_id = $1 AND monitor = $2 AND at >= $3 AND ($5::uuid[] IS NULL OR id = ANY ($5))
       AND sources @? '$[*] ? (@.baselineId != null && @.snapshotId != null)'
     ORDER BY at DESC, id DESC LIMIT $4`,
    [workspace, monitor, since, limit + 1, checks ?? null],
  );
  const found = rows.slice(0, limit).toReversed();
  const ids = found.flatMap(({ sources }) =>
    sources.flatMap(({ snapshotId, baselineId }) =>
      [snapshotId, baselineId].filter((id) => typeof id === 'string'),
    ),
  );
  const snapshots = await readSnapshots(tx, workspace, monitor, ids);
  const summaries = await readSummaries(tx, workspace, monitor, since, found);
  const changes = found.map(({ verdictId, sources, ...row }) => ({
    ...row,
    summary: summaries.get(verdictId ?? '') ?? '',
    sources: sources.flatMap((each) => pastSource(each, snapshots)),
  }));
  return {
    changes: changes.filter(({ sources }) => sources.length > 0),
    more: rows.length > limit,
  };
}

function pastSource(
  { source, reason, snapshotId, baselineId }: DescribedSource,
  snapshots: ReadonlyMap<string, Baseline>,
): PastSource[] {
  const before = snapshots.get(baselineId ?? '');
  const after = snapshots.get(snapshotId ?? '');
  if (!before || !after || UNCONFIRMED.has(reason ?? '')) return [];
  return [{ source, reason, before, after }];
}

/** A baseline may be much older than its change; an id that tells no time is looked for everywhere. */
async function readSnapshots(
  tx: Sql,
  workspace: string,
  monitor: string,
  ids: readonly string[],
): Promise<Map<string, Baseline>> {
  if (ids.length === 0) return new Map();
  const read = async (from: Date | null): Promise<Omit<Baseline, 'role'>[]> => {
    const { rows } = await tx.query<Omit<Baseline, 'role'>>(
      `SELECT id AS "snapshotId", source, at AS "takenAt", extractor, title, final_url AS "finalUrl",
         text_hash AS "textHash", text_blob AS "textBlob", extracted
       FROM snapshots WHERE workspace_id = $1 AND monitor = $2 AND id = ANY ($3::uuid[])
         AND ($4::timestamptz IS NULL OR at >= $4)`,
      [workspace, monitor, ids, from],
    );
    return rows;
  };
  const oldest = Math.min(...ids.map((id) => uuidTime(id)?.getTime() ?? 0));
  const near = await read(new Date(oldest - DAY_MS));
  const rows = near.length < new Set(ids).size ? await read(null) : near;
  return new Map(rows.map((row) => [row.snapshotId, { ...row, role: 'LastSeen' }]));
}

const DAY_MS = 86_400_000;

async function readSummaries(
  tx: Sql,
  workspace: string,
  monitor: string,
  since: Date,
  rows: readonly Row[],
): Promise<Map<string, string>> {
  const ids = rows.flatMap(({ verdictId }) => verdictId ?? []);
  if (ids.length === 0) return new Map();
  const found = await tx.query<{ id: string; summary: string | null }>(
    `SELECT id, coalesce(nullif(verdict->>'summary', ''), verdict->>'reason') AS summary FROM verdicts
     WHERE workspace_id = $1 AND monitor = $2 AND at >= $3 AND id = ANY ($4::uuid[])`,
    [workspace, monitor, since, ids],
  );
  return new Map(found.rows.map(({ id, summary }) => [id, summary ?? '']));
}
