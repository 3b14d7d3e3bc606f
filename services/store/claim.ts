/** Claims due monitors for one scheduler: leased, fenced, fair over workspaces. */
import type pg from 'pg';
import type { MonitorJobSpec, StatusCondition } from '../../crds/types/monitorjob.ts';
import type { MonitorWorkers } from '../core/contracts/projection.ts';
import type { Sql } from './pool.ts';
import { loadMemory, type MonitorMemory, type Retry } from './memory.ts';

/** One due monitor in the hands of one scheduler, with all that is remembered of it. */
export interface Claim extends MonitorMemory {
  readonly workspace: string;
  readonly monitor: string;
  readonly uid: string;
  readonly generation: number;
  readonly goalVersion: number;
  readonly spec: MonitorJobSpec;
  /** The pools that work for it; null where the scheduler's own services do. */
  readonly workers: MonitorWorkers | null;
  /** The slot of the schedule that is next or due; a wake may come before it. */
  readonly slot: Date;
  /** Fences the commit: one claim later it is another. */
  readonly token: number;
  readonly leaseUntil: Date;
  /** A run that somebody asked for and that no check has answered yet. */
  readonly runRequest: string | undefined;
  readonly buffered: boolean;
  readonly host: string;
  /** Claims in a row that ended without a commit; `died` when the last one did. */
  readonly deaths: number;
  readonly died: boolean;
  readonly consecutiveFailures: number;
  readonly failureAlerted: boolean;
  readonly conditions: readonly StatusCondition[];
  readonly retry: Retry | null;
}

export interface ClaimOptions {
  readonly now: Date;
  readonly leaseMs: number;
  readonly limit: number;
  /** Name of this process; see `recoverLeases`. */
  readonly owner: string;
  /** Workspaces that hold their share of the slots already. */
  readonly busy?: readonly string[] | undefined;
}

/** Claims batches; remembers where the last fair walk over the workspaces ended. */
export interface Claimer {
  /** Never more than `limit`; oldest first, and in a backlog a fair share for each workspace. */
  claim(options: ClaimOptions): Promise<Claim[]>;
}

interface ClaimRow {
  workspace_id: string;
  name: string;
  uid: string;
  conditions: StatusCondition[];
  generation: number;
  goal_version: number;
  spec: MonitorJobSpec;
  workers: MonitorWorkers | null;
  slot_at: Date;
  lease_token: number;
  run_request: string | null;
  was_buffered: boolean;
  host: string;
  deaths: number;
  died: boolean;
  consecutive_failures: number;
  failure_alerted: boolean;
  retry: Retry | null;
}

/** Most workspaces that one fair claim looks at. */
const WALK = 400;

const DUE = `active AND deleted_at IS NULL AND next_due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)`;
const PICKED = 'ctid AS place, lease_until, buffered';

/** The oldest due rows; reads the head of the index `monitors_due` and nothing else. */
export const OLDEST_DUE = `SELECT ${PICKED} FROM monitors WHERE ${DUE}
  ORDER BY next_due_at LIMIT $4 FOR UPDATE SKIP LOCKED`;

/** The oldest due rows of each named workspace; one probe of `monitors_fair` a workspace. */
const SHARED_DUE = `SELECT d.* FROM unnest($5::text[]) AS w(id) CROSS JOIN LATERAL (
    SELECT ${PICKED} FROM monitors WHERE workspace_id = w.id AND ${DUE}
    ORDER BY next_due_at LIMIT $6 FOR UPDATE SKIP LOCKED) d LIMIT $4`;

/**
 * Leases what was picked, by its place and without a second probe. A row that somebody changed since
 * the statement began has another place by now; the next claim takes it.
 */
const take = (due: string): string => `WITH due AS MATERIALIZED (${due})
UPDATE monitors m SET lease_token = m.lease_token + 1, lease_until = $2, lease_owner = $3, next_due_at = $2,
  slot_at = CASE WHEN m.slot_generation = m.generation THEN COALESCE(m.slot_at, m.next_due_at) ELSE m.next_due_at END,
  deaths = CASE WHEN m.slot_generation <> m.generation THEN 0 WHEN due.lease_until IS NULL THEN m.deaths ELSE m.deaths + 1 END,
  slot_generation = m.generation, buffered = false
FROM due WHERE m.ctid = due.place
RETURNING m.workspace_id, m.name, m.uid, m.conditions, m.generation, m.goal_version, m.spec, m.workers, m.slot_at, m.lease_token,
  CASE WHEN m.run_request_id IS DISTINCT FROM m.last_handled_run_request THEN m.run_request_id END AS run_request,
  due.buffered AS was_buffered, m.host, m.deaths, due.lease_until IS NOT NULL AS died, m.consecutive_failures, m.failure_alerted,
  m.retry`;

// Statements with a name are parsed once a connection.
const TAKE_OLDEST = { name: 'claim_oldest', text: take(OLDEST_DUE) };
const TAKE_SHARES = { name: 'claim_shares', text: take(SHARED_DUE) };

/** Walks over the workspaces by index probes, from the one after `$2`, and names those with due rows. */
const WALK_SQL = `WITH RECURSIVE walk AS (
    (SELECT workspace_id, next_due_at, 1 AS step FROM monitors
     WHERE active AND deleted_at IS NULL AND workspace_id > $2 ORDER BY workspace_id, next_due_at LIMIT 1)
    UNION ALL
    SELECT n.workspace_id, n.next_due_at, w.step + 1 FROM walk w CROSS JOIN LATERAL (
      SELECT workspace_id, next_due_at FROM monitors
      WHERE active AND deleted_at IS NULL AND workspace_id > w.workspace_id
      ORDER BY workspace_id, next_due_at LIMIT 1) n WHERE w.step < $3)
  SELECT workspace_id, next_due_at <= $1 AS due FROM walk ORDER BY step`;

