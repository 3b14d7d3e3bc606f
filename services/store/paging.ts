/** Cursor paging: the place after a row, in an opaque word that callers hand back. */
import { StoreError } from './errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Hand it back to get the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface PageRequest {
  /** Most items of a page, 1 to 500; 50 by default. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const MAX_LIMIT = 500;

/** A limit inside its bounds. */
export const pageLimit = ({ limit = 50 }: PageRequest): number =>
  Math.min(MAX_LIMIT, Math.max(1, Math.trunc(limit)));

/** The cursor for the sort key of a page's last row. */
export const encodeCursor = (key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * The sort key in a cursor; each part must match its pattern, for a cursor comes from outside.
 * @throws StoreError `invalid` when it was not made by `encodeCursor` for the same kind of list.
 */
export function decodeCursor(cursor: string, patterns: readonly RegExp[]): string[] {
  const key = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const fits =
    Array.isArray(key) &&
    key.length === patterns.length &&
    key.every((part, at) => typeof part === 'string' && patterns[at]?.test(part) === true);
  if (!fits) throw new StoreError('invalid', 'The cursor is not one of this list.');
  return key as string[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Times in cursors keep the microseconds that a Date would lose. */
export const microsPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
/** SQL that writes a timestamptz column in that form. */
export const micros = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Cuts a page from `limit + 1` rows; `keyOf` gives the sort key of a row. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly string[],
  itemOf: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(itemOf);
  return rows.length > limit && last !== undefined
    ? { items, nextCursor: encodeCursor(keyOf(last)) }
    : { items };
}

/** What follows a row of a newest-first list: its time and id as SQL parameters, or nulls. */
export function newestFirstAfter(
  cursor: string | undefined,
): [at: string | null, id: string | null] {
  if (cursor === undefined) return [null, null];
  const [at, id] = decodeCursor(cursor, [microsPattern, uuidPattern]);
  return [at ?? null, id ?? null];
}
