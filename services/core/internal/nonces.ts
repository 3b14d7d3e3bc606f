/** Remembers the nonces of signed requests, so that a captured one cannot be sent again. */
import type { Clock } from '../clock.ts';

/** As long as a timestamp can be taken for fresh: 30 s in the future until 30 s in the past. */
const NONCE_LIFE_MS = 60_000;

/**
 * Answers whether a nonce is seen for the first time within the last minute. Only those of requests
 * that hold are asked, so its size is bounded by what services of ours send.
 */
export function createNonceMemory(clock: Clock): (nonce: string) => boolean {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnedAt = clock.monotonic();
  return (nonce) => {
    if (clock.monotonic() - turnedAt >= NONCE_LIFE_MS) {
      old = young;
      young = new Set();
      turnedAt = clock.monotonic();
    }
    if (young.has(nonce) || old.has(nonce)) return false;
    young.add(nonce);
    return true;
  };
}
