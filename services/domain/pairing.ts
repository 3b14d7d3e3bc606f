/** Decides which removed line became which added line. */
import { isValueLike } from './blockKind.ts';
import { piecesOf } from './wordDiff.ts';

/** One step through a gap: a line that changed, or one that only went or came. */
export type Step =
  | { readonly kind: 'changed'; readonly older: number; readonly newer: number }
  | { readonly kind: 'removed'; readonly older: number }
  | { readonly kind: 'added'; readonly newer: number };

/** Lines are the same line, changed, when at least this share of their words is the same. */
const ALIKE = 0.4;
/** Beyond so many comparisons only near lines are compared. */
const MAX_COMPARISONS = 10_000;
const NEAR = 8;
/** The words of a line that its likeness is judged by. */
const LOOKED_AT = 200;

type Bag = ReadonlyMap<string, number>;
interface Line {
  readonly at: number;
  readonly words: number;
  readonly bag: Bag;
  readonly value: boolean;
}

/** Pairs the lines of a gap in order; each place given is in exactly one step. */
export function pairLines(
  older: readonly number[],
  newer: readonly number[],
  textOf: { older: (at: number) => string; newer: (at: number) => string },
): Step[] {
  if (older.length === 1 && newer.length === 1) {
    return [{ kind: 'changed', older: older[0] ?? 0, newer: newer[0] ?? 0 }];
  }
  if (older.length === 0 || newer.length === 0) {
    return [
      ...older.map((at): Step => ({ kind: 'removed', older: at })),
      ...newer.map((at): Step => ({ kind: 'added', newer: at })),
    ];
  }
  const left = older.map((at) => lineOf(at, textOf.older(at)));
  const right = newer.map((at) => lineOf(at, textOf.newer(at)));
  const pairs =
    left.length * right.length <= MAX_COMPARISONS ? bestPairs(left, right) : nearPairs(left, right);
  return stepsOf(left, right, pairs);
}

/** The rising pairs whose likeness is the greatest in sum. */
function bestPairs(left: readonly Line[], right: readonly Line[]): [number, number][] {
  const width = right.length + 1;
  const sums = new Float64Array((left.length + 1) * width);
  const sum = (row: number, column: number): number => sums[row * width + column] ?? 0;
  const likenesses = left.map((line) => right.map((other) => likeness(line, other)));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const like = likenesses[row]?.[column] ?? 0;
      const paired = like >= ALIKE ? like + sum(row + 1, column + 1) : 0;
      sums[row * width + column] = Math.max(paired, sum(row + 1, column), sum(row, column + 1));
    }
  }
  const pairs: [number, number][] = [];
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    const like = likenesses[row]?.[column] ?? 0;
    if (like >= ALIKE && sum(row, column) === like + sum(row + 1, column + 1)) {
      pairs.push([row, column]);
      row += 1;
      column += 1;
    } else if (sum(row, column) === sum(row + 1, column)) row += 1;
    else column += 1;
  }
  return pairs;
}

/** Each line with the first alike one that is near and not yet passed. */
function nearPairs(left: readonly Line[], right: readonly Line[]): [number, number][] {
  const pairs: [number, number][] = [];
  let from = 0;
  for (const [row, line] of left.entries()) {
    const near = right.slice(from, from + NEAR);
    const found = near.findIndex((other) => likeness(line, other) >= ALIKE);
    if (found < 0) continue;
    pairs.push([row, from + found]);
    from += found + 1;
  }
  return pairs;
}

function stepsOf(
  left: readonly Line[],
  right: readonly Line[],
  pairs: readonly [number, number][],
): Step[] {
  const steps: Step[] = [];
  let row = 0;
  let column = 0;
  for (const [nextRow, nextColumn] of [...pairs, [left.length, right.length] as const]) {
    for (const { at } of left.slice(row, nextRow)) steps.push({ kind: 'removed', older: at });
    for (const { at } of right.slice(column, nextColumn)) steps.push({ kind: 'added', newer: at });
    const older = left[nextRow];
    const newer = right[nextColumn];
    if (older !== undefined && newer !== undefined) {
      steps.push({ kind: 'changed', older: older.at, newer: newer.at });
    }
    row = nextRow + 1;
    column = nextColumn + 1;
  }
  return steps;
}

/** The share of words in common, in any order; values are alike among each other. */
function likeness(left: Line, right: Line): number {
  if (left.value !== right.value) return 0;
  const [small, large] = left.bag.size < right.bag.size ? [left, right] : [right, left];
  let common = 0;
  for (const [word, count] of small.bag) common += Math.min(count, large.bag.get(word) ?? 0);
  const share = (2 * common) / Math.max(1, left.words + right.words);
  return left.value ? Math.max(share, ALIKE) : share;
}

function lineOf(at: number, text: string): Line {
  const words = piecesOf(text.slice(0, LOOKED_AT * 12).toLowerCase())
    .filter((piece) => piece.trim() !== '')
    .slice(0, LOOKED_AT);
  const bag = new Map<string, number>();
  for (const word of words) bag.set(word, (bag.get(word) ?? 0) + 1);
  return { at, words: words.length, bag, value: isValueLike(text) };
}
