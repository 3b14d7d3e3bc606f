/** Verdicts that may be used again, by the key of all that they depend on; bounded. */
import type pg from 'pg';
import type { JudgeAnswer, Provenance } from '../domain/types.ts';
import type { Sql } from './pool.ts';
import { withWorkspace } from './workspace.ts';

export interface CachedAnswer {
  readonly answer: JudgeAnswer;
  readonly provenance: Provenance;
}

/** The cached answer under a key, or undefined; a hit keeps it young. */
export async function readCache(
  pool: pg.Pool,
  workspace: string,
  key: string,
  now: Date,
): Promise<CachedAnswer | undefined> {
  return withWorkspace(pool, workspace, async (tx) => {
    const { rows } = await tx.query<CachedAnswer>(
      `UPDATE verdict_cache SET last_used_at = $3 WHERE workspace_id = $1 AND key = $2 RETURNING answer, provenance`,
      [workspace, key, now],
    );
    return rows[0];
  });
}

/** Keeps an answer; one that is there already stays. */
export async function writeCache(
  pool: pg.Pool,
  workspace: string,
  key: string,
  { answer, provenance }: CachedAnswer,
  now: Date,
): Promise<void> {
  await withWorkspace(pool, workspace, (tx) =>
    tx.query(
      `INSERT INTO verdict_cache (workspace_id, key, answer, provenance, created_at, last_used_at)
       VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING`,
      [workspace, key, JSON.stringify(answer), JSON.stringify(provenance), now],
    ),
  );
}

/**
 * Drops what was not used since `before`, and the least recently used beyond `maxRows`.
 * @returns how many
 */
export async function pruneCache(sql: Sql, before: Date, maxRows: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM verdict_cache WHERE last_used_at < $1 OR (workspace_id, key) IN (
       SELECT workspace_id, key FROM verdict_cache ORDER BY last_used_at DESC, key OFFSET $2)`,
    [before, maxRows],
  );
  return rowCount ?? 0;
}
