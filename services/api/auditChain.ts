/** One chain of the audit, for those who verify or copy it: that of the installation, or of a workspace. */
import type { Pool } from 'pg';
import { listAudit, type AuditEntry } from '../store/audit.ts';
import { getWorkspace } from '../store/identity.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../store/workspace.ts';

const PAGE = 500;

/** @throws StoreError `notFound`, `invalid` */
export async function checkChain(pool: Pool, chain: string): Promise<void> {
  if (chain === PLATFORM_WORKSPACE) return;
  await withWorkspace(pool, chain, (tx) => getWorkspace(tx, chain));
}

/** All its rows, the newest first, page by page as they are asked for. */
export async function* pagesOfChain(
  pool: Pool,
  chain: string,
): AsyncGenerator<readonly AuditEntry[]> {
  let cursor: string | undefined;
  do {
    const request = { limit: PAGE, cursor };
    const page = await withWorkspace(pool, chain, (tx) => listAudit(tx, chain, request));
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
