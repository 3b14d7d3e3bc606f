/** Objects of a cluster as the scheduler keeps them: written by the operator, retired when gone. */
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { MonitorWorkers } from '../core/contracts/projection.ts';
import { applyMonitor, type ApplyDeps } from './apply.ts';
import { applyChannel, deleteChannel, findChannel } from './channels.ts';
import { StoreError } from './errors.ts';
import { deleteMonitor, requestRun } from './monitors.ts';
import type { Sql } from './pool.ts';

/** Stands in `managed_by` of everything that comes from a cluster. */
export const KUBERNETES = 'kubernetes';

const guard = { managedBy: KUBERNETES };

export interface Projected<Spec> {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly spec: Spec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ProjectedJob extends Projected<MonitorJobSpec> {
  readonly runRequest: string | null;
  readonly workers: MonitorWorkers | null;
}

export interface ProjectedChannel extends Projected<NotificationChannelSpec> {
  /** Of the object. */
  readonly namespace: string;
}

export type ProjectionOutcome = 'created' | 'configured' | 'unchanged' | 'stale';

export interface ObjectKey {
  readonly workspace: string;
  readonly name: string;
}

/**
 * Takes note of the leader's term. A lower one than was ever seen belongs to an operator that lost
 * its lease and does not know it yet.
 * @returns false when the term is over
 */
export async function enterTerm(sql: Sql, term: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO meta AS m (key, value) VALUES ('operator-term', $1)
     ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE m.value::bigint <= EXCLUDED.value::bigint`,
    [String(term)],
  );
  return rowCount === 1;
}

/** Makes the workspace of a namespace; does nothing when it is there. */
export async function ensureWorkspace(sql: Sql, namespace: string, now: Date): Promise<void> {
  await sql.query(
    `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ($1, $1, 'team', $2)
     ON CONFLICT DO NOTHING`,
    [namespace, now],
  );
}

interface Standing {
  readonly uid: string;
  readonly generation: number;
}

async function lockMonitor(tx: Sql, workspace: string, name: string) {
  const { rows } = await tx.query<Standing>(
    `SELECT uid, generation FROM monitors
     WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE`,
    [workspace, name],
  );
  return rows[0];
}

/** Gives the row the cluster's uid and generation; `applyMonitor` counts generations of its own. */
async function adoptIdentity(
  tx: Sql,
  table: 'monitors' | 'channels',
  workspace: string,
  { name, uid, generation }: Projected<unknown>,
): Promise<void> {
  await tx.query(
    `UPDATE ${table} SET uid = $3, generation = $4
     WHERE workspace_id = $1 AND name = $2 AND (uid, generation) IS DISTINCT FROM ($3::uuid, $4::bigint)`,
    [workspace, name, uid, generation],
  );
}

/**
 * Notes where the monitor's pods are: nothing else of it changes, neither its next time nor its version.
 * @returns whether they are elsewhere than before
 */
async function moveWorkers(
  tx: Sql,
  workspace: string,
  { name, workers }: ProjectedJob,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE monitors SET workers = $3::jsonb
     WHERE workspace_id = $1 AND name = $2 AND workers IS DISTINCT FROM $3::jsonb`,
    [workspace, name, workers === null ? null : JSON.stringify(workers)],
  );
  return rowCount === 1;
}

/** A late message about an older state of the same object. */
const isStale = (
  standing: Standing | undefined,
  { uid, generation }: Projected<unknown>,
): boolean => standing?.uid === uid && standing.generation > generation;

/**
 * Writes a MonitorJob of the cluster. The same again changes nothing; another uid under the name is
 * another object, which takes up the history of the one before; a run that the object asks for is
 * asked for once.
 */
export async function projectMonitor(
  tx: Sql,
  workspace: string,
  job: ProjectedJob,
  deps: Omit<ApplyDeps, 'newUid'>,
): Promise<ProjectionOutcome> {
  const before = await lockMonitor(tx, workspace, job.name);
  if (isStale(before, job)) return 'stale';
  if (before && before.uid !== job.uid)
    await deleteMonitor(tx, workspace, job.name, deps.now, guard);
  const { outcome } = await applyMonitor(tx, workspace, job, guard, {
    ...deps,
    newUid: () => job.uid,
  });
  await adoptIdentity(tx, 'monitors', workspace, job);
  const moved = await moveWorkers(tx, workspace, job);
  await askForRun(tx, workspace, job, deps.now);
  return moved && outcome === 'unchanged' ? 'configured' : outcome;
}

