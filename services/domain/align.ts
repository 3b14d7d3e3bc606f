/** Aligns two lists of lines in nearly linear time. */
import { diffArrays } from 'diff';
import { lineAt, pushTo, rangeOf } from './lists.ts';
import { commonHead, commonTail } from './wordDiff.ts';

/** Two lines that are the same line: their places in the older and in the newer list. */
export type Pair = readonly [older: number, newer: number];

interface Range {
  readonly older: readonly [from: number, to: number];
  readonly newer: readonly [from: number, to: number];
}

/** The end of a rising list of pairs. */
interface Link {
  readonly pair: Pair;
  readonly previous: Link | undefined;
}

/** Places of lines that are looked at on both sides. */
interface Sides {
  readonly older: readonly string[];
  readonly newer: readonly string[];
}

/** Edits that are searched for between anchors; more are told as removed and added. */
const MAX_EDITS = 1_000;

/** What a line is to the lines around it. */
export interface LineKinds {
  readonly isHeading: (line: string) => boolean;
  readonly isValue: (line: string) => boolean;
}

/**
 * Pairs of equal lines, rising on both sides. Headings are aligned first, labels between them and
 * values only between those: a price never becomes the fixed point around which its product moves.
 */
export function alignLines(
  older: readonly string[],
  newer: readonly string[],
  { isHeading, isValue }: LineKinds,
): Pair[] {
  const sides = { older, newer };
  const head = commonHead(older, newer);
  const tail = commonTail(older, newer, head);
  const middle: Range = {
    older: [head, older.length - tail],
    newer: [head, newer.length - tail],
  };
  const levels = [isHeading, (line: string) => !isValue(line), () => true];
  let middles: Pair[] = [];
  for (const counts of levels) {
    const found = gapsBetween(middles, middle).flatMap((gap) => alignRange(sides, gap, counts));
    middles = [...middles, ...found].sort((left, right) => left[0] - right[0]);
  }
  return [
    ...Array.from({ length: head }, (_, at): Pair => [at, at]),
    ...middles,
    ...Array.from({ length: tail }, (_, at): Pair => [
      older.length - tail + at,
      newer.length - tail + at,
    ]),
  ];
}

/** Lines that stand once on both sides anchor the rest, which is compared between the anchors. */
function alignRange(sides: Sides, range: Range, counts: (line: string) => boolean): Pair[] {
  const newerAll = placesOf(sides.newer, range.newer, counts);
  const olderAll = placesOf(sides.older, range.older, counts);
  const older = shared(sides.older, range.older, newerAll);
  const newer = shared(sides.newer, range.newer, olderAll);
  const anchors = longestRise(
    [...olderAll].flatMap(([line, [here, ...hereToo]]): Pair[] => {
      const [there, ...thereToo] = newerAll.get(line) ?? [];
      if (here === undefined || there === undefined) return [];
      return hereToo.length + thereToo.length === 0 ? [[here, there]] : [];
    }),
  );
  const between = gapsBetween(anchors, range).flatMap((gap) =>
    alignGap(sides, within(older, gap.older), within(newer, gap.newer)),
  );
  return [...anchors, ...between].sort((left, right) => left[0] - right[0]);
}

function alignGap(sides: Sides, older: readonly number[], newer: readonly number[]): Pair[] {
  if (older.length === 0 || newer.length === 0) return [];
  const left = older.map((at) => lineAt(sides.older, at));
  const right = newer.map((at) => lineAt(sides.newer, at));
  const changes = diffArrays(left, right, { maxEditLength: MAX_EDITS }) ?? [];
  const pairs: Pair[] = [];
  let olderAt = 0;
  let newerAt = 0;
  for (const { added, removed, value } of changes) {
    const { length } = value;
    const kept = added || removed ? [] : newer.slice(newerAt, newerAt + length);
    for (const [step, at] of kept.entries()) pairs.push([older[olderAt + step] ?? -1, at]);
    if (!added) olderAt += length;
    if (!removed) newerAt += length;
  }
  return pairs;
}

/** The stretches before, between and after pairs that rise on both sides. */
function gapsBetween(pairs: readonly Pair[], range: Range): Range[] {
  const ends: Pair[] = [...pairs, [range.older[1], range.newer[1]]];
  let [olderFrom] = range.older;
  let [newerFrom] = range.newer;
  return ends.flatMap(([older, newer]) => {
    const gap: Range = { older: [olderFrom, older], newer: [newerFrom, newer] };
    olderFrom = older + 1;
    newerFrom = newer + 1;
    return gap.older[0] < older && gap.newer[0] < newer ? [gap] : [];
  });
}

function placesOf(
  lines: readonly string[],
  range: readonly [number, number],
  counts: (line: string) => boolean,
): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const at of rangeOf(...range)) {
    const line = lineAt(lines, at);
    if (counts(line)) pushTo(places, line, at);
  }
  return places;
}

function shared(
  lines: readonly string[],
  range: readonly [number, number],
  others: ReadonlyMap<string, unknown>,
): number[] {
  return rangeOf(...range).filter((at) => others.has(lineAt(lines, at)));
}

/** The places of a rising list that lie in a range, by bisection. */
function within(places: readonly number[], [from, to]: readonly [number, number]): number[] {
  return places.slice(lowerBound(places, from), lowerBound(places, to));
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The longest part of the pairs that rises on the newer side; they rise on the older one. */
function longestRise(pairs: readonly Pair[]): Pair[] {
  const ends: Link[] = [];
  const tops: number[] = [];
  for (const pair of pairs) {
    const at = lowerBound(tops, pair[1]);
    ends[at] = { pair, previous: ends[at - 1] };
    tops[at] = pair[1];
  }
  const rise: Pair[] = [];
  for (let link = ends.at(-1); link !== undefined; link = link.previous) rise.push(link.pair);
  return rise.reverse();
}
