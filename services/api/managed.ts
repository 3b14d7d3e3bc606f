/** Which objects come from a manifest file. */
import type { ManifestKind } from '../core/manifest/index.ts';
import { KUBERNETES } from '../store/projection.ts';
import type { Sql } from '../store/pool.ts';

export interface ManagedObject {
  readonly kind: ManifestKind;
  readonly name: string;
}

/** The objects of one file; jobs first, so that nothing refers to what is deleted after them. */
export async function listManaged(
  tx: Sql,
  workspace: string,
  file: string,
): Promise<ManagedObject[]> {
  const { rows } = await tx.query<ManagedObject>(
    `SELECT 'MonitorJob' AS kind, name FROM monitors
       WHERE workspace_id = $1 AND managed_by = $2 AND deleted_at IS NULL
     UNION ALL SELECT 'NotificationChannel', name FROM channels WHERE workspace_id = $1 AND managed_by = $2
     UNION ALL SELECT kind, name FROM secrets WHERE workspace_id = $1 AND managed_by = $2`,
    [workspace, file],
  );
  return rows;
}

/** All files that manage something in a workspace; what came from a cluster has no file. */
export async function listManagers(tx: Sql, workspace: string): Promise<string[]> {
  const { rows } = await tx.query<{ file: string }>(
    `SELECT DISTINCT managed_by AS file FROM (
       SELECT managed_by FROM monitors WHERE workspace_id = $1 AND deleted_at IS NULL
       UNION ALL SELECT managed_by FROM channels WHERE workspace_id = $1
       UNION ALL SELECT managed_by FROM secrets WHERE workspace_id = $1) AS managed
     WHERE managed_by <> $2 ORDER BY file`,
    [workspace, KUBERNETES],
  );
  return rows.map(({ file }) => file);
}
