/** Equal parts of objects are kept once: most objects of a kind have most of their values in common. */

type Part = Readonly<Record<string, unknown>> | readonly unknown[];

/** So many values are remembered; a newer one takes the place of an older. */
const PLACES = 4_096;
/** Longer texts are seldom the same. */
const LONGEST = 128;
/** Prime of the hash FNV-1a. */
const PRIME = 0x01000193;

const mixed = (hash: number, more: number): number => Math.imul(hash ^ more, PRIME);

/** Whether both have the very same children under the same names; those were made the same before. */
function isSame(value: Part, found: unknown): boolean {
  if (typeof found !== 'object' || found === null) return false;
  if (Array.isArray(value) !== Array.isArray(found)) return false;
  const [mine, theirs] = [Object.keys(value), Object.keys(found)];
  return (
    mine.length === theirs.length &&
    mine.every((key, at) => key === theirs[at] && childOf(value, key) === childOf(found, key))
  );
}

const childOf = (part: object, key: string): unknown => (part as Record<string, unknown>)[key];

/**
 * Replaces, in place, each text and each part of plain data by an equal one that it saw lately. Nobody
 * may change what it has seen.
 */
export function createSharing(): <T extends object>(value: T) => T {
  const places: unknown[] = Array.from({ length: PLACES });
  /** Of the value that was shared last. */
  let hash = 0;
  const placeOf = (): number => (hash ^ (hash >>> 16)) & (PLACES - 1);
  const text = (value: string): string => {
    hash = value.length;
    if (value.length > LONGEST) return value;
    for (let at = 0; at < value.length; at += 1) hash = mixed(hash, value.charCodeAt(at));
    const found = places[placeOf()];
    if (found === value) return found;
    places[placeOf()] = value;
    return value;
  };
  const part = (value: Part): Part => {
    let whole = Array.isArray(value) ? 1 : 2;
    for (const key of Object.keys(value)) {
      const child = childOf(value, key);
      const shared = any(child);
      if (shared !== child) (value as Record<string, unknown>)[key] = shared;
      whole = mixed(mixed(whole, hash), key.length);
    }
    hash = whole;
    const found = places[placeOf()];
    if (isSame(value, found)) return found as Part;
    places[placeOf()] = value;
    return value;
  };
  const any = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'object' && value !== null) return part(value as Part);
    hash = Number(value);
    return value;
  };
  return (value) => part(value as Part) as typeof value;
}
