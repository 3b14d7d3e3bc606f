/** What is remembered of the sources after a check: snapshots, baselines, their blobs, the state. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { blobHash, type BlobInput } from '../../store/blobs.ts';
import type { SnapshotRow } from '../../store/commit.ts';
import type { Baseline, KeptDocument, SourceState } from '../../store/sourceState.ts';
import type { Checked } from './decide.ts';
import type { Seen } from './look.ts';
import { movesBaseline, stateAfter } from './state.ts';

/** What a check writes of one source besides its verdict. */
export interface Remembered {
  readonly state: SourceState;
  readonly snapshots: readonly SnapshotRow[];
  readonly blobs: readonly BlobInput[];
  readonly baselines: readonly Baseline[];
  /** The snapshot of the page that was looked at, when it is kept. */
  readonly snapshotId: string | null;
}

export interface RememberOptions {
  readonly spec: Pick<MonitorJobSpec, 'goal' | 'conditions' | 'values'>;
  readonly now: Date;
  readonly newId: () => string;
  /** Until when the blobs of history are kept. */
  readonly keepUntil: Date;
  /** Somebody was told of this source. */
  readonly told: boolean;
  /** A try between slots. */
  readonly again: boolean;
}

/** Snapshots of a source whose raw document is kept: enough to try a new selector on real changes. */
export const KEPT_DOCUMENTS = 5;

/** Everything that one source leaves behind. */
export function remember(checked: Checked, options: RememberOptions): Remembered {
  const kept = keptPages(checked);
  const stored = kept.map((page) => ({ ...page, id: options.newId() }));
  const current = stored.at(-1);
  const lookedAt = stored[0];
  const snapshots = stored.map(({ seen, id, validity, evidence }) =>
    snapshotOf(checked, seen, id, validity, evidence),
  );
  return {
    state: {
      ...stateAfter(checked, options),
      documents: documentsAfter(checked, snapshots, options),
    },
    snapshots,
    blobs: kept.flatMap(({ seen }) => blobsOf(seen, options.keepUntil)),
    baselines:
      current && movesBaseline(checked)
        ? baselinesOf(checked, current.seen, current.id, options)
        : [],
    snapshotId: lookedAt?.id ?? null,
  };
}

/** The newest documents; an edit of the source does not take them away, it is what they are for. */
function documentsAfter(
  { memory }: Checked,
  snapshots: readonly SnapshotRow[],
  { now }: RememberOptions,
): KeptDocument[] {
  const at = now.toISOString();
  const added = snapshots.flatMap(({ id, documentBlob }) =>
    documentBlob === null ? [] : [{ snapshotId: id, at, blob: documentBlob }],
  );
  return [...added.toReversed(), ...(memory.state?.documents ?? [])].slice(0, KEPT_DOCUMENTS);
}

interface KeptPage {
  readonly seen: Seen;
  readonly validity: string;
  readonly evidence: string | null;
}

/**
 * The pages that are kept: every baseline and change, the first of a row that cannot be judged, and
 * whatever has a screenshot.
 */
function keptPages({ look, memory }: Checked): KeptPage[] {
  const valid = (seen: Seen): KeptPage => ({ seen, validity: 'valid', evidence: null });
  switch (look.kind) {
    case 'unchanged':
      return look.seen?.screenshot ? [valid(withoutDocument(look.seen))] : [];
    case 'failed':
      return [];
    case 'baseline':
      return [valid(look.seen)];
    case 'changed':
      return [valid(look.seen), ...(look.next ? [valid(look.next)] : [])];
    case 'notJudgeable':
      return (memory.state?.consecutiveFailures ?? 0) === 0
        ? [{ seen: withoutDocument(look.seen), validity: look.why, evidence: look.evidence }]
        : [];
    default:
      return look satisfies never;
  }
}

/** A new selector is tried on changes, not on walls. */
const withoutDocument = (seen: Seen): Seen => ({ ...seen, document: undefined });

function baselinesOf(
  checked: Checked,
  seen: Seen,
  snapshotId: string,
  options: RememberOptions,
): Baseline[] {
  const fresh = (role: Baseline['role']): Baseline => ({
    source: checked.fetched.source.name,
    role,
    snapshotId,
    takenAt: options.now,
    extractor: seen.page.extractor,
    title: seen.page.title,
    finalUrl: seen.page.finalUrl,
    textHash: seen.normal.hash,
    textBlob: seen.textBlob,
    extracted: seen.page.values,
  });
  const had = new Set(checked.memory.baselines.map((baseline) => baseline.role));
  const startsAnew =
    checked.look.kind === 'baseline' || (checked.look.kind === 'changed' && checked.look.next);
  const roles = new Set<Baseline['role']>(['LastSeen']);
  if (options.told || (startsAnew && had.has('LastAlerted'))) roles.add('LastAlerted');
  const wantsPinned = options.spec.goal.compareWith === 'Pinned' && !had.has('Pinned');
  if (wantsPinned || (startsAnew && had.has('Pinned'))) roles.add('Pinned');
  return [...roles].map(fresh);
}

function snapshotOf(
  { fetched }: Checked,
  { page, textBlob, normal, screenshot, boxes, document }: Seen,
  id: string,
  validity: string,
  evidence: string | null,
): SnapshotRow {
  return {
    id,
    source: fetched.source.name,
    extractor: page.extractor,
    status: page.status,
    title: page.title,
    finalUrl: page.finalUrl,
    validity,
    validityEvidence: evidence,
    textHash: normal.hash,
    htmlHash: page.htmlHash,
    bytes: page.bytes,
    textBlob,
    documentBlob: document ? blobHash(document) : null,
    screenshotBlob: screenshot ? blobHash(screenshot) : null,
    boxesBlob: boxes ? blobHash(boxes) : null,
    extracted: page.values,
  };
}

const blobsOf = ({ page, screenshot, boxes, document }: Seen, keepUntil: Date): BlobInput[] => [
  { content: Buffer.from(page.text), mediaType: 'text/plain; charset=utf-8', keepUntil },
  ...(screenshot ? [{ content: screenshot, mediaType: 'image/webp', keepUntil }] : []),
  ...(boxes ? [{ content: boxes, mediaType: 'application/json', keepUntil }] : []),
  ...(document ? [{ content: document, mediaType: 'application/gzip', keepUntil }] : []),
];
