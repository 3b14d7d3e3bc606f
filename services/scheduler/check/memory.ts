/** What is remembered of the sources after a check: states, snapshots, baselines, their blobs. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { parseDuration } from '../../domain/duration.ts';
import { blobHash, type BlobInput } from '../../store/blobs.ts';
import type { SnapshotRow } from '../../store/commit.ts';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import type { Checked } from './decide.ts';
import { extractorOf, pageOf, type Seen } from './look.ts';
import { specHashOf } from './via.ts';

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
  readonly goal: MonitorJobSpec['goal'];
  readonly now: Date;
  readonly newId: () => string;
  /** Until when the blobs of history are kept. */
  readonly keepUntil: Date;
  /** Somebody was told of this source. */
  readonly told: boolean;
}

const LENGTHS = 20;
/** Four texts tell flapping; the job may want more remembered. */
const LEAST_HASHES = 4;
const LEAST_RETRY_MS = 60_000;

/** Everything that one source leaves behind. */
export function remember(checked: Checked, options: RememberOptions): Remembered {
  const kept = keptPages(checked);
  const stored = kept.map((page) => ({ ...page, id: options.newId() }));
  const current = stored.at(-1);
  const lookedAt = stored[0];
  return {
    state: stateAfter(checked, options),
    snapshots: stored.map(({ seen, id, validity, evidence }) =>
      snapshotOf(checked, seen, id, validity, evidence),
    ),
    blobs: kept.flatMap(({ seen }) => blobsOf(seen, options.keepUntil)),
    baselines:
      current && movesBaseline(checked)
        ? baselinesOf(checked, current.seen, current.id, options)
        : [],
    snapshotId: lookedAt?.id ?? null,
  };
}

interface KeptPage {
  readonly seen: Seen;
  readonly validity: string;
  readonly evidence: string | null;
}

/** The pages that are kept: every baseline and change, and the first of a row that cannot be judged. */
function keptPages({ look, memory }: Checked): KeptPage[] {
  const valid = (seen: Seen): KeptPage => ({ seen, validity: 'valid', evidence: null });
  switch (look.kind) {
    case 'unchanged':
    case 'failed':
      return [];
    case 'baseline':
      return [valid(look.seen)];
    case 'changed':
      return [valid(look.seen), ...(look.next ? [valid(look.next)] : [])];
    case 'notJudgeable':
      return (memory.state?.consecutiveFailures ?? 0) === 0
        ? [{ seen: look.seen, validity: look.why, evidence: look.evidence }]
        : [];
    default:
      return look satisfies never;
  }
}

/** A change that waits for its confirmation, or was refuted, leaves the baseline where it is. */
const movesBaseline = ({ look, confirmation }: Checked): boolean =>
  look.kind === 'baseline' || (look.kind === 'changed' && !confirmation);

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
  const wantsPinned = options.goal.compareWith === 'Pinned' && !had.has('Pinned');
  if (wantsPinned || (startsAnew && had.has('Pinned'))) roles.add('Pinned');
  return [...roles].map(fresh);
}

function snapshotOf(
  { fetched }: Checked,
  { page, textBlob, normal, screenshot, document }: Seen,
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
    extracted: page.values,
  };
}

const blobsOf = ({ page, screenshot, document }: Seen, keepUntil: Date): BlobInput[] => [
  { content: Buffer.from(page.text), mediaType: 'text/plain; charset=utf-8', keepUntil },
  ...(screenshot ? [{ content: screenshot, mediaType: 'image/webp', keepUntil }] : []),
  ...(document ? [{ content: document, mediaType: 'application/gzip', keepUntil }] : []),
];

function stateAfter(checked: Checked, { goal, now }: RememberOptions): SourceState {
  const { fetched, memory, look } = checked;
  const specHash = specHashOf(fetched.source);
  const before = memory.state?.specHash === specHash ? memory.state : undefined;
  const failed = look.kind === 'failed' || look.kind === 'notJudgeable';
  return {
    source: fetched.source.name,
    specHash,
    extractor: failed ? before?.extractor : (extractorOf(look) ?? before?.extractor),
    needsJavaScript: fetched.needsJavaScript ?? before?.needsJavaScript ?? false,
    javaScriptProbedAt: fetched.needsJavaScript === undefined ? before?.javaScriptProbedAt : now,
    ...validatorsAfter(checked, before),
    ...textsAfter(checked, before, Math.max(LEAST_HASHES, goal.knownStates)),
    pending: pendingAfter(checked, before, goal.confirm.delay, now),
    consecutiveFailures: failed ? (before?.consecutiveFailures ?? 0) + 1 : 0,
  };
}

type Validators = Pick<SourceState, 'etag' | 'lastModified'>;

/** Validators belong to the text of the baseline; without a new baseline the old ones stay. */
function validatorsAfter(checked: Checked, before: SourceState | undefined): Validators {
  const { look } = checked;
  const page = look.kind === 'unchanged' || movesBaseline(checked) ? pageOf(look) : undefined;
  return page
    ? { etag: page.etag, lastModified: page.lastModified }
    : { etag: before?.etag, lastModified: before?.lastModified };
}

type Texts = Pick<SourceState, 'textLengths' | 'recentHashes'>;

function textsAfter(checked: Checked, before: SourceState | undefined, hashes: number): Texts {
  const { look } = checked;
  const seen =
    look.kind === 'changed'
      ? (look.next ?? look.seen)
      : look.kind === 'baseline'
        ? look.seen
        : undefined;
  // an extractor reads a page in its own way: neither lengths nor texts are comparable
  const fresh = look.kind === 'baseline' && look.why !== 'first';
  const textLengths = fresh ? [] : (before?.textLengths ?? []);
  const recentHashes = fresh ? [] : (before?.recentHashes ?? []);
  if (!seen) return { textLengths, recentHashes };
  return {
    textLengths: [seen.normal.text.length, ...textLengths].slice(0, LENGTHS),
    recentHashes:
      recentHashes[0] === seen.normal.hash
        ? recentHashes
        : [seen.normal.hash, ...recentHashes].slice(0, hashes),
  };
}

/** While the page cannot be read a confirmation waits; it is not answered by a captcha. */
function pendingAfter(
  { look, confirmation }: Checked,
  before: SourceState | undefined,
  delay: string,
  now: Date,
): SourceState['pending'] {
  if (confirmation?.kind === 'wait') return confirmation.pending;
  if ((look.kind !== 'failed' && look.kind !== 'notJudgeable') || !before?.pending)
    return undefined;
  const retryMs = Math.max(LEAST_RETRY_MS, parseDuration(delay));
  return { ...before.pending, nextAt: new Date(now.getTime() + retryMs).toISOString() };
}

/** The validators of an unchanged page by its source's name, where they are new. */
export function newestValidators({
  look,
  fetched,
  memory,
}: Checked): [string, { etag?: string; lastModified?: string }][] {
  if (look.kind !== 'unchanged' || !look.page) return [];
  const { etag, lastModified } = look.page;
  if (etag === memory.state?.etag && lastModified === memory.state?.lastModified) return [];
  return [
    [
      fetched.source.name,
      {
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { lastModified }),
      },
    ],
  ];
}
