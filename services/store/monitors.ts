/** MonitorJobs as the api sees them: reading one, and the small edits; lists and `apply` have files of their own. */
import type { MonitorJobSpec, StatusCondition } from '../../crds/types/monitorjob.ts';
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import { dropSessions, endedSessions } from './keptSessions.ts';
import type { Sql } from './pool.ts';

export interface Monitor {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: number;
  readonly spec: MonitorJobSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The manifest file it came from; null when it was applied by hand. */
  readonly managedBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly goalVersion: number;
  readonly conditions: readonly StatusCondition[];
  readonly active: boolean;
  readonly nextDueAt: Date | null;
  /** A check holds the monitor until then. */
  readonly leaseUntil: Date | null;
  readonly runRequestId: string | null;
  readonly lastHandledRunRequest: string | null;
  readonly missedSlots: number;
  readonly lastCheckId: string | null;
  readonly lastCheckAt: Date | null;
  readonly lastOutcome: string | null;
  readonly lastVerdict: string | null;
  readonly lastRelevance: number | null;
  readonly lastMessage: string | null;
  readonly lastChangeAt: Date | null;
  readonly consecutiveFailures: number;
  /** Findings of it that are not resolved. */
  readonly openFindings: number;
}

/** The columns of a `Monitor`, from a table or alias named `m`. */
export const monitorColumns = `m.name, m.uid, m.generation, m.resource_version AS "resourceVersion",
  m.spec, m.labels, m.annotations, m.managed_by AS "managedBy", m.created_at AS "createdAt",
  m.updated_at AS "updatedAt", m.goal_version AS "goalVersion", m.conditions, m.active,
  m.next_due_at AS "nextDueAt", m.lease_until AS "leaseUntil", m.run_request_id AS "runRequestId",
  m.last_handled_run_request AS "lastHandledRunRequest", m.missed_slots AS "missedSlots",
  m.last_check_id AS "lastCheckId", m.last_check_at AS "lastCheckAt",
  m.last_outcome AS "lastOutcome", m.last_verdict AS "lastVerdict",
  m.last_relevance AS "lastRelevance", m.last_message AS "lastMessage",
  m.last_change_at AS "lastChangeAt", m.consecutive_failures AS "consecutiveFailures",
  (SELECT count(*)::int FROM findings f WHERE f.workspace_id = m.workspace_id
     AND f.monitor = m.name AND f.state <> 'resolved') AS "openFindings"`;

/** The monitor of this name, or undefined when there is none or it was deleted. */
export async function findMonitor(
  tx: Sql,
  workspace: string,
  name: string,
): Promise<Monitor | undefined> {
  const { rows } = await tx.query<Monitor>(
    `SELECT ${monitorColumns} FROM monitors m
     WHERE m.workspace_id = $1 AND m.name = $2 AND m.deleted_at IS NULL`,
    [workspace, name],
  );
  return rows[0];
}

/** @throws StoreError `notFound` */
export async function getMonitor(tx: Sql, workspace: string, name: string): Promise<Monitor> {
  const monitor = await findMonitor(tx, workspace, name);
  if (!monitor) throw new StoreError('notFound', `There is no monitor named ${name}.`);
  return monitor;
}

/** Names and owners of all monitors that are not deleted, by name. */
export async function listMonitorNames(
  tx: Sql,
  workspace: string,
): Promise<{ name: string; managedBy: string | null }[]> {
  const { rows } = await tx.query<{ name: string; managedBy: string | null }>(
    `SELECT name, managed_by AS "managedBy" FROM monitors
     WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY name`,
    [workspace],
  );
  return rows;
}

/** What an edit may demand of the row it changes. */
export interface EditGuard {
  /** The resource version that the caller saw (If-Match). */
  readonly ifMatch?: number | undefined;
  /** The manifest file that acts; null for a person. */
  readonly managedBy: string | null;
}

/** @throws StoreError `conflict` when the row was changed meanwhile or belongs to a file. */
export function checkGuard(
  what: string,
  row: { readonly resourceVersion: number; readonly managedBy: string | null },
  guard: EditGuard,
): void {
  if (guard.ifMatch !== undefined && guard.ifMatch !== row.resourceVersion)
    throw new StoreError('conflict', `${what} was changed meanwhile; read it again and repeat.`);
  if (row.managedBy !== null && row.managedBy !== guard.managedBy)
    throw new StoreError('conflict', `${what} is managed by ${row.managedBy}; edit that file.`);
}

/** Locks the row of a monitor that is not deleted. */
async function lockMonitor(tx: Sql, workspace: string, name: string) {
  const { rows } = await tx.query<LockedMonitor>(
    `SELECT spec, resource_version AS "resourceVersion", managed_by AS "managedBy", active,
       lease_until AS "leaseUntil", run_request_id AS "runRequestId",
       last_handled_run_request AS "lastHandledRunRequest"
     FROM monitors WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE`,
    [workspace, name],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no monitor named ${name}.`);
  return rows[0];
}

interface LockedMonitor {
  readonly spec: MonitorJobSpec;
  readonly resourceVersion: number;
  readonly managedBy: string | null;
  readonly active: boolean;
  readonly leaseUntil: Date | null;
  readonly runRequestId: string | null;
  readonly lastHandledRunRequest: string | null;
}

/**
 * Deletes a monitor; its history and baselines stay for their retention and are taken up again when
 * it is applied anew. Where it was signed in, it is not any more.
 * @throws StoreError `notFound`, or `conflict` by the guard.
 */
export async function deleteMonitor(
  tx: Sql,
  workspace: string,
  name: string,
  now: Date,
  guard: EditGuard,
): Promise<void> {
  const before = await lockMonitor(tx, workspace, name);
  checkGuard(`The monitor ${name}`, before, guard);
  await tx.query(
    `UPDATE monitors SET deleted_at = $3, updated_at = $3, active = false, next_due_at = NULL,
       resource_version = resource_version + 1
     WHERE workspace_id = $1 AND name = $2`,
    [workspace, name, now],
  );
  await dropSessions(tx, workspace, name, endedSessions(before.spec, undefined));
  await notifyEvent(tx, { workspace, kind: 'monitor', monitor: name });
}

/**
 * Asks for a check now. While one is in flight the wish waits behind it (that one may have fetched
 * the page before the wish); a wish that nobody took up yet is shared.
 * @returns the id that `last_handled_run_request` will show.
 * @throws StoreError `notFound`, or `invalid` when the monitor is paused.
 */
export async function requestRun(
  tx: Sql,
  workspace: string,
  name: string,
  id: string,
  now: Date,
): Promise<string> {
  const row = await lockMonitor(tx, workspace, name);
  if (!row.active)
    throw new StoreError('invalid', `The monitor ${name} is paused; resume it first.`);
  const inFlight = row.leaseUntil !== null && row.leaseUntil > now;
  const waiting = row.runRequestId !== null && row.runRequestId !== row.lastHandledRunRequest;
  if (waiting && (!inFlight || row.runRequestId === id)) return row.runRequestId ?? id;
  await tx.query(
    `UPDATE monitors SET run_requested_at = $3, run_request_id = $4,
       buffered = CASE WHEN $5 THEN true ELSE buffered END,
       next_due_at = CASE WHEN $5 THEN next_due_at ELSE $3 END
     WHERE workspace_id = $1 AND name = $2`,
    [workspace, name, now, id, inFlight],
  );
  await notifyEvent(tx, { workspace, kind: 'monitor', monitor: name });
  return id;
}
