/** Reads the day-partitioned tables without opening a year of partitions for the newest rows. */
import type { Page, PageRequest } from './paging.ts';
import { micros, newestFirstAfter, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';

/** One of the three partitioned tables, and the select list of what is read from it. */
export interface HistoryTable {
  readonly name: 'checks' | 'snapshots' | 'verdicts';
  readonly columns: string;
}

export interface HistoryRequest extends PageRequest {
  readonly now: Date;
  /** Older rows are past the retention of their monitor and hidden. */
  readonly since?: Date | undefined;
}

/** A further condition of a list; its SQL names its value $7. */
export interface HistoryFilter {
  readonly sql: string;
  readonly value: unknown;
}

const DAY = 86_400_000;

/**
 * Where to begin to look for the newest rows: two days back, a month back, and at `since` (or at the
 * beginning). Most reads end with the first, which touches a handful of partitions.
 */
export function windowsBack(upper: Date, since: Date | undefined): (Date | undefined)[] {
  const starts = [2, 32].map((days) => new Date(upper.getTime() - days * DAY));
  return [...starts.filter((start) => since === undefined || start > since), since];
}

type Row<T> = T & { readonly cursorAt: string; readonly id: string };

function itemOf<T>(row: Row<T>): T {
  const { cursorAt: _cursor, ...item } = row;
  return item as unknown as T;
}

/** A page of one monitor's rows, newest first. */
export async function listHistory<T>(
  tx: Sql,
  table: HistoryTable,
  workspace: string,
  monitor: string,
  request: HistoryRequest,
  filter: HistoryFilter = { sql: '$7::text IS NULL', value: null },
): Promise<Page<T>> {
  const limit = pageLimit(request);
  const [at, id] = newestFirstAfter(request.cursor);
  const upper = at === null ? request.now : new Date(at);
  let rows: Row<T>[] = [];
  for (const from of windowsBack(upper, request.since)) {
    ({ rows } = await tx.query<Row<T>>(
      `SELECT ${table.columns}, ${micros('at')} AS "cursorAt" FROM ${table.name}
       WHERE workspace_id = $1 AND monitor = $2 AND ($3::timestamptz IS NULL OR at >= $3)
         AND ($4::timestamptz IS NULL OR (at <= $4 AND (at, id) < ($4, $5::uuid))) AND ${filter.sql}
       ORDER BY at DESC, id DESC LIMIT $6`,
      [workspace, monitor, from ?? null, at, id, limit + 1, filter.value],
    ));
    if (rows.length > limit) break;
  }
  return pageOf(rows, limit, (row) => [row.cursorAt, row.id], itemOf);
}

/** The time inside a version 7 uuid, or undefined for other versions. */
export function uuidTime(id: string): Date | undefined {
  const hex = id.replaceAll('-', '');
  return hex[12] === '7' ? new Date(Number.parseInt(hex.slice(0, 12), 16)) : undefined;
}

/**
 * The row of this id, or undefined. The days around the time in the id are read first, and all of
 * them only when those have it not.
 */
export async function findHistory<T extends object>(
  tx: Sql,
  table: HistoryTable,
  workspace: string,
  id: string,
): Promise<T | undefined> {
  const read = async (from: Date | null, to: Date | null): Promise<T | undefined> => {
    const { rows } = await tx.query<T>(
      `SELECT ${table.columns} FROM ${table.name}
       WHERE workspace_id = $1 AND id = $2
         AND ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at <= $4)`,
      [workspace, id, from, to],
    );
    return rows[0];
  };
  const at = uuidTime(id)?.getTime();
  const near =
    at === undefined ? undefined : await read(new Date(at - 2 * DAY), new Date(at + 2 * DAY));
  return near ?? read(null, null);
}
