/** Welch's t: how far the means of two samples are apart, in units of what chance alone would do. */

/** Both of at least two values. Beyond 4.5 the means differ (the threshold of timing-leak tests). */
export function welch(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [momentsOf(one), momentsOf(other)];
  const spread = Math.sqrt(a.variance / a.count + b.variance / b.count);
  return spread === 0 ? 0 : (a.mean - b.mean) / spread;
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(values: readonly number[]): Moments {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: squares / (count - 1) };
}
