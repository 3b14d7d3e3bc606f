/** Alerts: what was told, newest first. */
import type { SeverityWord } from '../domain/types.ts';
import { StoreError } from './errors.ts';
import type { Page, PageRequest } from './paging.ts';
import { micros, newestFirstAfter, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';

export interface Alert {
  readonly id: string;
  readonly monitor: string;
  readonly findingId: string | null;
  readonly occurrence: number;
  readonly kind: string;
  readonly severity: SeverityWord;
  /** contracts/notification `alertMessage`. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  /** Held by the hourly limit until then. */
  readonly heldUntil: Date | null;
  /** The digest that told it. */
  readonly digestId: string | null;
}

const columns = `id, monitor, finding_id AS "findingId", occurrence, kind, severity, message,
  created_at AS "createdAt", held_until AS "heldUntil", digest_id AS "digestId"`;

export interface AlertFilter extends PageRequest {
  readonly monitor?: string | undefined;
  readonly findingId?: string | undefined;
}

/** A page of alerts, newest first. */
export async function listAlerts(
  tx: Sql,
  workspace: string,
  filter: AlertFilter = {},
): Promise<Page<Alert>> {
  const limit = pageLimit(filter);
  const [at, id] = newestFirstAfter(filter.cursor);
  const { rows } = await tx.query<Alert & { cursorAt: string }>(
    `SELECT ${columns}, ${micros('created_at')} AS "cursorAt" FROM alerts
     WHERE workspace_id = $1
       AND ($2::text IS NULL OR monitor = $2) AND ($3::uuid IS NULL OR finding_id = $3)
       AND ($4::timestamptz IS NULL OR created_at < $4 OR (created_at = $4 AND id > $5::uuid))
     ORDER BY created_at DESC, id LIMIT $6`,
    [workspace, filter.monitor ?? null, filter.findingId ?? null, at, id, limit + 1],
  );
  const keyOf = (row: { cursorAt: string; id: string }): string[] => [row.cursorAt, row.id];
  return pageOf(rows, limit, keyOf, ({ cursorAt: _cursor, ...alert }): Alert => alert);
}

/** @throws StoreError `notFound` */
export async function getAlert(tx: Sql, workspace: string, id: string): Promise<Alert> {
  const { rows } = await tx.query<Alert>(
    `SELECT ${columns} FROM alerts WHERE workspace_id = $1 AND id = $2`,
    [workspace, id],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no alert ${id}.`);
  return rows[0];
}
