/** The series of the numbers that checks read, and the last of them. */
import type { Unread } from '../domain/reading.ts';
import type { Sql } from './pool.ts';

/** A part of a series: what was read from `at` on, until the next part begins. */
export interface ValueBucket {
  readonly source: string;
  readonly name: string;
  /** Of the first check in it. */
  readonly at: Date;
  /** Of the last check in it. */
  readonly until: Date;
  /** Decimals; null where no check of it had a number. */
  readonly min: string | null;
  readonly max: string | null;
  readonly last: string | null;
  /** What the page wrote beside the last number. */
  readonly unit: string | null;
  /** Checks with a number, and without one. */
  readonly read: number;
  readonly unread: number;
  /** Why the last of those had none. */
  readonly why: Unread | null;
  /** What that one found instead. */
  readonly found: string | null;
}

/** Parts of a series at the most. */
export const MAX_BUCKETS = 500;

export interface SeriesRange {
  readonly from: Date;
  readonly to: Date;
  /** Parts into which the time is cut, at most `MAX_BUCKETS`. */
  readonly buckets: number;
}

/** How long a part lasts, in milliseconds. */
export const bucketMs = ({ from, to, buckets }: SeriesRange): number =>
  Math.max(1, Math.ceil((to.getTime() - from.getTime()) / Math.min(buckets, MAX_BUCKETS)));

const LAST = (column: string, condition: string): string =>
  `(array_agg(${column} ORDER BY at DESC, check_id DESC) FILTER (WHERE ${condition}))[1]`;

/** The series of a monitor between two times, by source, name and time. Parts without checks are left out. */
export async function listValueSeries(
  tx: Sql,
  workspace: string,
  monitor: string,
  range: SeriesRange,
): Promise<ValueBucket[]> {
  const { rows } = await tx.query<ValueBucket>(
    `SELECT source, name, min(at) AS at, max(at) AS until, trim_scale(min(number))::text AS min,
       trim_scale(max(number))::text AS max, trim_scale(${LAST('number', 'why IS NULL')})::text AS last,
       ${LAST('unit', 'why IS NULL')} AS unit, count(number)::int AS read, count(why)::int AS unread,
       ${LAST('why', 'why IS NOT NULL')} AS why, ${LAST('found', 'why IS NOT NULL')} AS found
     FROM value_points
     WHERE workspace_id = $1 AND monitor = $2 AND at >= $3 AND at <= $4
     GROUP BY source, name, floor(extract(epoch FROM at - $3::timestamptz) * 1000 / $5::float8)
     ORDER BY source, name, at`,
    [workspace, monitor, range.from, range.to, bucketMs(range)],
  );
  return rows;
}

/** One number, or why there was none. */
export interface LastValue {
  readonly monitor: string;
  readonly source: string;
  readonly name: string;
  readonly at: Date;
  readonly number: string | null;
  /** As the job names it, else as the page writes it. */
  readonly unit: string | null;
  readonly why: Unread | null;
  readonly found: string;
}

/** Points of a monitor's first value, as a list draws them. */
const LINE = 24;

const POINT = `p.at, trim_scale(p.number)::text AS number, coalesce(asked.unit, p.unit) AS unit, p.why, p.found`;
/** Each source and each value of the named monitors, with its place. */
const ASKED = `SELECT m.name AS monitor, s.source ->> 'name' AS source, v.value ->> 'name' AS name,
    s.place = 1 AND v.place = 1 AS is_first, v.value ->> 'unit' AS unit
  FROM monitors m, jsonb_array_elements(m.spec -> 'sources') WITH ORDINALITY AS s(source, place),
    jsonb_array_elements(m.spec -> 'values') WITH ORDINALITY AS v(value, place)
  WHERE m.workspace_id = $1 AND m.name = ANY ($2::text[]) AND m.deleted_at IS NULL
    AND jsonb_typeof(m.spec -> 'values') = 'array'`;

/**
 * What the checks of these monitors read last, newest first: of the first value of the first source
 * the last two dozen, of all others the last one. None older than `since`.
 */
export async function listLastValues(
  tx: Sql,
  workspace: string,
  monitors: readonly string[],
  since: Date,
): Promise<LastValue[]> {
  const points = (limit: number): string =>
    `LATERAL (SELECT * FROM value_points WHERE workspace_id = $1 AND monitor = asked.monitor
       AND source = asked.source AND name = asked.name AND at >= $3 ORDER BY at DESC, check_id DESC LIMIT ${limit}) p`;
  const { rows } = await tx.query<LastValue>(
    `WITH asked AS MATERIALIZED (${ASKED})
     SELECT asked.monitor, asked.source, asked.name, ${POINT} FROM asked, ${points(LINE)} WHERE asked.is_first
     UNION ALL
     SELECT asked.monitor, asked.source, asked.name, ${POINT} FROM asked, ${points(1)} WHERE NOT asked.is_first
     ORDER BY monitor, source, name, at DESC`,
    [workspace, monitors, since],
  );
  return rows;
}
