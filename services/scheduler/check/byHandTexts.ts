/** The texts of a stored check, from the snapshots that it saw. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { getText } from '../../store/blobs.ts';
import type { Check } from '../../store/checks.ts';
import { StoreError } from '../../store/errors.ts';
import type { Sql } from '../../store/pool.ts';
import { findSnapshot } from '../../store/snapshots.ts';
import { getVerdict } from '../../store/verdicts.ts';
import type { Compared } from './compare.ts';
import { itemOf } from './rejudge.ts';

/** Which two snapshots a check compared; `before` is null where the page was new. */
export interface ComparedSnapshots {
  readonly source: string;
  readonly before: string | null;
  readonly after: string;
}

/** What a verdict and a check keep of one source. */
interface StoredPart {
  readonly source: string;
  readonly beforeSnapshot?: string | null;
  readonly afterSnapshot?: string | null;
  readonly baselineId?: string | null;
  readonly snapshotId?: string | null;
  /** Only where something was compared. */
  readonly added?: number;
}

const partsOf = (stored: unknown): readonly StoredPart[] =>
  Array.isArray(stored) ? (stored as StoredPart[]) : [];

/** The changes of a check: those that were judged, or those that a gate stopped. */
export async function changesOf(
  tx: Sql,
  workspace: string,
  check: Check,
): Promise<ComparedSnapshots[]> {
  // one that waited for a model was judged later, from texts that its row does not name
  if (check.trigger === 'rejudge') throw notKept();
  const judged =
    check.verdictId === null
      ? []
      : partsOf((await getVerdict(tx, workspace, check.verdictId)).change);
  const ofVerdict = judged.flatMap(({ source, beforeSnapshot = null, afterSnapshot }) =>
    afterSnapshot ? [{ source, before: beforeSnapshot, after: afterSnapshot }] : [],
  );
  if (ofVerdict.length > 0) return ofVerdict;
  return partsOf(check.sources).flatMap(({ source, added, baselineId = null, snapshotId }) =>
    added !== undefined && snapshotId ? [{ source, before: baselineId, after: snapshotId }] : [],
  );
}

export interface ReadItem {
  readonly item: Compared;
  readonly before: string | null;
  readonly after: string;
}

/**
 * The changes with their texts, by what the job ignores now.
 * @throws StoreError `invalid` when a text is not kept any more, or nothing differs any more
 */
export async function readItems(
  tx: Sql,
  workspace: string,
  spec: MonitorJobSpec,
  changes: readonly ComparedSnapshots[],
): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for (const { source, before, after } of changes) {
    const snapshot = await findSnapshot(tx, workspace, after);
    const afterText = snapshot && (await getText(tx, workspace, snapshot.textBlob));
    const beforeText = before === null ? '' : await textOf(tx, workspace, before);
    if (!snapshot || afterText === undefined || beforeText === undefined) throw notKept();
    const { title, finalUrl } = snapshot;
    const options = spec.sources.find(({ name }) => name === source) ?? {};
    const texts = { before: beforeText, after: afterText };
    items.push({ item: itemOf({ source, title, finalUrl }, options, texts), before, after });
  }
  const differing = items.filter(({ item }) => item.change.hunks.length > 0);
  if (differing.length === 0)
    throw new StoreError('invalid', 'Nothing differs in this check by what is ignored now.');
  return differing;
}

/** A baseline may be older than the history. */
async function textOf(tx: Sql, workspace: string, snapshotId: string): Promise<string | undefined> {
  const snapshot = await findSnapshot(tx, workspace, snapshotId);
  if (snapshot) return getText(tx, workspace, snapshot.textBlob);
  const { rows } = await tx.query<{ blob: string }>(
    'SELECT text_blob AS blob FROM baselines WHERE workspace_id = $1 AND snapshot_id = $2 LIMIT 1',
    [workspace, snapshotId],
  );
  return rows[0] && getText(tx, workspace, rows[0].blob);
}

const notKept = (): StoreError =>
  new StoreError('invalid', 'The texts of this check are not kept (any more): run a new check.');
