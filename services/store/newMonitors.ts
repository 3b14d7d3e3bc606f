/** Creates monitors, however many there are, in one statement. */
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import type { ApplyDeps, MonitorInput } from './apply.ts';
import { notifyEvents } from './events.ts';
import type { Sql } from './pool.ts';
import { checkMonitorQuota } from './quotas.ts';

/** The host of the first source, for politeness per host; '' when the url has none. */
export function hostOf(spec: MonitorJobSpec): string {
  const url = spec.sources[0]?.url;
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
}

/** The names of `names` that a monitor has or, deleted, had. */
export async function takenNames(
  tx: Sql,
  workspace: string,
  names: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ name: string }>(
    'SELECT name FROM monitors WHERE workspace_id = $1 AND name = ANY($2::text[])',
    [workspace, names],
  );
  return new Set(rows.map(({ name }) => name));
}

function rowOf({ name, spec, labels = {}, annotations = {} }: MonitorInput, deps: ApplyDeps) {
  const uid = deps.newUid();
  const due = spec.suspend ? null : deps.firstDue(spec, deps.now, uid);
  return { name, uid, spec, labels, annotations, active: !spec.suspend, due, host: hostOf(spec) };
}

/**
 * Inserts monitors and tells who listens; a name that is taken by now is left out.
 * @returns the names of those that were created
 * @throws StoreError `invalid` when the workspace may not have that many
 */
export async function insertMonitors(
  tx: Sql,
  workspace: string,
  inputs: readonly MonitorInput[],
  managedBy: string | null,
  deps: ApplyDeps,
): Promise<Set<string>> {
  const { rows } = await tx.query<{ name: string }>(
    `INSERT INTO monitors (workspace_id, name, uid, spec, labels, annotations, managed_by,
       created_at, updated_at, active, next_due_at, host)
     SELECT $1, r.name, r.uid, r.spec, r.labels, r.annotations, $2, $3, $3, r.active, r.due, r.host
     FROM jsonb_to_recordset($4::jsonb) AS r(name text, uid uuid, spec jsonb, labels jsonb,
       annotations jsonb, active boolean, due timestamptz, host text)
     ON CONFLICT DO NOTHING RETURNING name`,
    [workspace, managedBy, deps.now, JSON.stringify(inputs.map((input) => rowOf(input, deps)))],
  );
  const created = rows.map(({ name }) => name);
  if (created.length > 0) await checkMonitorQuota(tx, workspace);
  await notifyEvents(
    tx,
    created.map((monitor) => ({ workspace, kind: 'monitor', monitor })),
  );
  return new Set(created);
}
