/** How many checks a workspace may begin and how many mails it may send in an hour; counted where there is a limit. */
import type pg from 'pg';
import type { Sql } from './pool.ts';
import { withWorkspace } from './workspace.ts';

export type Hourly = 'checks' | 'mails';

/** A mail goes to all recipients of its channel, of whom there are so many at most: a lower limit would hold it for ever. */
export const LEAST_MAILS = 25;

const HOUR_MS = 3_600_000;
const MOST = { checks: 'max_checks_per_hour', mails: 'max_mails_per_hour' } as const;

/** The hour of the clock that a time lies in, in UTC. */
export const hourOf = (now: Date): Date => new Date(now.getTime() - (now.getTime() % HOUR_MS));

/** When the hour of the clock ends. */
export const hourAfter = (now: Date): Date => new Date(hourOf(now).getTime() + HOUR_MS);

/** The kinds that are limited, by workspace; those without a limit are not in it. */
export async function readLimited(sql: Sql): Promise<ReadonlyMap<string, readonly Hourly[]>> {
  const { rows } = await sql.query<{ id: string } & Record<Hourly, boolean>>(
    `SELECT id, max_checks_per_hour IS NOT NULL AS checks, max_mails_per_hour IS NOT NULL AS mails
     FROM workspaces WHERE max_checks_per_hour IS NOT NULL OR max_mails_per_hour IS NOT NULL`,
  );
  const kinds = ['checks', 'mails'] as const;
  return new Map(rows.map((row) => [row.id, kinds.filter((kind) => row[kind])]));
}

/** What a workspace has used of an hour; `used` is null where nobody counts, as there is no limit. */
export interface HourlyQuota {
  readonly limit: number | null;
  readonly used: number | null;
}

/** What the workspace may do in this hour, and has done. */
export async function hourlyQuota(
  tx: Sql,
  workspace: string,
  kind: Hourly,
  now: Date,
): Promise<HourlyQuota> {
  const { rows } = await tx.query<{ limit: number | null; used: number | null }>(
    `SELECT w.${MOST[kind]} AS "limit", u.used FROM workspaces w
     LEFT JOIN hourly_uses u ON u.workspace_id = w.id AND u.kind = $2 AND u.hour >= $3
     WHERE w.id = $1`,
    [workspace, kind, hourOf(now)],
  );
  const { limit = null, used = null } = rows[0] ?? {};
  return { limit, used: limit === null ? null : (used ?? 0) };
}

interface Hour {
  readonly hour: Date;
  readonly used: number;
  readonly most: number | null;
}

/** Until the transaction ends nobody else counts: of two who take the last, one sees the other. */
async function lockHour(tx: Sql, workspace: string, kind: Hourly, now: Date): Promise<Hour> {
  const { rows } = await tx.query<Hour>(
    `INSERT INTO hourly_uses AS u (workspace_id, kind, hour, used) VALUES ($1, $2, $3, 0)
     ON CONFLICT (workspace_id, kind) DO UPDATE SET hour = greatest(u.hour, excluded.hour),
       used = CASE WHEN u.hour < excluded.hour THEN 0 ELSE u.used END
     RETURNING hour, used, (SELECT ${MOST[kind]} FROM workspaces WHERE id = $1) AS most`,
    [workspace, kind, hourOf(now)],
  );
  return rows[0] ?? { hour: hourOf(now), used: 0, most: null };
}

const count = (tx: Sql, workspace: string, kind: Hourly, more: number): Promise<unknown> =>
  tx.query('UPDATE hourly_uses SET used = used + $3 WHERE workspace_id = $1 AND kind = $2', [
    workspace,
    kind,
    more,
  ]);

/** Checks by when they were due: in hours before, or in this one. */
export interface WantedChecks {
  readonly late: number;
  readonly fresh: number;
}

/** How many of the checks may begin, and what they were counted in. */
export interface TakenChecks extends WantedChecks {
  readonly hour: Date;
  readonly most: number | null;
  /** Nothing is left; otherwise what is left is for others, which have waited longer. */
  readonly isFull: boolean;
}

/** Counts checks that are about to begin, as many as the hour has room for. `pool` is the scheduler's. */
export const takeChecks = (
  pool: pg.Pool,
  workspace: string,
  wanted: WantedChecks,
  now: Date,
): Promise<TakenChecks> =>
  withWorkspace(pool, workspace, async (tx) => {
    const { hour, used, most } = await lockHour(tx, workspace, 'checks', now);
    if (most === null) return { ...wanted, hour, most, isFull: false };
    const room = Math.max(0, most - used);
    const late = Math.min(wanted.late, room);
    const left = room - late;
    const others = wanted.fresh > 0 && left > 0 ? await waiting(tx, workspace, hour, left) : 0;
    const fresh = Math.min(wanted.fresh, left - others);
    if (late + fresh > 0) await count(tx, workspace, 'checks', late + fresh);
    return { late, fresh, hour, most, isFull: late + fresh === room };
  });

/** Monitors that have been due since before the hour began and that nobody has in hand, at most `limit`. */
async function waiting(tx: Sql, workspace: string, hour: Date, limit: number): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT 1 FROM monitors
       WHERE workspace_id = $1 AND active AND deleted_at IS NULL AND next_due_at <= $2
         AND COALESCE(slot_at, next_due_at) < $2 AND lease_until IS NULL LIMIT $3) m`,
    [workspace, hour, limit],
  );
  return rows[0]?.n ?? 0;
}

/** Whether mails may go out, and what they were counted in. */
export interface TakenMails {
  readonly isTaken: boolean;
  readonly hour: Date;
  readonly most: number | null;
}

/** Counts the mails of one delivery, all of them or none. `pool` is the scheduler's. */
export const takeMails = (
  pool: pg.Pool,
  workspace: string,
  mails: number,
  now: Date,
): Promise<TakenMails> =>
  withWorkspace(pool, workspace, async (tx) => {
    const { hour, used, most } = await lockHour(tx, workspace, 'mails', now);
    const isTaken = most === null || used + mails <= most;
    if (isTaken && most !== null) await count(tx, workspace, 'mails', mails);
    return { isTaken, hour, most };
  });

/** Takes back what was counted and not done; nothing once another hour has begun. `pool` is the scheduler's. */
export const giveBackHourly = (
  pool: pg.Pool,
  workspace: string,
  {
    kind,
    hour,
    count: undone,
  }: { readonly kind: Hourly; readonly hour: Date; readonly count: number },
): Promise<void> =>
  withWorkspace(pool, workspace, async (tx) => {
    await tx.query(
      `UPDATE hourly_uses SET used = greatest(0, used - $4)
       WHERE workspace_id = $1 AND kind = $2 AND hour = $3`,
      [workspace, kind, hour, undone],
    );
  });