/** Between two walks the same workspaces are served; so long one that has become due may wait. */
const WALK_AGAIN_MS = 200;

/** A claimer of one process; it holds no rows, only the place of its walk. */
export function createClaimer(pool: pg.Pool): Claimer {
  let cursor = '';
  let backlog = false;
  let walked: { readonly due: readonly string[]; readonly at: number } | undefined;
  const walk = async (options: ClaimOptions): Promise<readonly string[]> => {
    const now = options.now.getTime();
    // a walk that did not reach the end goes on at once, so that no workspace waits for another turn
    if (!walked || cursor !== '' || now - walked.at >= WALK_AGAIN_MS) {
      const found = await walkWorkspaces(pool, options, cursor);
      cursor = found.end;
      walked = { due: found.due, at: now };
    }
    const busy = new Set(options.busy);
    return walked.due.filter((workspace) => !busy.has(workspace)).slice(0, options.limit);
  };
  return {
    claim: async (options) => {
      if (options.limit <= 0) return [];
      if (!backlog && (options.busy?.length ?? 0) === 0) {
        const claims = await claimOldest(pool, options);
        backlog = claims.length >= options.limit;
        return claims;
      }
      const claims = await claimShares(pool, options, await walk(options));
      const isFull = claims.length >= options.limit;
      // what was walked to gives no more: go on from there, or begin anew with the oldest
      if (!isFull) walked = undefined;
      backlog = isFull || cursor !== '';
      return claims;
    },
  };
}

/** Claims the oldest due monitors, whosoever they are. */
export const claimOldest = (pool: pg.Pool, options: ClaimOptions): Promise<Claim[]> =>
  takeRows(pool, TAKE_OLDEST, options);

async function claimShares(
  pool: pg.Pool,
  options: ClaimOptions,
  workspaces: readonly string[],
): Promise<Claim[]> {
  if (workspaces.length === 0) return [];
  const share = Math.max(1, Math.ceil(options.limit / workspaces.length));
  return takeRows(pool, TAKE_SHARES, options, [workspaces, share]);
}

async function takeRows(
  pool: pg.Pool,
  statement: typeof TAKE_OLDEST,
  { now, leaseMs, owner, limit }: ClaimOptions,
  more: readonly unknown[] = [],
): Promise<Claim[]> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const values = [now, leaseUntil, owner, limit, ...more];
  const { rows } = await pool.query<ClaimRow>({ ...statement, values });
  rows.sort((a, b) => a.slot_at.getTime() - b.slot_at.getTime());
  const keys = rows.map((row) => ({ workspace: row.workspace_id, monitor: row.name }));
  const memories = await loadMemory(pool, keys);
  return rows.map((row, index) => toClaim(row, leaseUntil, memories[index] ?? NO_MEMORY));
}

const NO_MEMORY: MonitorMemory = { states: [], baselines: [], pending: [] };

/** The workspaces with due monitors after `cursor`, and where to go on; '' begins anew. */
async function walkWorkspaces(
  sql: Sql,
  options: ClaimOptions,
  cursor: string,
): Promise<{ due: string[]; end: string }> {
  const { rows } = await sql.query<{ workspace_id: string; due: boolean | null }>(WALK_SQL, [
    options.now,
    cursor,
    WALK,
  ]);
  const busy = new Set(options.busy);
  const due = rows.filter((row) => row.due === true && !busy.has(row.workspace_id));
  const taken = due.slice(0, options.limit);
  // where not all could be taken the next walk begins behind those that were
  const last =
    taken.length < due.length ? taken.at(-1) : rows.length < WALK ? undefined : rows.at(-1);
  return { due: taken.map((row) => row.workspace_id), end: last?.workspace_id ?? '' };
}

function toClaim(row: ClaimRow, leaseUntil: Date, memory: MonitorMemory): Claim {
  return {
    workspace: row.workspace_id,
    monitor: row.name,
    uid: row.uid,
    conditions: row.conditions,
    generation: row.generation,
    goalVersion: row.goal_version,
    spec: row.spec,
    workers: row.workers,
    slot: row.slot_at,
    token: row.lease_token,
    leaseUntil,
    runRequest: row.run_request ?? undefined,
    buffered: row.was_buffered,
    host: row.host,
    deaths: row.deaths,
    died: row.died,
    consecutiveFailures: row.consecutive_failures,
    failureAlerted: row.failure_alerted,
    retry: row.retry,
    states: memory.states,
    baselines: memory.baselines,
    pending: memory.pending,
  };
}

/** When the next monitor becomes due, if any does; one probe of the index. */
export async function nextDueAt(sql: Sql): Promise<Date | undefined> {
  const { rows } = await sql.query<{ next_due_at: Date | null }>(
    `SELECT next_due_at FROM monitors WHERE active AND deleted_at IS NULL ORDER BY next_due_at LIMIT 1`,
  );
  return rows[0]?.next_due_at ?? undefined;
}

/** How late the oldest due monitor is, in ms; 0 when none is. */
export async function oldestLatenessMs(sql: Sql, now: Date): Promise<number> {
  const due = await nextDueAt(sql);
  return due && due < now ? now.getTime() - due.getTime() : 0;
}
