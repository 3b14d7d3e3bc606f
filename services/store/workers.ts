/** Where the pods are that monitors are bound to. */
import type { MonitorWorkers } from '../core/contracts/projection.ts';
import type { Sql } from './pool.ts';

/** Every set of pools that a monitor of the cluster has, each once; over all workspaces. */
export async function boundWorkers(sql: Sql): Promise<MonitorWorkers[]> {
  const { rows } = await sql.query<{ workers: MonitorWorkers }>(
    `SELECT DISTINCT workers FROM monitors
     WHERE managed_by = 'kubernetes' AND deleted_at IS NULL AND workers IS NOT NULL`,
  );
  return rows.map(({ workers }) => workers);
}

/** The pools of one monitor; null where it has none, or there is no such monitor. */
export async function workersOf(
  tx: Sql,
  workspace: string,
  monitor: string,
): Promise<MonitorWorkers | null> {
  const { rows } = await tx.query<{ workers: MonitorWorkers | null }>(
    'SELECT workers FROM monitors WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL',
    [workspace, monitor],
  );
  return rows[0]?.workers ?? null;
}
