/** Create-or-update of a MonitorJob: what an edit means for generation, goal version and schedule. */
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { plain, sameJson } from './canonical.ts';
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import { dropSessions, endedSessions } from './keptSessions.ts';
import type { EditGuard, Monitor } from './monitors.ts';
import { checkGuard, getMonitor } from './monitors.ts';
import { hostOf, insertMonitors } from './newMonitors.ts';
import type { Sql } from './pool.ts';
import { checkMonitorQuota } from './quotas.ts';

export interface MonitorInput {
  readonly name: string;
  /** Validated, with every default filled in. */
  readonly spec: MonitorJobSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface ApplyDeps {
  readonly now: Date;
  readonly newUid: () => string;
  /** The first time to check, from the domain's schedule; null when there is none. */
  readonly firstDue: (spec: MonitorJobSpec, now: Date, uid: string) => Date | null;
}

export interface ApplyResult {
  readonly monitor: Monitor;
  readonly outcome: 'created' | 'configured' | 'unchanged';
}

interface Existing {
  readonly uid: string;
  readonly resourceVersion: number;
  readonly spec: MonitorJobSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managedBy: string | null;
  readonly deletedAt: Date | null;
  readonly nextDueAt: Date | null;
  readonly leaseUntil: Date | null;
}

async function lockExisting(tx: Sql, workspace: string, name: string) {
  const { rows } = await tx.query<Existing>(
    `SELECT uid, resource_version AS "resourceVersion", spec, labels, annotations,
       managed_by AS "managedBy", deleted_at AS "deletedAt", next_due_at AS "nextDueAt",
       lease_until AS "leaseUntil"
     FROM monitors WHERE workspace_id = $1 AND name = $2 FOR UPDATE`,
    [workspace, name],
  );
  return rows[0];
}

/** True when verdicts made under `before` do not answer the goal of `after`. */
export const goalChanged = (before: MonitorJobSpec, after: MonitorJobSpec): boolean =>
  !sameJson(
    [before.goal.prompt, before.goal.promptFrom, before.goal.kind, before.judge.model],
    [after.goal.prompt, after.goal.promptFrom, after.goal.kind, after.judge.model],
  );

/** The next time to check after an edit of a monitor that lives. */
export function dueAfterEdit(
  before: Existing,
  after: MonitorJobSpec,
  deps: ApplyDeps,
): Date | null {
  if (after.suspend) return null;
  // A check is in flight: its commit sets the next time, by the spec it then finds.
  if (before.leaseUntil && before.leaseUntil > deps.now) return before.nextDueAt;
  const resumed = before.spec.suspend || before.nextDueAt === null;
  return resumed || !sameJson(before.spec.schedule, after.schedule)
    ? deps.firstDue(after, deps.now, before.uid)
    : before.nextDueAt;
}

/** Takes up a deleted monitor again: a new object with the old history, baselines and findings. */
async function revive(
  tx: Sql,
  workspace: string,
  input: MonitorInput,
  guard: EditGuard,
  before: Existing,
  deps: ApplyDeps,
): Promise<void> {
  const { name, spec, labels = {}, annotations = {} } = input;
  const uid = deps.newUid();
  const due = spec.suspend ? null : deps.firstDue(spec, deps.now, uid);
  await tx.query(
    `UPDATE monitors SET deleted_at = NULL, uid = $3, spec = $4, labels = $5, annotations = $6,
       managed_by = $7, created_at = $8, updated_at = $8, active = $9, next_due_at = $10, host = $11,
       goal_version = goal_version + $12, generation = generation + 1,
       resource_version = resource_version + 1, conditions = '[]', run_requested_at = NULL,
       run_request_id = NULL, last_handled_run_request = NULL, buffered = false, missed_slots = 0,
       consecutive_failures = 0, failure_alerted = false, lease_until = NULL,
       lease_token = lease_token + 1, workers = NULL
     WHERE workspace_id = $1 AND name = $2`,
    [
      workspace,
      name,
      uid,
      plain(spec),
      labels,
      annotations,
      guard.managedBy,
      deps.now,
      !spec.suspend,
      due,
      hostOf(spec),
      goalChanged(before.spec, spec) ? 1 : 0,
    ],
  );
  await checkMonitorQuota(tx, workspace);
}

async function update(
  tx: Sql,
  workspace: string,
  input: MonitorInput,
  guard: EditGuard,
  before: Existing,
  deps: ApplyDeps,
): Promise<boolean> {
  const { name, spec, labels = before.labels, annotations = before.annotations } = input;
  const edited = !sameJson(before.spec, spec);
  const same =
    !edited &&
    sameJson([before.labels, before.annotations], [labels, annotations]) &&
    before.managedBy === guard.managedBy;
  if (same) return false;
  await tx.query(
    `UPDATE monitors SET spec = $3, labels = $4, annotations = $5, managed_by = $6, updated_at = $7,
       active = $8, next_due_at = $9, host = $10, goal_version = goal_version + $11,
       generation = generation + $12, resource_version = resource_version + 1
     WHERE workspace_id = $1 AND name = $2`,
    [
      workspace,
      name,
      plain(spec),
      labels,
      annotations,
      guard.managedBy,
      deps.now,
      !spec.suspend,
      dueAfterEdit(before, spec, deps),
      hostOf(spec),
      goalChanged(before.spec, spec) ? 1 : 0,
      edited ? 1 : 0,
    ],
  );
  await dropSessions(tx, workspace, name, endedSessions(before.spec, spec));
  return true;
}

/** `inserted` has told already who listens; `raced` was created by somebody else since our look. */
type Applied = ApplyResult['outcome'] | 'inserted' | 'raced';

async function applyOnce(
  tx: Sql,
  workspace: string,
  input: MonitorInput,
  guard: EditGuard,
  deps: ApplyDeps,
): Promise<Applied> {
  const before = await lockExisting(tx, workspace, input.name);
  if (!before || before.deletedAt) {
    if (guard.ifMatch !== undefined)
      throw new StoreError('notFound', `There is no monitor named ${input.name}.`);
    if (!before) {
      const created = await insertMonitors(tx, workspace, [input], guard.managedBy, deps);
      return created.size === 1 ? 'inserted' : 'raced';
    }
    await revive(tx, workspace, input, guard, before, deps);
    return 'created';
  }
  checkGuard(`The monitor ${input.name}`, before, guard);
  return (await update(tx, workspace, input, guard, before, deps)) ? 'configured' : 'unchanged';
}

/**
 * Creates or updates a monitor. Applying the same twice changes nothing; an edit of the spec raises
 * generation, one of goal or model also the goal version; labels alone raise neither. A monitor that
 * came from a file can be changed only by that file.
 * @throws StoreError `conflict` by the guard, `notFound` when `ifMatch` names a monitor that is gone,
 *   `invalid` for one more than the workspace may have.
 */
export async function applyMonitor(
  tx: Sql,
  workspace: string,
  input: MonitorInput,
  guard: EditGuard,
  deps: ApplyDeps,
): Promise<ApplyResult> {
  let outcome = await applyOnce(tx, workspace, input, guard, deps);
  // Somebody else created it between our look and our insert: now it is there to be updated.
  if (outcome === 'raced') outcome = await applyOnce(tx, workspace, input, guard, deps);
  if (outcome === 'raced')
    throw new StoreError('conflict', `The monitor ${input.name} was changed meanwhile; repeat.`);
  if (outcome === 'configured' || outcome === 'created')
    await notifyEvent(tx, { workspace, kind: 'monitor', monitor: input.name });
  const monitor = await getMonitor(tx, workspace, input.name);
  return { monitor, outcome: outcome === 'inserted' ? 'created' : outcome };
}

/**
 * Pauses (`suspend` true) or resumes a monitor; the same as applying its spec with that field.
 * @throws StoreError `notFound`, or `conflict` by the guard.
 */
export async function setSuspended(
  tx: Sql,
  workspace: string,
  name: string,
  suspend: boolean,
  guard: EditGuard,
  deps: ApplyDeps,
): Promise<ApplyResult> {
  const before = await lockExisting(tx, workspace, name);
  if (!before || before.deletedAt)
    throw new StoreError('notFound', `There is no monitor named ${name}.`);
  return applyMonitor(tx, workspace, { name, spec: { ...before.spec, suspend } }, guard, deps);
}
