/** Whether an object is as wanted, whatever else it has. Pure. */
import { createHash } from 'node:crypto';

/**
 * Whether everything in `wish` stands in `live`. Defaults of the server and fields of others do not
 * matter. Lists of named things are compared by name, as the server merges them; others by place.
 * Quantities and durations must be wished as the server writes them (`1`, not `1000m`).
 */
export function isSubset(wish: unknown, live: unknown): boolean {
  if (Array.isArray(wish)) return Array.isArray(live) && isSublist(wish, live);
  if (!isRecord(wish)) return wish === live;
  return (
    isRecord(live) &&
    Object.entries(wish).every(
      ([field, value]) => value === undefined || isSubset(value, live[field]),
    )
  );
}

function isSublist(wish: readonly unknown[], live: readonly unknown[]): boolean {
  const names = live.map(nameOf);
  if (wish.length > 0 && wish.every((one) => nameOf(one) !== undefined))
    return wish.every((one) => isSubset(one, live[names.indexOf(nameOf(one))]));
  return wish.length === live.length && wish.every((one, at) => isSubset(one, live[at]));
}

const nameOf = (item: unknown): unknown => (isRecord(item) ? item['name'] : undefined);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A short hash of plain data that does not depend on the order of fields. */
export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value, sorted) ?? '')
    .digest('hex')
    .slice(0, 16);

const sorted = (_field: string, value: unknown): unknown =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
