/** What was ever made in a workspace, by name, for whoever takes it away elsewhere. */
import { KUBERNETES } from './projection.ts';
import type { Sql } from './pool.ts';

export interface EverMade {
  readonly monitors: readonly string[];
  readonly channels: readonly string[];
  readonly secrets: readonly string[];
}

/**
 * Names of what is, or once was, in a cluster: of monitors and channels that the operator told of, and of all that
 * the audit says was made through the api. The operator may not have told of it yet, and tells of no Secret.
 */
export async function listEverMade(tx: Sql, workspace: string): Promise<EverMade> {
  const { rows } = await tx.query<{ kind: string; name: string }>(
    `SELECT 'MonitorJob' AS kind, name FROM monitors WHERE workspace_id = $1 AND managed_by = $2
     UNION SELECT 'NotificationChannel', name FROM channels WHERE workspace_id = $1 AND managed_by = $2
     UNION SELECT split_part(subject, '/', 1), split_part(subject, '/', 2) FROM audit
       WHERE workspace_id = $1 AND action LIKE 'apply %'
     ORDER BY 1, 2`,
    [workspace, KUBERNETES],
  );
  const of = (kind: string): string[] =>
    rows.filter((row) => row.kind === kind).map(({ name }) => name);
  return {
    monitors: of('MonitorJob'),
    channels: of('NotificationChannel'),
    secrets: of('Secret'),
  };
}

/** How many monitors and channels of a workspace a cluster has by now, as far as the operator told. */
export async function countLiving(tx: Sql, workspace: string): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT (SELECT count(*) FROM monitors WHERE workspace_id = $1 AND managed_by = $2 AND deleted_at IS NULL)::int
       + (SELECT count(*) FROM channels WHERE workspace_id = $1 AND managed_by = $2)::int AS n`,
    [workspace, KUBERNETES],
  );
  return rows[0]?.n ?? 0;
}