async function askForRun(tx: Sql, workspace: string, job: ProjectedJob, now: Date): Promise<void> {
  // A run of a paused job waits until it is resumed: the wish stands in the object.
  if (job.runRequest === null || job.spec.suspend) return;
  const { rowCount } = await tx.query(
    `SELECT 1 FROM monitors WHERE workspace_id = $1 AND name = $2
       AND $3 IN (run_request_id, last_handled_run_request)`,
    [workspace, job.name, job.runRequest],
  );
  if (rowCount === 0) await requestRun(tx, workspace, job.name, job.runRequest, now);
}

/**
 * Writes a NotificationChannel of the cluster; the rules are those of `projectMonitor`. Whether its
 * Secrets are there is looked at anew.
 */
export async function projectChannel(
  tx: Sql,
  workspace: string,
  channel: ProjectedChannel,
  now: Date,
): Promise<ProjectionOutcome> {
  const before = await findChannel(tx, workspace, channel.name);
  if (isStale(before, channel)) return 'stale';
  if (before && before.uid !== channel.uid) await deleteChannel(tx, workspace, channel.name, guard);
  const { outcome } = await applyChannel(tx, workspace, channel, guard, {
    now,
    newUid: () => channel.uid,
  });
  await adoptIdentity(tx, 'channels', workspace, channel);
  if (outcome !== 'unchanged')
    await tx.query(
      'UPDATE channels SET namespace = $3, secret_check_at = NULL WHERE workspace_id = $1 AND name = $2',
      [workspace, channel.name, channel.namespace],
    );
  return outcome;
}

/** Answers "not found" with undefined: what is gone already needs no retiring. */
async function ifThere(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'notFound') return false;
    throw error;
  }
}

/** Retires a monitor whose object is gone, unless another object has its name by now. */
export async function retireMonitor(
  tx: Sql,
  workspace: string,
  name: string,
  uid: string,
  now: Date,
): Promise<boolean> {
  const standing = await lockMonitor(tx, workspace, name);
  if (standing?.uid !== uid) return false;
  return ifThere(deleteMonitor(tx, workspace, name, now, guard));
}

/** Retires a channel whose object is gone, unless another object has its name by now. */
export async function retireChannel(
  tx: Sql,
  workspace: string,
  name: string,
  uid: string,
): Promise<boolean> {
  const standing = await findChannel(tx, workspace, name);
  if (standing?.uid !== uid) return false;
  return ifThere(deleteChannel(tx, workspace, name, guard));
}

export interface InventoryItem extends ObjectKey {
  readonly uid: string;
}

/** What differs from the complete set of the cluster's objects of one kind. */
export interface Difference {
  /** Here, and not there any more. */
  readonly gone: readonly InventoryItem[];
  /** There, and not here under that uid. */
  readonly missing: readonly ObjectKey[];
}

/** Compares all rows that came from the cluster, over all workspaces, with what it has now. */
export async function compareInventory(
  sql: Sql,
  table: 'monitors' | 'channels',
  items: readonly InventoryItem[],
): Promise<Difference> {
  const living = table === 'monitors' ? 'AND deleted_at IS NULL' : '';
  const { rows } = await sql.query<InventoryItem>(
    `SELECT workspace_id AS workspace, name, uid FROM ${table} WHERE managed_by = $1 ${living}`,
    [KUBERNETES],
  );
  const keyOf = ({ workspace, name, uid }: InventoryItem): string => `${workspace}/${name}/${uid}`;
  const here = new Set(rows.map(keyOf));
  const there = new Set(items.map(keyOf));
  return {
    gone: rows.filter((row) => !there.has(keyOf(row))),
    missing: items
      .filter((item) => !here.has(keyOf(item)))
      .map(({ workspace, name }) => ({ workspace, name })),
  };
}
