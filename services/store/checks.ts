/** Checks that happened, newest first. */
import type { CheckOutcome, VerdictKind } from '../domain/types.ts';
import type { CheckTrigger } from './commit.ts';
import { StoreError } from './errors.ts';
import type { HistoryRequest, HistoryTable } from './history.ts';
import { findHistory, listHistory } from './history.ts';
import type { Page } from './paging.ts';
import type { Sql } from './pool.ts';

export interface Check {
  readonly id: string;
  readonly monitor: string;
  readonly at: Date;
  readonly trigger: CheckTrigger;
  readonly runRequestId: string | null;
  readonly outcome: CheckOutcome;
  /** Last stage of the funnel that it reached. */
  readonly stage: string;
  /** Why it stopped there. */
  readonly reason: string | null;
  readonly message: string | null;
  readonly verdict: VerdictKind | null;
  readonly relevance: number | null;
  readonly verdictId: string | null;
  /** Per source, as the scheduler wrote it. */
  readonly sources: unknown;
  readonly durationMs: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** US dollars as a decimal string; null when the model's price is unknown. */
  readonly costUsd: string | null;
}

const table: HistoryTable = {
  name: 'checks',
  columns: `id, monitor, at, trigger, run_request_id AS "runRequestId", outcome, stage, reason,
  message, verdict, relevance, verdict_id AS "verdictId", sources, duration_ms AS "durationMs",
  tokens_in AS "tokensIn", tokens_out AS "tokensOut", cost_usd AS "costUsd"`,
};

/** A page of one monitor's checks, newest first; only those that were not unchanged on request. */
export const listChecks = (
  tx: Sql,
  workspace: string,
  monitor: string,
  request: HistoryRequest & { readonly eventfulOnly?: boolean | undefined },
): Promise<Page<Check>> =>
  listHistory<Check>(tx, table, workspace, monitor, request, {
    sql: "(NOT $7::boolean OR outcome <> 'Unchanged')",
    value: request.eventfulOnly ?? false,
  });

/** The check of this id, or undefined. */
export const findCheck = (tx: Sql, workspace: string, id: string): Promise<Check | undefined> =>
  findHistory<Check>(tx, table, workspace, id);

/** @throws StoreError `notFound` */
export async function getCheck(tx: Sql, workspace: string, id: string): Promise<Check> {
  const check = await findCheck(tx, workspace, id);
  if (!check) throw new StoreError('notFound', `There is no check ${id}.`);
  return check;
}

/** The check that answered a run request, or undefined while there is none. */
export async function findCheckOfRun(
  tx: Sql,
  workspace: string,
  monitor: string,
  runRequestId: string,
  since: Date,
): Promise<Check | undefined> {
  const { rows } = await tx.query<Check>(
    `SELECT ${table.columns} FROM checks
     WHERE workspace_id = $1 AND monitor = $2 AND at >= $4 AND run_request_id = $3
     ORDER BY at DESC LIMIT 1`,
    [workspace, monitor, runRequestId, since],
  );
  return rows[0];
}

/** One of the last checks of a monitor, as a list of monitors shows them. */
export type LastCheck = Pick<Check, 'id' | 'monitor' | 'at' | 'outcome'>;

const LAST_CHECKS = 24;

/** The last checks of each of these monitors since then, newest first; two dozen at most of each. */
export async function listLastChecks(
  tx: Sql,
  workspace: string,
  monitors: readonly string[],
  since: Date,
): Promise<LastCheck[]> {
  const { rows } = await tx.query<LastCheck>(
    `SELECT c.id, c.monitor, c.at, c.outcome FROM unnest($2::text[]) AS named (monitor),
       LATERAL (SELECT id, monitor, at, outcome FROM checks
         WHERE workspace_id = $1 AND monitor = named.monitor AND at >= $3
         ORDER BY at DESC LIMIT $4) c`,
    [workspace, monitors, since, LAST_CHECKS],
  );
  return rows;
}
