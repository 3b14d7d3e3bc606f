/** What one fetch of one source means: nothing new, a baseline, a change, or no page to judge. */
import { createHash } from 'node:crypto';
import type { Source } from '../../../crds/types/monitorjob.ts';
import { MAX_DOCUMENT_BYTES, type FetchResult } from '../../core/contracts/browser.ts';
import { normalise } from '../../domain/normalise.ts';
import type {
  Extractor,
  FetchError,
  FetchedPage,
  NormalText,
  NotJudgeable,
} from '../../domain/types.ts';
import { judgeValidity } from '../../domain/validity.ts';
import type { Baseline, SourceState } from '../../store/sourceState.ts';
import { keptBoxes } from './boxes.ts';
import { isAlwaysPictured, specHashOf } from './via.ts';

/** What came back from the browser service for one source. */
export interface Fetched {
  readonly source: Source;
  readonly result: FetchResult;
  /** The same page by the browser, when `result` was read over HTTP and both were needed. */
  readonly rendered: FetchResult | undefined;
  /** Whether the page needs the browser, when that was asked. */
  readonly needsJavaScript: boolean | undefined;
}

export interface Memory {
  readonly state: SourceState | undefined;
  readonly baselines: readonly Baseline[];
}

/** A valid page in the form in which it is compared. */
export interface Seen {
  readonly page: FetchedPage;
  /** Address of the text as it was extracted. */
  readonly textBlob: string;
  readonly normal: NormalText;
  readonly screenshot: Buffer | undefined;
  /** Where the words of the screenshot stand. */
  readonly boxes: Buffer | undefined;
  readonly document: Buffer | undefined;
}

export type Look =
  | {
      readonly kind: 'unchanged';
      readonly reason: 'notModified' | 'sameText';
      readonly page: FetchedPage | undefined;
      /** Set where a screenshot is kept of an unchanged page, too. */
      readonly seen: Seen | undefined;
    }
  /** Nothing to compare with: the page becomes what the next one is compared with. */
  | {
      readonly kind: 'baseline';
      readonly why: 'first' | 'edited' | 'extractor';
      readonly seen: Seen;
    }
  /** `next`: the page by another extractor, which becomes the baseline once this change is judged. */
  | {
      readonly kind: 'changed';
      readonly seen: Seen;
      readonly lastSeen: Baseline;
      readonly next: Seen | undefined;
    }
  | {
      readonly kind: 'notJudgeable';
      readonly why: NotJudgeable;
      readonly evidence: string;
      readonly seen: Seen;
    }
  | { readonly kind: 'failed'; readonly error: FetchError };

/** One look at one source. */
export function lookAt(fetched: Fetched, memory: Memory): Look {
  const { source, result, rendered } = fetched;
  const known = memory.state?.specHash === specHashOf(source) ? memory.state : undefined;
  const lastSeen = memory.baselines.find((baseline) => baseline.role === 'LastSeen');
  const first = lookAtResult(result, source, memory.state, known, lastSeen);
  if (rendered === undefined) return first;
  const second = lookAtResult(rendered, source, memory.state, known, lastSeen);
  const [wanted, other] = fetched.needsJavaScript === false ? [first, second] : [second, first];
  // a pending change is judged with the eyes that saw the baseline, then the new ones take over
  return wanted.kind === 'baseline' && wanted.why === 'extractor' && other.kind === 'changed'
    ? { ...other, next: wanted.seen }
    : wanted;
}

function lookAtResult(
  result: FetchResult,
  source: Source,
  state: SourceState | undefined,
  known: SourceState | undefined,
  lastSeen: Baseline | undefined,
): Look {
  switch (result.kind) {
    case 'notModified':
      return { kind: 'unchanged', reason: 'notModified', page: undefined, seen: undefined };
    case 'failed':
      return { kind: 'failed', error: result.error };
    case 'page':
      return lookAtPage(result, source, state, known, lastSeen);
    default:
      return result satisfies never;
  }
}

function lookAtPage(
  result: PageResult,
  source: Source,
  state: SourceState | undefined,
  known: SourceState | undefined,
  lastSeen: Baseline | undefined,
): Look {
  const { page } = result;
  const validity = judgeValidity(page, {
    previousLengths: known?.textLengths ?? [],
    minTextLength: source.notJudgeable?.minTextLength,
  });
  const textBlob = createHash('sha256').update(page.text).digest('hex');
  if (validity.kind === 'notJudgeable') {
    const seen = seenOf(result, source, textBlob);
    return { kind: 'notJudgeable', why: validity.why, evidence: validity.evidence, seen };
  }
  const isComparable = known !== undefined && lastSeen?.extractor === page.extractor;
  // most pages are known by the hash of their raw text, with no normalising at all
  if (isComparable && lastSeen.textBlob === textBlob)
    return { kind: 'unchanged', reason: 'sameText', page, seen: always(result, source, textBlob) };
  const seen = seenOf(result, source, textBlob);
  if (!lastSeen) return { kind: 'baseline', why: 'first', seen };
  if (state && !known) return { kind: 'baseline', why: 'edited', seen };
  if (lastSeen.extractor !== page.extractor) return { kind: 'baseline', why: 'extractor', seen };
  return seen.normal.hash === lastSeen.textHash
    ? { kind: 'unchanged', reason: 'sameText', page, seen: always(result, source, textBlob) }
    : { kind: 'changed', seen, lastSeen, next: undefined };
}

type PageResult = Extract<FetchResult, { kind: 'page' }>;

const always = (result: PageResult, source: Source, textBlob: string): Seen | undefined =>
  isAlwaysPictured(source) ? seenOf(result, source, textBlob) : undefined;

const seenOf = (result: PageResult, source: Source, textBlob: string): Seen => ({
  page: result.page,
  textBlob,
  normal: normalise(result.page.text, { ignore: source.ignore?.text ?? [] }),
  screenshot: result.screenshot && Buffer.from(result.screenshot.base64, 'base64'),
  boxes: keptBoxes(result),
  document: documentOf(result),
});

function documentOf({ documentGzip }: PageResult): Buffer | undefined {
  const document = documentGzip === undefined ? undefined : Buffer.from(documentGzip, 'base64');
  return document && document.byteLength <= MAX_DOCUMENT_BYTES ? document : undefined;
}

/** Whether a page that was read over HTTP has to be read by the browser as well. */
export function mustRender(fetched: Pick<Fetched, 'source' | 'result'>, memory: Memory): boolean {
  const { source, result } = fetched;
  if (source.fetch !== 'Auto' || result.kind !== 'page' || result.page.extractor !== 'http@1')
    return false;
  if (result.needsJavaScript !== undefined) return result.needsJavaScript;
  const look = lookAt({ ...fetched, rendered: undefined, needsJavaScript: undefined }, memory);
  return look.kind === 'notJudgeable' && look.why === 'emptyRender';
}

/** The extractor that a source is read with from now on. */
export const extractorOf = (look: Look): Extractor | undefined => pageOf(look)?.extractor;

/** The page that a look is about; of a change the one that becomes the baseline. */
export function pageOf(look: Look): FetchedPage | undefined {
  switch (look.kind) {
    case 'unchanged':
      return look.seen?.page ?? look.page;
    case 'changed':
      return (look.next ?? look.seen).page;
    case 'baseline':
    case 'notJudgeable':
      return look.seen.page;
    case 'failed':
      return undefined;
    default:
      return look satisfies never;
  }
}
