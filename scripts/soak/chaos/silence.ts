/** How long nothing at all was fetched: by that much every monitor was late, whatever the scheduler did. */

export interface Silence {
  /** @param fetches so far; @param now in ms, of a clock that only grows. */
  note(fetches: number, now: number): void;
  /** In ms. */
  longest(): number;
}

/** Begins at the first note. */
export function createSilence(): Silence {
  let known = -1;
  let since = 0;
  let longest = 0;
  return {
    note: (fetches, now) => {
      if (known >= 0) longest = Math.max(longest, now - since);
      if (fetches === known) return;
      known = fetches;
      since = now;
    },
    longest: () => longest,
  };
}
