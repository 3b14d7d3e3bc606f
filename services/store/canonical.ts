/** One text for one JSON value, whatever the order of its keys. */

/** A value as it comes back from a jsonb column: no undefined, dates as text. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const sortKeys = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    : value;

/** JSON with sorted keys; equal values give equal texts. */
export const canonicalJson = (value: unknown): string => JSON.stringify(plain(value), sortKeys);

/** True when both are the same JSON value. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
