/** The difference of two normalised texts: hunks with their headings, and blocks that only moved. */
import { alignLines, type Pair } from './align.ts';
import { headingLevel, isValueLike } from './blockKind.ts';
import { lineAt, rangeOf } from './lists.ts';
import { findMoves, type Moves } from './moves.ts';
import { pairLines, type Step } from './pairing.ts';
import type { Change, Hunk, NormalText, WordChange } from './types.ts';
import { diffWords } from './wordDiff.ts';

/** Lines of one hunk by their places; both lists are without holes. */
interface Piece {
  readonly kind: Hunk['kind'];
  readonly older: number[];
  readonly newer: number[];
  /** Where in the newer text a removed piece stood. */
  readonly at: number;
}

/** Word comparisons of one change; what exceeds it is told as one replacement a line. */
const MAX_WORD_WORK = 8_000_000;
const MAX_PAIR_WORK = 1_000_000;
/** Characters of a usual word with its space. */
const WORD_LENGTH = 5;

/**
 * Compares two texts. The lines of `before`, less those of all hunks' `before`, plus those of all
 * hunks' `after`, are the lines of `after` in some order.
 */
export function diffTexts(before: NormalText, after: NormalText): Change {
  const older = before.blocks.map((block) => block.text);
  const newer = after.blocks.map((block) => block.text);
  const pairs = alignLines(older, newer, { isHeading, isValue: isValueLike });
  const removed = missing(older.length, new Set(pairs.map(([at]) => at)));
  const added = missing(newer.length, new Set(pairs.map(([, at]) => at)));
  const moves = findMoves(before.blocks, after.blocks, removed, added);
  const pieces = gapsOf(pairs, older.length, newer.length).flatMap((gap) =>
    piecesIn(gap, moves, older, newer),
  );
  const work = { left: MAX_WORD_WORK };
  const hunks = pieces.map((piece, index) => hunkOf(piece, index, before, after, work));
  return {
    hunks,
    moved: moves.older.size,
    addedChars: countChars(hunks, 'added'),
    removedChars: countChars(hunks, 'removed'),
  };
}

const isHeading = (line: string): boolean => headingLevel(line) !== undefined;

interface Gap {
  readonly older: readonly [from: number, to: number];
  readonly newer: readonly [from: number, to: number];
}

function missing(length: number, present: ReadonlySet<number>): number[] {
  return rangeOf(0, length).filter((at) => !present.has(at));
}

function gapsOf(pairs: readonly Pair[], olderLength: number, newerLength: number): Gap[] {
  const gaps: Gap[] = [];
  let older = 0;
  let newer = 0;
  for (const [nextOlder, nextNewer] of [...pairs, [olderLength, newerLength] as const]) {
    if (nextOlder > older || nextNewer > newer) {
      gaps.push({ older: [older, nextOlder], newer: [newer, nextNewer] });
    }
    older = nextOlder + 1;
    newer = nextNewer + 1;
  }
  return gaps;
}

function piecesIn(
  gap: Gap,
  moves: Moves,
  olderLines: readonly string[],
  newerLines: readonly string[],
): Piece[] {
  const older = rangeOf(...gap.older).filter((at) => !moves.older.has(at));
  const newer = rangeOf(...gap.newer).filter((at) => !moves.newer.has(at));
  const steps = pairLines(older, newer, {
    older: (at) => lineAt(olderLines, at),
    newer: (at) => lineAt(newerLines, at),
  });
  const pieces: Piece[] = [];
  let at = gap.newer[0];
  for (const step of steps) {
    if (step.kind !== 'removed') at = step.newer + 1;
    const last = pieces.at(-1);
    if (last === undefined || !extend(last, step)) pieces.push(pieceOf(step, at));
  }
  return pieces;
}

function pieceOf(step: Step, at: number): Piece {
  return {
    kind: step.kind,
    older: step.kind === 'added' ? [] : [step.older],
    newer: step.kind === 'removed' ? [] : [step.newer],
    at,
  };
}

/** Neighbouring lines that only came or only went are one piece. */
function extend(piece: Piece, step: Step): boolean {
  if (step.kind === 'changed' || piece.kind !== step.kind) return false;
  const [places, at] =
    step.kind === 'removed' ? [piece.older, step.older] : [piece.newer, step.newer];
  if (places.at(-1) !== at - 1) return false;
  places.push(at);
  return true;
}

function hunkOf(
  piece: Piece,
  index: number,
  before: NormalText,
  after: NormalText,
  work: { left: number },
): Hunk {
  const older = piece.older.map((at) => textAt(before, at)).join('\n');
  const newer = piece.newer.map((at) => textAt(after, at)).join('\n');
  const first = piece.newer[0] ?? piece.at;
  const last = piece.newer.at(-1) ?? piece.at - 1;
  const [block] = [
    ...piece.newer.map((at) => after.blocks[at]),
    ...piece.older.map((at) => before.blocks[at]),
  ];
  return {
    id: `h${index + 1}`,
    kind: piece.kind,
    section: block?.section ?? '',
    before: older,
    after: newer,
    context: {
      above: textAt(after, first - 1),
      below: textAt(after, last + 1),
    },
    words: wordsOf(piece.kind, older, newer, work),
  };
}

function textAt({ blocks }: NormalText, at: number): string {
  return blocks[at]?.text ?? '';
}

function wordsOf(
  kind: Hunk['kind'],
  before: string,
  after: string,
  work: { left: number },
): WordChange[] {
  if (kind === 'added') return [{ op: 'added', text: after }];
  if (kind === 'removed') return [{ op: 'removed', text: before }];
  const comparisons = (before.length * after.length) / WORD_LENGTH ** 2;
  work.left -= Math.min(comparisons, MAX_PAIR_WORK);
  if (work.left >= 0) return diffWords(before, after);
  return diffWords(before, after, { coarse: true });
}

function countChars(hunks: readonly Hunk[], op: WordChange['op']): number {
  const words = hunks.flatMap((hunk) => hunk.words).filter((word) => word.op === op);
  return words.reduce((sum, word) => sum + word.text.length, 0);
}
