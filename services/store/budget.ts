/** Reserves money and tokens before a call and settles them after it; never more than the caps. */
import type pg from 'pg';
import { fits, formatUsd, parseUsd, type BudgetState, type Estimate } from '../domain/budget.ts';
import type { Sql } from './pool.ts';
import { withWorkspace } from './workspace.ts';

/** Caps of one month; null does not apply. */
export interface Caps {
  readonly microUsd: bigint | null;
  readonly tokens: number | null;
}

export interface Reservation {
  readonly id: string;
  readonly workspace: string;
  readonly monitor: string;
  /** First day of the month, 'YYYY-MM-DD'. */
  readonly month: string;
  readonly estimate: Estimate;
  readonly owner: string;
  readonly now: Date;
}

export type ReserveResult =
  | { readonly kind: 'reserved' }
  /** Nothing was reserved; the budgets as they are, for the degrade ladder. */
  | {
      readonly kind: 'exceeded';
      readonly scope: 'monitor' | 'workspace';
      readonly state: BudgetState;
    };

interface BudgetRow {
  monitor: string;
  used_usd: string;
  used_tokens: number;
}

/**
 * Reserves an estimate in the monitor's and the workspace's budget, or in neither. Both rows are
 * locked, so parallel calls never overshoot a cap.
 */
export async function reserveBudget(
  pool: pg.Pool,
  wanted: Reservation,
  caps: { readonly monitor: Caps; readonly workspace: Caps },
): Promise<ReserveResult> {
  return withWorkspace(pool, wanted.workspace, async (tx) => {
    const rows = await lockBudgets(tx, wanted);
    for (const scope of ['workspace', 'monitor'] as const) {
      const state = stateOf(rows.get(scope === 'workspace' ? '' : wanted.monitor), caps[scope]);
      if (!fits(state, wanted.estimate)) return { kind: 'exceeded', scope, state };
    }
    const usd = formatUsd(wanted.estimate.microUsd ?? 0n);
    await tx.query(
      `UPDATE budgets SET reserved_usd = reserved_usd + $4, reserved_tokens = reserved_tokens + $5
       WHERE workspace_id = $1 AND month = $2 AND monitor IN ('', $3)`,
      [wanted.workspace, wanted.month, wanted.monitor, usd, wanted.estimate.tokens],
    );
    await tx.query(
      `INSERT INTO budget_reservations (workspace_id, id, monitor, month, usd, tokens, created_at, owner)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        wanted.workspace,
        wanted.id,
        wanted.monitor,
        wanted.month,
        usd,
        wanted.estimate.tokens,
        wanted.now,
        wanted.owner,
      ],
    );
    return { kind: 'reserved' };
  });
}

async function lockBudgets(
  tx: Sql,
  key: Pick<Reservation, 'workspace' | 'monitor' | 'month'>,
): Promise<Map<string, BudgetRow>> {
  const values = [key.workspace, key.month, ['', key.monitor]];
  await tx.query(
    `INSERT INTO budgets (workspace_id, monitor, month) SELECT $1, m, $2 FROM unnest($3::text[]) m
     ON CONFLICT DO NOTHING`,
    values,
  );
  const { rows } = await tx.query<BudgetRow>(
    `SELECT monitor, (reserved_usd + spent_usd)::text AS used_usd, reserved_tokens + spent_tokens AS used_tokens
     FROM budgets WHERE workspace_id = $1 AND month = $2 AND monitor = ANY($3::text[]) ORDER BY monitor FOR UPDATE`,
    values,
  );
  return new Map(rows.map((row) => [row.monitor, row]));
}

const stateOf = (row: BudgetRow | undefined, caps: Caps): BudgetState => ({
  capMicroUsd: caps.microUsd,
  usedMicroUsd: parseUsd(row?.used_usd ?? '0'),
  capTokens: caps.tokens,
  usedTokens: row?.used_tokens ?? 0,
});

/** What a call really took; money null when its model has no known price. */
export interface Spent {
  readonly microUsd: bigint | null;
  readonly tokens: number;
}

/**
 * Turns a reservation into what was spent. Settling the same reservation again changes nothing, so
 * a call is never charged twice.
 * @returns false when the reservation was settled or released before
 */
export async function settleBudget(
  pool: pg.Pool,
  key: Pick<Reservation, 'id' | 'workspace'>,
  spent: Spent,
): Promise<boolean> {
  return withWorkspace(pool, key.workspace, async (tx) => {
    const { rows } = await tx.query<{
      monitor: string;
      month: string;
      usd: string;
      tokens: number;
    }>(
      `DELETE FROM budget_reservations WHERE workspace_id = $1 AND id = $2 RETURNING monitor, month, usd::text, tokens`,
      [key.workspace, key.id],
    );
    const held = rows[0];
    if (!held) return false;
    await tx.query(
      `UPDATE budgets SET reserved_usd = reserved_usd - $4, reserved_tokens = reserved_tokens - $5,
         spent_usd = spent_usd + $6, spent_tokens = spent_tokens + $7, unpriced = unpriced OR $8
       WHERE workspace_id = $1 AND month = $2 AND monitor IN ('', $3)`,
      [
        key.workspace,
        held.month,
        held.monitor,
        held.usd,
        held.tokens,
        formatUsd(spent.microUsd ?? 0n),
        spent.tokens,
        spent.microUsd === null && spent.tokens > 0,
      ],
    );
    return true;
  });
}

/** Gives back a reservation whose call was never made. */
export const releaseBudget = (
  pool: pg.Pool,
  key: Pick<Reservation, 'id' | 'workspace'>,
): Promise<boolean> => settleBudget(pool, key, { microUsd: 0n, tokens: 0 });

/**
 * Gives back what a crash left reserved: everything of a dead process of this name, and whatever is
 * older than any call may last.
 * @returns how many
 */
export async function releaseReservations(
  sql: Sql,
  stale: { readonly owner?: string | undefined; readonly before: Date },
): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `WITH gone AS (
       DELETE FROM budget_reservations WHERE owner = $1 OR created_at < $2 RETURNING workspace_id, monitor, month, usd, tokens
     ), sums AS (
       SELECT workspace_id, m AS monitor, month, sum(usd) AS usd, sum(tokens) AS tokens
       FROM gone CROSS JOIN LATERAL unnest(ARRAY['', monitor]) m GROUP BY 1, 2, 3
     ), back AS (
       UPDATE budgets b SET reserved_usd = b.reserved_usd - s.usd, reserved_tokens = b.reserved_tokens - s.tokens
       FROM sums s WHERE b.workspace_id = s.workspace_id AND b.monitor = s.monitor AND b.month = s.month
     ) SELECT count(*)::int AS count FROM gone`,
    [stale.owner ?? null, stale.before],
  );
  return rows[0]?.count ?? 0;
}

/** Money and tokens of a month, reserved and spent, of one monitor ('' is the workspace). */
export async function readBudget(
  tx: Sql,
  key: Pick<Reservation, 'workspace' | 'monitor' | 'month'>,
): Promise<{ microUsd: bigint; tokens: number }> {
  const { rows } = await tx.query<BudgetRow>(
    `SELECT monitor, (reserved_usd + spent_usd)::text AS used_usd, reserved_tokens + spent_tokens AS used_tokens
     FROM budgets WHERE workspace_id = $1 AND month = $2 AND monitor = $3`,
    [key.workspace, key.month, key.monitor],
  );
  return { microUsd: parseUsd(rows[0]?.used_usd ?? '0'), tokens: rows[0]?.used_tokens ?? 0 };
}
