/** How far the last checks of a monitor came, and why they stopped there. */
import type { Sql } from './pool.ts';

export interface FunnelStep {
  readonly stage: string;
  /** Checks whose last stage it was. */
  readonly stopped: number;
  readonly reasons: readonly { readonly reason: string | null; readonly count: number }[];
}

export interface Funnel {
  readonly checks: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly steps: readonly FunnelStep[];
}

interface Row {
  readonly stage: string;
  readonly reason: string | null;
  readonly outcome: string;
  readonly count: number;
}

const sum = (rows: readonly Row[]): number => rows.reduce((total, row) => total + row.count, 0);

function countBy<K extends string | null>(
  rows: readonly Row[],
  keyOf: (row: Row) => K,
): [K, number][] {
  const groups = Map.groupBy(rows, keyOf);
  return [...groups]
    .map(([key, group]): [K, number] => [key, sum(group)])
    .sort((a, b) => b[1] - a[1]);
}

/** The funnel from grouped rows: stages and their reasons, the most frequent first. */
export function funnelOf(rows: readonly Row[]): Funnel {
  return {
    checks: sum(rows),
    outcomes: Object.fromEntries(countBy(rows, (row) => row.outcome)),
    steps: countBy(rows, (row) => row.stage).map(([stage, stopped]) => ({
      stage,
      stopped,
      reasons: countBy(
        rows.filter((row) => row.stage === stage),
        (row) => row.reason,
      ).map(([reason, count]) => ({ reason, count })),
    })),
  };
}

/** The funnel of the last `last` checks (at most 10,000) of a monitor, none older than `since`. */
export async function readFunnel(
  tx: Sql,
  workspace: string,
  monitor: string,
  { last, since }: { readonly last: number; readonly since?: Date | undefined },
): Promise<Funnel> {
  const { rows } = await tx.query<Row>(
    `SELECT stage, reason, outcome, count(*)::int AS count FROM (
       SELECT stage, reason, outcome FROM checks
       WHERE workspace_id = $1 AND monitor = $2 AND ($3::timestamptz IS NULL OR at >= $3)
       ORDER BY at DESC, id DESC LIMIT $4) AS newest
     GROUP BY stage, reason, outcome`,
    [workspace, monitor, since ?? null, Math.min(10_000, Math.max(1, last))],
  );
  return funnelOf(rows);
}

/**
 * How many of the last `last` checks have an alert that a channel took: what the funnel ends with. A
 * delivery is made after its check was written, so the check itself cannot know.
 */
export async function countDelivered(
  tx: Sql,
  workspace: string,
  monitor: string,
  { last }: { readonly last: number },
): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(DISTINCT newest.id)::int AS count
     FROM (SELECT id FROM checks WHERE workspace_id = $1 AND monitor = $2
           ORDER BY at DESC, id DESC LIMIT $3) AS newest
       JOIN alerts a ON a.workspace_id = $1 AND a.monitor = $2
         AND a.message->>'checkId' = newest.id::text
       JOIN deliveries d ON d.workspace_id = $1 AND d.alert_id = a.id
         AND d.state IN ('accepted', 'delivered')`,
    [workspace, monitor, Math.min(10_000, Math.max(1, last))],
  );
  return rows[0]?.count ?? 0;
}
