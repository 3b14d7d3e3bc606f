/** Reserves money and tokens before a call and settles them after it; never more than the caps. */
import type pg from 'pg';
import { fits, formatUsd, parseUsd, type BudgetState, type Estimate } from '../domain/budget.ts';
import { lockBudgets, lockPlatform, type UsedRow } from './budgetRows.ts';
import { spendingQuota } from './quotas.ts';
import { withTransaction, withWorkspace } from './workspace.ts';

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

/** Whose budget it is: the monitor's own, its workspace's, the whole installation's. */
export type BudgetScope = 'monitor' | 'workspace' | 'platform';

export type ReserveResult =
  | { readonly kind: 'reserved' }
  /** Nothing was reserved; the budgets as they are, for the degrade ladder. */
  | {
      readonly kind: 'exceeded';
      readonly scope: BudgetScope;
      readonly state: BudgetState;
    };

/** The widest first: what stops everybody is told before what stops one. */
const SCOPES: readonly BudgetScope[] = ['platform', 'workspace', 'monitor'];

/**
 * Reserves an estimate in the budgets of monitor, workspace and platform, or in none. All three rows
 * are locked, so parallel calls never overshoot a cap; everywhere in the order workspace, monitor,
 * platform, so that no two wait for each other and all wait shortest for the one that all share.
 * @param caps that of the workspace holds where the workspace has no quota of its own
 */
export async function reserveBudget(
  pool: pg.Pool,
  wanted: Reservation,
  caps: Readonly<Record<BudgetScope, Caps>>,
): Promise<ReserveResult> {
  return withWorkspace(pool, wanted.workspace, async (tx) => {
    const own = await spendingQuota(tx, wanted.workspace);
    const rows = await lockBudgets(tx, wanted);
    const workspaceCaps = {
      microUsd: own.microUsd ?? caps.workspace.microUsd,
      tokens: own.tokens ?? caps.workspace.tokens,
    };
    const capped = { ...caps, workspace: workspaceCaps };
    const used: Readonly<Record<BudgetScope, UsedRow | undefined>> = {
      workspace: rows.get(''),
      monitor: rows.get(wanted.monitor),
      platform: await lockPlatform(tx, wanted.month),
    };
    for (const scope of SCOPES) {
      const state = stateOf(used[scope], capped[scope]);
      if (!fits(state, wanted.estimate)) return { kind: 'exceeded', scope, state };
    }
    const usd = formatUsd(wanted.estimate.microUsd ?? 0n);
    await tx.query(
      `UPDATE budgets SET reserved_usd = reserved_usd + $4, reserved_tokens = reserved_tokens + $5
       WHERE workspace_id = $1 AND month = $2 AND monitor IN ('', $3)`,
      [wanted.workspace, wanted.month, wanted.monitor, usd, wanted.estimate.tokens],
    );
    await tx.query(
      `UPDATE platform_budgets SET reserved_usd = reserved_usd + $2, reserved_tokens = reserved_tokens + $3
       WHERE month = $1`,
      [wanted.month, usd, wanted.estimate.tokens],
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

const stateOf = (row: UsedRow | undefined, caps: Caps): BudgetState => ({
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

const SETTLED = `reserved_usd = reserved_usd - $1, reserved_tokens = reserved_tokens - $2,
  spent_usd = spent_usd + $3, spent_tokens = spent_tokens + $4, unpriced = unpriced OR $5`;

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
    const amounts = [
      held.usd,
      held.tokens,
      formatUsd(spent.microUsd ?? 0n),
      spent.tokens,
      spent.microUsd === null && spent.tokens > 0,
    ];
    await lockBudgets(tx, { ...held, workspace: key.workspace });
    await tx.query(
      `UPDATE budgets SET ${SETTLED} WHERE workspace_id = $6 AND month = $7 AND monitor IN ('', $8)`,
      [...amounts, key.workspace, held.month, held.monitor],
    );
    await tx.query(`UPDATE platform_budgets SET ${SETTLED} WHERE month = $6`, [
      ...amounts,
      held.month,
    ]);
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
  pool: pg.Pool,
  stale: { readonly owner?: string | undefined; readonly before: Date },
): Promise<number> {
  return withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<HeldRow>(
      `DELETE FROM budget_reservations WHERE owner = $1 OR created_at < $2
       RETURNING workspace_id AS workspace, monitor, month, usd::text, tokens`,
      [stale.owner ?? null, stale.before],
    );
    if (rows.length === 0) return 0;
    const held = [JSON.stringify(rows)];
    await tx.query(
      `SELECT 1 FROM budgets b JOIN (${GIVEN_BACK}) s USING (workspace_id, monitor, month)
       ORDER BY b.workspace_id, b.monitor, b.month FOR UPDATE OF b`,
      held,
    );
    await tx.query(
      `UPDATE budgets b SET reserved_usd = b.reserved_usd - s.usd, reserved_tokens = b.reserved_tokens - s.tokens
       FROM (${GIVEN_BACK}) s WHERE b.workspace_id = s.workspace_id AND b.monitor = s.monitor AND b.month = s.month`,
      held,
    );
    await tx.query(
      `UPDATE platform_budgets p SET reserved_usd = p.reserved_usd - s.usd, reserved_tokens = p.reserved_tokens - s.tokens
       FROM (SELECT month, sum(usd) AS usd, sum(tokens) AS tokens FROM ${HELD} GROUP BY month) s
       WHERE p.month = s.month`,
      held,
    );
    return rows.length;
  });
}

interface HeldRow {
  readonly workspace: string;
  readonly monitor: string;
  readonly month: string;
  readonly usd: string;
  readonly tokens: number;
}

const HELD = `jsonb_to_recordset($1::jsonb) AS r(workspace text, monitor text, month date, usd numeric, tokens bigint)`;
const GIVEN_BACK = `SELECT workspace AS workspace_id, m AS monitor, month, sum(usd) AS usd, sum(tokens) AS tokens
  FROM ${HELD} CROSS JOIN LATERAL unnest(ARRAY['', monitor]) m GROUP BY 1, 2, 3`;
