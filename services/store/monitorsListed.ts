/** Lists of MonitorJobs: found by words, tag and state, in the order that is asked for. */
import { monitorColumns, type Monitor } from './monitors.ts';
import { decodeCursor, micros, pageLimit, pageOf, type Page, type PageRequest } from './paging.ts';
import type { Sql } from './pool.ts';

export interface MonitorFilter {
  /** Stands in the name, the description, the goal or an address; case aside. */
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
}

/** `findings`: with findings that are not resolved. The first three do not overlap. */
export type MonitorState = 'watching' | 'failing' | 'paused' | 'findings';

export type MonitorSort = 'name' | 'lastCheck' | 'lastChange' | 'nextCheck';

export interface MonitorRequest extends PageRequest, MonitorFilter {
  readonly state?: MonitorState | undefined;
  /** By name by default; last checks and changes newest first, next checks soonest first. */
  readonly sort?: MonitorSort | undefined;
}

const IS_PAUSED = "coalesce((m.spec->>'suspend')::boolean, false)";
const IS_FAILING = `m.conditions @> '[{"type": "Healthy", "status": "False"}]'`;
const STATES: Readonly<Record<MonitorState, string>> = {
  watching: `NOT ${IS_PAUSED} AND NOT ${IS_FAILING}`,
  failing: `NOT ${IS_PAUSED} AND ${IS_FAILING}`,
  paused: IS_PAUSED,
  findings: `EXISTS (SELECT FROM findings f WHERE f.workspace_id = m.workspace_id
    AND f.monitor = m.name AND f.state <> 'resolved')`,
};

interface Order {
  /** A text that sorts as the order does. */
  readonly key: string;
  readonly direction: 'ASC' | 'DESC';
  /** What the key may look like in a cursor. */
  readonly pattern: RegExp;
}

const TIME_OR_NOTHING = /^(~|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)?$/;
const NAME = /^.{1,63}$/;

const newestFirst = (column: string): Order => ({
  key: `coalesce(${micros(column)}, '')`,
  direction: 'DESC',
  pattern: TIME_OR_NOTHING,
});

const ORDERS: Readonly<Record<Exclude<MonitorSort, 'name'>, Order>> = {
  lastCheck: newestFirst('m.last_check_at'),
  lastChange: newestFirst('m.last_change_at'),
  nextCheck: {
    key: `coalesce(${micros('m.next_due_at')}, '~')`,
    direction: 'ASC',
    pattern: TIME_OR_NOTHING,
  },
};

const WORDS = `concat_ws(E'\\n', m.name, m.spec->>'description', m.spec #>> '{goal,prompt}',
  (SELECT string_agg(source->>'url', E'\\n') FROM jsonb_array_elements(m.spec->'sources') source))`;

/** The parameters $1 to $3 are the workspace, the words and the tag. */
const MATCHES = `m.workspace_id = $1 AND m.deleted_at IS NULL
  AND ($2::text IS NULL OR position(lower($2) IN lower(${WORDS})) > 0)
  AND ($3::text IS NULL OR m.spec->'tags' ? $3)`;

function parametersOf(workspace: string, { search, tag }: MonitorFilter): unknown[] {
  const words = search?.trim() ?? '';
  return [workspace, words === '' ? null : words, tag ?? null];
}

/** A page of the monitors. @throws StoreError `invalid` for a cursor of another order. */
export async function listMonitors(
  tx: Sql,
  workspace: string,
  request: MonitorRequest = {},
): Promise<Page<Monitor>> {
  const { cursor, state, sort = 'name' } = request;
  const limit = pageLimit(request);
  const order = sort === 'name' ? undefined : ORDERS[sort];
  const patterns = order === undefined ? [NAME] : [order.pattern, NAME];
  const after = cursor === undefined ? [] : decodeCursor(cursor, patterns);
  const { key, direction } = order ?? { key: "''", direction: 'ASC' };
  const follows = direction === 'ASC' ? '>' : '<';
  // By name alone the index finds where the page begins.
  const later =
    order === undefined
      ? "$4::text = '' AND m.name > coalesce($5::text, '')"
      : `($5::text IS NULL OR ${key} COLLATE "C" ${follows} $4 OR ${key} = $4 AND m.name > $5)`;
  const sorted = order === undefined ? '' : `${key} COLLATE "C" ${direction}, `;
  const { rows } = await tx.query<Monitor & { readonly sortKey: string }>(
    `SELECT ${monitorColumns}, ${key} AS "sortKey" FROM monitors m
     WHERE ${MATCHES} ${state === undefined ? '' : `AND ${STATES[state]}`}
       AND ${later}
     ORDER BY ${sorted}m.name LIMIT $6`,
    [
      ...parametersOf(workspace, request),
      order === undefined ? '' : (after[0] ?? null),
      after.at(-1) ?? null,
      limit + 1,
    ],
  );
  return pageOf(
    rows,
    limit,
    ({ sortKey, name }) => (order === undefined ? [name] : [sortKey, name]),
    ({ sortKey: _sortKey, ...monitor }) => monitor,
  );
}

export type MonitorCounts = Readonly<Record<MonitorState | 'all', number>>;

/** How many monitors match, altogether and in each state. */
export async function countMonitors(
  tx: Sql,
  workspace: string,
  filter: MonitorFilter = {},
): Promise<MonitorCounts> {
  const ofState = Object.entries(STATES)
    .map(([state, holds]) => `count(*) FILTER (WHERE ${holds})::int AS ${state}`)
    .join(', ');
  const { rows } = await tx.query<MonitorCounts>(
    `SELECT count(*)::int AS "all", ${ofState} FROM monitors m WHERE ${MATCHES}`,
    parametersOf(workspace, filter),
  );
  return rows[0] ?? { all: 0, watching: 0, failing: 0, paused: 0, findings: 0 };
}
