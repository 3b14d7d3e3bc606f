/** Workspaces as administrators of the installation see them: what they are called, and what they may have. */
import { decodeCursor, pageLimit, pageOf, type Page, type PageRequest } from './paging.ts';
import type { Sql } from './pool.ts';
import type { Limits } from './quotas.ts';
import type { Workspace } from './identity.ts';

/** Nothing of what is in it. */
export interface ReviewedWorkspace extends Workspace {
  /** Its own; null where what holds for all holds for it. */
  readonly limits: Limits;
}

export interface WorkspaceRequest extends PageRequest {
  /** Part of the id or the name, however its letters are written. */
  readonly search?: string | undefined;
}

/** All workspaces by their id. */
export async function listWorkspaces(
  tx: Sql,
  request: WorkspaceRequest = {},
): Promise<Page<ReviewedWorkspace>> {
  const limit = pageLimit(request);
  const after = request.cursor ? decodeCursor(request.cursor, [/^[-_a-z0-9]{1,63}$/])[0] : null;
  const { rows } = await tx.query<ReviewedWorkspace>(
    `SELECT id, display_name AS "displayName", kind, created_at AS "createdAt",
       jsonb_build_object('monitors', max_monitors, 'usdPerMonth', trim_scale(max_usd_per_month)::text,
         'tokensPerMonth', max_tokens_per_month, 'checksPerHour', max_checks_per_hour,
         'mailsPerHour', max_mails_per_hour) AS limits
     FROM workspaces WHERE ($1::text IS NULL OR id > $1)
       AND ($2::text IS NULL OR strpos(lower(id), lower($2)) > 0 OR strpos(lower(display_name), lower($2)) > 0)
     ORDER BY id LIMIT $3`,
    [after, request.search ?? null, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    ({ id }) => [id],
    (row) => row,
  );
}
