/** A token bucket: so many at once, so many in the long run. */

export interface Bucket {
  /** Takes one; 0 when there was one, else the time in ms until there is. */
  take(): number;
  /** Nothing was taken for so long that it is as good as new. */
  full(): boolean;
}

export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** @param monotonic in ms. */
export function createBucket({ burst, perSecond }: BucketSize, monotonic: () => number): Bucket {
  let tokens = burst;
  let at = monotonic();
  const refill = (): void => {
    const now = monotonic();
    tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
    at = now;
  };
  return {
    take: () => {
      refill();
      if (tokens < 1) return ((1 - tokens) / perSecond) * 1000;
      tokens -= 1;
      return 0;
    },
    full: () => {
      refill();
      return tokens >= burst;
    },
  };
}
