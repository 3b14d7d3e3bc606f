/** What others did with an account, for its person to see. */
import type { AuditEntry } from './audit.ts';
import { decodeCursor, pageLimit, pageOf, type Page, type PageRequest } from './paging.ts';
import type { Sql } from './pool.ts';
import { PLATFORM_WORKSPACE } from './workspace.ts';

export interface AccountEvent extends Pick<AuditEntry, 'seq' | 'at' | 'actor' | 'action'> {
  /** What the administrator is called; null for who is no account, or is none any more. */
  readonly byName: string | null;
  readonly reason: string | null;
  /** Who somebody said to be that runs programs in a pod, or on the machine. */
  readonly askedBy: string | null;
}

/**
 * The newest first: what the audit of the installation says that anybody but the person did with the account,
 * and what ended the sessions and tokens of everybody. Runs under `withFactors` of that person.
 */
export async function listAccountEvents(
  tx: Sql,
  userId: string,
  request: PageRequest = {},
): Promise<Page<AccountEvent>> {
  const limit = pageLimit(request);
  const before = request.cursor ? decodeCursor(request.cursor, [/^\d{1,15}$/])[0] : null;
  const { rows } = await tx.query<AccountEvent>(
    `SELECT a.seq, a.at, a.actor, a.action, u.display_name AS "byName",
       a.detail ->> 'reason' AS reason, a.detail ->> 'askedBy' AS "askedBy"
     FROM audit a LEFT JOIN users u ON a.actor = 'user:' || u.id
     WHERE a.workspace_id = $1 AND a.actor <> 'user:' || $2 AND ($3::bigint IS NULL OR a.seq < $3)
       AND (a.subject = 'user/' || $2 OR (a.subject = 'installation' AND a.action = 'revoke-all'
         AND a.at >= (SELECT created_at FROM users WHERE id = $2::uuid)))
     ORDER BY a.seq DESC LIMIT $4`,
    [PLATFORM_WORKSPACE, userId, before, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    ({ seq }) => [String(seq)],
    (row) => row,
  );
}
