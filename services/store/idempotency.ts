/** Idempotency-Key: the same request sent twice is carried out once and answered twice. */
import type { Sql } from './pool.ts';

export type RequestStart =
  /** Carry it out, then call `finishRequest` in the same transaction. */
  | { readonly kind: 'new' }
  /** It was carried out before: this was the answer. */
  | { readonly kind: 'replay'; readonly status: number; readonly response: unknown }
  /** Another request was sent under this key. */
  | { readonly kind: 'mismatch' }
  /** It is being carried out right now, in a transaction of its own. */
  | { readonly kind: 'inProgress' };

/** A key means the same request for so long. */
export const REQUEST_LIFE_MS = 24 * 60 * 60_000;
/** After so long, one that was begun and never finished died with its process. */
const ABANDONED_MS = 300_000;

interface Row {
  readonly request_hash: string;
  readonly status: number | null;
  readonly response: unknown;
  readonly created_at: Date;
}

/**
 * Begins the request of `key`. When begun and finished in one transaction, a second one with the same
 * key waits for the first and then sees its answer.
 * @param requestHash hash of method, path and body
 */
export async function beginRequest(
  tx: Sql,
  workspace: string,
  key: string,
  requestHash: string,
  now: Date,
): Promise<RequestStart> {
  const inserted = await tx.query(
    `INSERT INTO idempotency_keys (workspace_id, key, request_hash, created_at)
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING key`,
    [workspace, key, requestHash, now],
  );
  if (inserted.rows.length > 0) return { kind: 'new' };
  const { rows } = await tx.query<Row>(
    `SELECT request_hash, status, response, created_at FROM idempotency_keys
     WHERE workspace_id = $1 AND key = $2 FOR UPDATE`,
    [workspace, key],
  );
  const known = rows[0];
  if (!known) return { kind: 'inProgress' };
  if (known.request_hash !== requestHash) return { kind: 'mismatch' };
  if (known.status !== null)
    return { kind: 'replay', status: known.status, response: known.response };
  if (now.getTime() - known.created_at.getTime() < ABANDONED_MS) return { kind: 'inProgress' };
  await tx.query(
    'UPDATE idempotency_keys SET created_at = $3 WHERE workspace_id = $1 AND key = $2',
    [workspace, key, now],
  );
  return { kind: 'new' };
}

/** Keeps the answer of a request that was begun. */
export async function finishRequest(
  tx: Sql,
  workspace: string,
  key: string,
  status: number,
  response: unknown,
): Promise<void> {
  await tx.query(
    `UPDATE idempotency_keys SET status = $3, response = $4::jsonb
     WHERE workspace_id = $1 AND key = $2`,
    [workspace, key, status, JSON.stringify(response ?? null)],
  );
}

/** Forgets answers older than `before`; returns how many. */
export async function forgetRequests(tx: Sql, workspace: string, before: Date): Promise<number> {
  const { rowCount } = await tx.query(
    'DELETE FROM idempotency_keys WHERE workspace_id = $1 AND created_at < $2',
    [workspace, before],
  );
  return rowCount ?? 0;
}

/** Frees a key whose request failed, so that it can be repeated. */
export async function abandonRequest(tx: Sql, workspace: string, key: string): Promise<void> {
  await tx.query(
    'DELETE FROM idempotency_keys WHERE workspace_id = $1 AND key = $2 AND status IS NULL',
    [workspace, key],
  );
}
