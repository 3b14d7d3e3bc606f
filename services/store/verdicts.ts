/** Verdicts that were given, newest first, the silent ones too. */
import type { Provenance, SuppressReason, Verdict } from '../domain/types.ts';
import { StoreError } from './errors.ts';
import type { HistoryRequest, HistoryTable } from './history.ts';
import { findHistory, listHistory } from './history.ts';
import type { Page } from './paging.ts';
import type { Sql } from './pool.ts';

export interface StoredVerdict {
  readonly id: string;
  readonly monitor: string;
  readonly at: Date;
  readonly checkId: string;
  readonly goalVersion: number;
  readonly verdict: Verdict;
  readonly provenance: Provenance | null;
  /** The change that was judged: hunks by source. */
  readonly change: unknown;
  /** Why nobody was told; null when an alert was made. */
  readonly suppressed: SuppressReason | null;
}

const table: HistoryTable = {
  name: 'verdicts',
  columns: `id, monitor, at, check_id AS "checkId", goal_version AS "goalVersion", verdict,
  provenance, change, suppressed`,
};

/** A page of a monitor's verdicts, newest first; only those that told nobody on request. */
export const listVerdicts = (
  tx: Sql,
  workspace: string,
  monitor: string,
  request: HistoryRequest & { readonly suppressedOnly?: boolean | undefined },
): Promise<Page<StoredVerdict>> =>
  listHistory<StoredVerdict>(tx, table, workspace, monitor, request, {
    sql: '(NOT $7::boolean OR suppressed IS NOT NULL)',
    value: request.suppressedOnly ?? false,
  });

/** All verdicts about one check, in their order: the one of the check itself and those by hand. */
export async function verdictsOfCheck(
  tx: Sql,
  workspace: string,
  { id, monitor, at }: { readonly id: string; readonly monitor: string; readonly at: Date },
): Promise<StoredVerdict[]> {
  const { rows } = await tx.query<StoredVerdict>(
    `SELECT ${table.columns} FROM verdicts
     WHERE workspace_id = $1 AND monitor = $2 AND check_id = $3 AND at >= $4 ORDER BY at, id`,
    [workspace, monitor, id, at],
  );
  return rows;
}

/** A verdict is no more kept silent: its change was told. */
export async function unsuppressVerdict(
  tx: Sql,
  workspace: string,
  { id, monitor, at }: Pick<StoredVerdict, 'id' | 'monitor' | 'at'>,
): Promise<void> {
  await tx.query(
    `UPDATE verdicts SET suppressed = NULL
     WHERE workspace_id = $1 AND monitor = $2 AND id = $3 AND at BETWEEN $4::timestamptz - interval '1 millisecond' AND $4::timestamptz + interval '1 millisecond'`,
    [workspace, monitor, id, at],
  );
}

/** @throws StoreError `notFound` */
export async function getVerdict(tx: Sql, workspace: string, id: string): Promise<StoredVerdict> {
  const verdict = await findHistory<StoredVerdict>(tx, table, workspace, id);
  if (!verdict) throw new StoreError('notFound', `There is no verdict ${id}.`);
  return verdict;
}
