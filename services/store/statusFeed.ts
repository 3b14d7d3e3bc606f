/** What became of the cluster's monitors, told to the operator page by page. */
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import { StoreError } from './errors.ts';
import type { Sql } from './pool.ts';
import { KUBERNETES } from './projection.ts';

export interface FedMonitor {
  readonly workspace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly goalVersion: number;
  readonly conditions: readonly StatusCondition[];
  readonly lastCheckAt: Date | null;
  readonly lastOutcome: string | null;
  readonly lastVerdict: string | null;
  readonly lastRelevance: number | null;
  readonly lastMessage: string | null;
  readonly lastChangeAt: Date | null;
  /** Null while a check is in flight: the stored time is then the end of its lease. */
  readonly nextCheckAt: Date | null;
  readonly consecutiveFailures: number;
  readonly openFindings: number;
  /** Spent this month, decimal; null when a model without a known price was used. */
  readonly monthCostUsd: string | null;
  readonly lastHandledRunRequest: string | null;
}

export interface FeedPage {
  readonly monitors: readonly FedMonitor[];
  /** Where the next page begins. */
  readonly after: string;
  readonly more: boolean;
}

/** Between two reads: the oldest transaction that ran at the first page; within one: the last row too. */
type Place =
  | { readonly kind: 'start'; readonly since: string }
  | {
      readonly kind: 'within';
      readonly horizon: string;
      readonly since: string;
      readonly workspace: string;
      readonly name: string;
    };

function placeOf(after: string | undefined): Place {
  if (after === undefined) return { kind: 'start', since: '0' };
  const [first = '', since, workspace, name] = after.split(':');
  if (!/^\d{1,20}$/.test(first)) throw new StoreError('invalid', 'The place in the feed is wrong.');
  if (since === undefined || workspace === undefined || name === undefined)
    return { kind: 'start', since: first };
  return { kind: 'within', horizon: first, since, workspace, name };
}

const COLUMNS = `m.workspace_id AS workspace, m.name, m.uid, m.generation, m.goal_version AS "goalVersion",
  m.conditions, m.last_check_at AS "lastCheckAt", m.last_outcome AS "lastOutcome",
  m.last_verdict AS "lastVerdict", m.last_relevance AS "lastRelevance", m.last_message AS "lastMessage",
  m.last_change_at AS "lastChangeAt",
  CASE WHEN m.lease_until > $1 THEN NULL ELSE m.next_due_at END AS "nextCheckAt",
  m.consecutive_failures AS "consecutiveFailures",
  (SELECT count(*)::int FROM findings f WHERE f.workspace_id = m.workspace_id AND f.monitor = m.name
     AND f.state <> 'resolved') AS "openFindings",
  CASE WHEN b.unpriced THEN NULL ELSE COALESCE(b.spent_usd, 0)::text END AS "monthCostUsd",
  m.last_handled_run_request AS "lastHandledRunRequest", m.status_xid::text AS xid`;

const PAGE_SQL = `SELECT h.horizon, page.* FROM
  (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon) h LEFT JOIN LATERAL (
    SELECT ${COLUMNS}
    FROM monitors m LEFT JOIN budgets b ON b.workspace_id = m.workspace_id AND b.monitor = m.name
      AND b.month = date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')::date
    WHERE m.managed_by = $2 AND m.deleted_at IS NULL
      AND (m.status_xid, m.workspace_id, m.name) > ($3::text::xid8, $4, $5)
    ORDER BY m.status_xid, m.workspace_id, m.name LIMIT $6) page ON true`;

type Row = { horizon: string } & ((FedMonitor & { xid: string }) | { xid: null });

/**
 * Monitors whose status changed since `after`, at most `limit`. A row may come twice, none is left
 * out: the next read begins at the oldest transaction that was running when this one began.
 * @throws StoreError `invalid` for a place that no page gave out
 */
export async function readStatusFeed(
  sql: Sql,
  request: { readonly after?: string | undefined; readonly limit: number; readonly now: Date },
): Promise<FeedPage> {
  const place = placeOf(request.after);
  const within = place.kind === 'within' ? place : undefined;
  const { rows } = await sql.query<Row>(PAGE_SQL, [
    request.now,
    KUBERNETES,
    place.since,
    within?.workspace ?? '',
    within?.name ?? '',
    request.limit + 1,
  ]);
  const present = rows[0]?.horizon ?? '0';
  const horizon = within?.horizon ?? present;
  // A place from before a restore lies in the future of the database: everything is told again.
  if (BigInt(within?.horizon ?? place.since) > BigInt(present))
    return readStatusFeed(sql, { ...request, after: '0' });
  const found = rows.filter((row): row is Extract<Row, FedMonitor> => row.xid !== null);
  const page = found.slice(0, request.limit);
  const last = page.at(-1);
  const more = found.length > request.limit;
  return {
    monitors: page.map(({ xid: _xid, horizon: _horizon, ...monitor }) => monitor),
    after: more && last ? `${horizon}:${last.xid}:${last.workspace}:${last.name}` : horizon,
    more,
  };
}
