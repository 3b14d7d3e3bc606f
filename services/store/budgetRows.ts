/** The rows of budgets: locked in one order by all who write them, and read. */
import { parseUsd } from '../domain/budget.ts';
import type { Sql } from './pool.ts';

/** Of one monitor in one month; '' is its whole workspace. */
export interface BudgetKey {
  readonly workspace: string;
  readonly monitor: string;
  /** First day of the month, 'YYYY-MM-DD'. */
  readonly month: string;
}

/** What is used of a budget, reserved and spent. */
export interface UsedRow {
  used_usd: string;
  used_tokens: number;
}

interface BudgetRow extends UsedRow {
  monitor: string;
}

const USED = `(reserved_usd + spent_usd)::text AS used_usd, reserved_tokens + spent_tokens AS used_tokens`;

/** Locks the rows of the workspace ('') and of one monitor, in this order; makes those that are missing. */
export async function lockBudgets(tx: Sql, key: BudgetKey): Promise<Map<string, BudgetRow>> {
  const values = [key.workspace, key.month, ['', key.monitor]];
  await tx.query(
    `INSERT INTO budgets (workspace_id, monitor, month) SELECT $1, m, $2 FROM unnest($3::text[]) m
     ON CONFLICT DO NOTHING`,
    values,
  );
  const { rows } = await tx.query<BudgetRow>(
    `SELECT monitor, ${USED}
     FROM budgets WHERE workspace_id = $1 AND month = $2 AND monitor = ANY($3::text[]) ORDER BY monitor FOR UPDATE`,
    values,
  );
  return new Map(rows.map((row) => [row.monitor, row]));
}

/** Locks the row that all workspaces share: after all others, so that it is held the shortest. */
export async function lockPlatform(tx: Sql, month: string): Promise<UsedRow | undefined> {
  await tx.query('INSERT INTO platform_budgets (month) VALUES ($1) ON CONFLICT DO NOTHING', [
    month,
  ]);
  const { rows } = await tx.query<UsedRow>(
    `SELECT ${USED} FROM platform_budgets WHERE month = $1 FOR UPDATE`,
    [month],
  );
  return rows[0];
}

/** Money and tokens of a month, reserved and spent, of one monitor ('' is the workspace). */
export async function readBudget(
  tx: Sql,
  key: BudgetKey,
): Promise<{ microUsd: bigint; tokens: number }> {
  const { rows } = await tx.query<BudgetRow>(
    `SELECT monitor, ${USED} FROM budgets WHERE workspace_id = $1 AND month = $2 AND monitor = $3`,
    [key.workspace, key.month, key.monitor],
  );
  return usedIn(rows[0]);
}

/** Money and tokens of a month, reserved and spent, over all workspaces. */
export async function readPlatformBudget(
  sql: Sql,
  month: string,
): Promise<{ microUsd: bigint; tokens: number }> {
  const { rows } = await sql.query<UsedRow>(
    `SELECT ${USED} FROM platform_budgets WHERE month = $1`,
    [month],
  );
  return usedIn(rows[0]);
}

const usedIn = (row: UsedRow | undefined): { microUsd: bigint; tokens: number } => ({
  microUsd: parseUsd(row?.used_usd ?? '0'),
  tokens: row?.used_tokens ?? 0,
});
