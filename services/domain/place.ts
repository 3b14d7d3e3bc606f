/** Finds quotes and hunks in the texts of a source, in the form that evidence is compared in. */
import { foldForQuote } from './normalise.ts';
import { tokensOf, type Token } from './tokens.ts';
import type { Block, Hunk, NormalText } from './types.ts';

/** One source as it was and is, with what differs. */
export interface SourceEvidence {
  readonly source: string;
  readonly before: NormalText;
  readonly after: NormalText;
  readonly hunks: readonly Hunk[];
}

/** A token of a hunk's side and whether the word diff says that it is new or gone. */
export type MarkedToken = Token & { readonly marked: boolean };

export interface IndexedHunk {
  readonly before: readonly MarkedToken[];
  readonly after: readonly MarkedToken[];
  /** Indexes of the blocks of the texts that the hunk is about. */
  readonly beforeBlocks: ReadonlySet<number>;
  readonly afterBlocks: ReadonlySet<number>;
}

export interface IndexedSource {
  readonly source: string;
  readonly before: IndexedText;
  readonly after: IndexedText;
  readonly hunks: readonly IndexedHunk[];
}

export interface IndexedText {
  readonly blocks: readonly Block[];
  /** The folded blocks joined by one space. */
  readonly folded: string;
  /** Where each block begins in `folded`. */
  readonly starts: readonly number[];
  readonly lines: readonly string[];
}

/** Prepares a source once, so that each claim is only looked up. */
export function indexSource(evidence: SourceEvidence): IndexedSource {
  const before = indexText(evidence.before);
  const after = indexText(evidence.after);
  return {
    source: evidence.source,
    before,
    after,
    hunks: evidence.hunks.map((hunk) => indexHunk(hunk, before, after)),
  };
}

/** Indexes of the blocks that any occurrence of the quote touches; empty when it is not there. */
export function findQuote(text: IndexedText, quote: string): ReadonlySet<number> {
  const wanted = foldForQuote(quote);
  const found = new Set<number>();
  if (wanted === '') return found;
  for (let at = text.folded.indexOf(wanted); at !== -1; at = text.folded.indexOf(wanted, at + 1)) {
    for (let block = blockAt(text, at); block < text.starts.length; block += 1) {
      if ((text.starts[block] ?? 0) >= at + wanted.length) break;
      found.add(block);
    }
  }
  return found;
}

/**
 * Everything that belongs to a block's section: its neighbours up to the next headings, and the
 * headings above that enclose it.
 */
export function sectionOf(text: IndexedText, index: number): string {
  let first = index;
  let last = index;
  while (first > 0 && !isHeading(text, first)) first -= 1;
  while (last + 1 < text.blocks.length && !isHeading(text, last + 1)) last += 1;
  const own = text.blocks.slice(first, last + 1).map((block) => block.text);
  return [text.blocks[index]?.section ?? '', ...headingsAbove(text, first), ...own].join('\n');
}

const isHeading = (text: IndexedText, index: number): boolean =>
  levelOf(text.blocks[index]?.text ?? '') > 0;

const levelOf = (line: string): number => /^(#{1,6}) /.exec(line)?.[1]?.length ?? 0;

/** Headings of ever higher rank on the way up. */
function headingsAbove(text: IndexedText, index: number): string[] {
  const found: string[] = [];
  let rank = 7;
  for (let at = index; at >= 0 && rank > 1; at -= 1) {
    const line = text.blocks[at]?.text ?? '';
    const level = levelOf(line);
    if (level === 0 || level >= rank) continue;
    rank = level;
    found.push(line);
  }
  return found;
}

function indexText({ blocks }: NormalText): IndexedText {
  const lines = blocks.map((block) => foldForQuote(block.text));
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    // a line that folds to nothing leaves no gap
    at += line === '' ? 0 : line.length + 1;
  }
  return { blocks, folded: lines.filter((line) => line !== '').join(' '), starts, lines };
}

/** The last block that begins at or before a position. */
function blockAt(text: IndexedText, position: number): number {
  let low = 0;
  let high = text.starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((text.starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

function indexHunk(hunk: Hunk, before: IndexedText, after: IndexedText): IndexedHunk {
  return {
    before: markTokens(hunk, 'before'),
    after: markTokens(hunk, 'after'),
    beforeBlocks: locate(before, hunk.before, hunk.section),
    afterBlocks: locate(after, hunk.after, hunk.section),
  };
}

/** Runs of blocks that are the hunk's lines; those under the hunk's own heading if there are any. */
function locate(text: IndexedText, side: string, section: string): ReadonlySet<number> {
  const lines = side.split('\n').map((line) => foldForQuote(line));
  if (side === '') return new Set();
  const starts = text.lines.flatMap((_, at) =>
    lines.every((line, i) => text.lines[at + i] === line) ? [at] : [],
  );
  const own = starts.filter((at) => text.blocks[at]?.section === section);
  const chosen = own.length > 0 ? own : starts;
  return new Set(chosen.flatMap((at) => lines.map((_, i) => at + i)));
}

function markTokens(hunk: Hunk, side: 'before' | 'after'): MarkedToken[] {
  const text = hunk[side];
  const tokens = tokensOf(text);
  if (hunk.kind !== 'changed') return tokens.map((token) => ({ ...token, marked: true }));
  const marks = spansOf(hunk, side);
  if (marks)
    return tokens.map((token) => ({
      ...token,
      marked: marks.some(([start, end]) => start < token.end && token.start < end),
    }));
  return markBySurplus(tokens, tokensOf(side === 'before' ? hunk.after : hunk.before));
}

/** The marked stretches of a side, or undefined when the words do not spell the side. */
function spansOf(hunk: Hunk, side: 'before' | 'after'): [number, number][] | undefined {
  const mark = side === 'before' ? 'removed' : 'added';
  const spans: [number, number][] = [];
  let at = 0;
  for (const word of hunk.words) {
    if (word.op !== mark && word.op !== 'equal') continue;
    if (hunk[side].slice(at, at + word.text.length) !== word.text) return undefined;
    if (word.op === mark) spans.push([at, at + word.text.length]);
    at += word.text.length;
  }
  return at === hunk[side].length ? spans : undefined;
}

/** Without usable words: a token is marked when this side has it more often than the other. */
function markBySurplus(tokens: readonly Token[], others: readonly Token[]): MarkedToken[] {
  const left = new Map<string, number>();
  for (const token of others) left.set(token.text, (left.get(token.text) ?? 0) + 1);
  return tokens.map((token) => {
    const available = left.get(token.text) ?? 0;
    left.set(token.text, available - 1);
    return { ...token, marked: available <= 0 };
  });
}
