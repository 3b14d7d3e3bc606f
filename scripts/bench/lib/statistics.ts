/** Numbers of repeated measurements: the median, and how far the others lie from it. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The middle value; the mean of the two middle ones when their count is even.
 * @throws RangeError when there is no value, or one is not finite.
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('a median needs at least one value');
  if (!values.every(Number.isFinite)) throw new RangeError('a median needs finite values');
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  return (low + high) / 2;
}

/** @throws RangeError as `median`. */
export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** One pair of an interleaved run: first ours, then the other one's. */
export interface Pair<T> {
  readonly ours: T;
  readonly theirs: T;
}

/**
 * Ours by theirs, pair by pair.
 * @throws RangeError when a measured value of theirs is 0.
 */
export const ratiosOf = <T>(pairs: readonly Pair<T>[], value: (measured: T) => number): Spread =>
  spreadOf(pairs.map(({ ours, theirs }) => value(ours) / value(theirs)));
