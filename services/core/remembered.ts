/** Remembers what was read from a text, where reading costs more than using. */

const MOST = 100;

/** For a handful of texts, such as the keys of a service: past a hundred it starts over. */
export function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MOST) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}
