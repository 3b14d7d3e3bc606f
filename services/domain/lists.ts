/** Small helpers for lists of lines. */

/** The line at a place, empty beyond the ends. */
export function lineAt(lines: readonly string[], at: number): string {
  return lines[at] ?? '';
}

/** The whole numbers from `from` up to but not including `to`. */
export function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, step) => from + step);
}

/** Adds to the list that a key has. */
export function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
