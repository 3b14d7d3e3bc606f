/** Recognises a page that alternates between two states, as in an A/B test. */

/**
 * Whether the last four snapshots alternate between the same two texts.
 * @param recentHashes hashes of the texts of the snapshots so far, the oldest first
 * @param hash hash of the newest text, which is not yet in `recentHashes`
 */
export function isFlapping(recentHashes: readonly string[], hash: string): boolean {
  const [first, second, third] = recentHashes.slice(-3);
  return second === hash && first === third && first !== undefined && first !== second;
}
