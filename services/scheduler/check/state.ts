/** What is remembered of a source from one check to the next. */
import type { Condition, MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { parseDuration } from '../../domain/duration.ts';
import { readNumber } from '../../domain/outcome.ts';
import { seenNumber, withSeen, type SeenNumber, type Series } from '../../domain/series.ts';
import type { SourceState } from '../../store/sourceState.ts';
import type { Checked } from './decide.ts';
import { extractorOf, pageOf, type Look } from './look.ts';
import { readingsAfter } from './values.ts';
import { specHashOf } from './via.ts';

export interface StateOptions {
  readonly spec: Pick<MonitorJobSpec, 'goal' | 'conditions' | 'values'>;
  readonly now: Date;
  /** A try between slots, whose failure is not counted once more. */
  readonly again: boolean;
}

const LENGTHS = 20;
/** Four texts tell flapping; the job may want more remembered. */
const LEAST_HASHES = 4;
const LEAST_RETRY_MS = 60_000;

/** The state of a source after a check, without the documents. */
export function stateAfter(
  checked: Checked,
  { spec: { goal, conditions, values }, now, again }: StateOptions,
): Omit<SourceState, 'documents'> {
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
    consecutiveFailures: failed ? (before?.consecutiveFailures ?? 0) + (again ? 0 : 1) : 0,
    series: seriesAfter(checked, before, conditions ?? [], now),
    readings: readingsAfter(values, checked),
  };
}

/** A change that waits for its confirmation, or was refuted, leaves the baseline where it is. */
export const movesBaseline = ({ look, confirmation }: Checked): boolean =>
  look.kind === 'baseline' || (look.kind === 'changed' && !confirmation);

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
  const fresh = startsAnew(look);
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

/** An extractor reads a page in its own way: neither lengths nor texts nor numbers are comparable. */
const startsAnew = (look: Look): boolean => look.kind === 'baseline' && look.why !== 'first';

/** The numbers of conditions that name a time; what waits for its confirmation is no number yet. */
function seriesAfter(
  checked: Checked,
  before: SourceState | undefined,
  conditions: readonly Condition[],
  now: Date,
): SourceState['series'] {
  const { look } = checked;
  const page = movesBaseline(checked) ? pageOf(look) : undefined;
  const isAnew = startsAnew(look) || (look.kind === 'changed' && look.next !== undefined);
  const entries = conditions.flatMap(({ name, percentChange: rule }): [string, Series][] => {
    if (rule?.within === undefined) return [];
    const known = isAnew ? undefined : before?.series[name];
    const points = known?.select === rule.select ? known.points : [];
    const seen = page && seenOf(now, rule.select, page.values[name] ?? null);
    const withinMs = parseDuration(rule.within);
    return [
      [name, { select: rule.select, points: seen ? withSeen(points, seen, withinMs) : points }],
    ];
  });
  return Object.fromEntries(entries);
}

function seenOf(now: Date, select: string, text: string | null): SeenNumber {
  const number = readNumber(select, text);
  return seenNumber(now, text ?? '', typeof number === 'string' ? undefined : number);
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
