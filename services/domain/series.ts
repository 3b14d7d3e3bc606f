/** Numbers that a condition saw over time: what `percentChange.within` compares with. */
import { compareDecimals, formatDecimal, parseDecimal, type Decimal } from './number.ts';

/** What a selector found at a check; it holds until another one is seen. */
export interface SeenNumber {
  /** RFC 3339. */
  readonly at: string;
  /** A decimal; null where there was no number. */
  readonly number: string | null;
  /** The number as the page writes it, for people. */
  readonly text: string;
}

export interface Series {
  /** Numbers of another selector are not comparable. */
  readonly select: string;
  /** Oldest first. */
  readonly points: readonly SeenNumber[];
}

/** Numbers that one condition remembers at the most. */
export const MAX_POINTS = 64;
/** Parts of the window of which a full series keeps the extremes. */
const PARTS = 16;
const MAX_TEXT = 80;

/** A number as it is remembered. */
export const seenNumber = (at: Date, text: string, number: Decimal | undefined): SeenNumber => ({
  at: at.toISOString(),
  number: number ? formatDecimal(number) : null,
  text: text.slice(0, MAX_TEXT).toWellFormed(),
});

/** The number that a point holds; undefined where there was none. */
export const decimalOf = ({ number }: SeenNumber): Decimal | undefined =>
  number === null ? undefined : parseDecimal(number);

/**
 * Adds what was seen; what the window no longer reaches goes. A full series is thinned: of each part
 * of the window the lowest, the highest and the last number stay.
 */
export function withSeen(
  points: readonly SeenNumber[],
  seen: SeenNumber,
  withinMs: number,
): readonly SeenNumber[] {
  const last = points.at(-1);
  const isSame = last?.number === seen.number && last.text === seen.text;
  const all = isSame ? points : [...points, seen];
  const reached = heldWithin(all, new Date(seen.at), withinMs);
  return reached.length <= MAX_POINTS ? reached : thinned(reached, withinMs);
}

/** The points that held at some time of the window that ends `now`, oldest first. */
export function heldWithin(
  points: readonly SeenNumber[],
  now: Date,
  withinMs: number,
): readonly SeenNumber[] {
  const from = now.getTime() - withinMs;
  const sorted = [...points].sort((left, right) => timeOf(left) - timeOf(right));
  // the last one before the window held until the first one inside
  return sorted.filter((_point, index) => {
    const next = sorted[index + 1];
    return next === undefined || timeOf(next) > from;
  });
}

function thinned(points: readonly SeenNumber[], withinMs: number): readonly SeenNumber[] {
  const parts = Map.groupBy(points, (point) => Math.floor((timeOf(point) * PARTS) / withinMs));
  const kept = new Set([...parts.values()].flatMap(outermost));
  return points.filter((point) => kept.has(point));
}

/** The lowest, the highest and the last of some points. */
function outermost(points: readonly SeenNumber[]): SeenNumber[] {
  const numbers = points
    .flatMap((point) => {
      const value = decimalOf(point);
      return value ? [{ point, value }] : [];
    })
    .sort((left, right) => compareDecimals(left.value, right.value));
  return [numbers[0]?.point, numbers.at(-1)?.point, points.at(-1)].filter(
    (point) => point !== undefined,
  );
}

const timeOf = ({ at }: SeenNumber): number => Date.parse(at);
