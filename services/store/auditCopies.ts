/**
 * Heads of audit chains that are kept elsewhere, such as in a backup: who rewrites a chain from end to end in
 * the database makes one that is whole, but not the one whose head was seen before.
 */
import { readArchive } from './archive.ts';
import type { BackupKeys } from './backups/keys.ts';
import type { Sql } from './pool.ts';

/** The newest link of a chain at some time. */
export interface AuditHead {
  readonly workspace: string;
  readonly seq: number;
  readonly hash: string;
}

/** The heads of all chains that the transaction sees. */
export async function readAuditHeads(tx: Sql): Promise<AuditHead[]> {
  const { rows } = await tx.query<AuditHead>(
    'SELECT workspace_id AS workspace, seq, hash FROM audit_heads ORDER BY workspace_id',
  );
  return rows;
}

/**
 * The heads of all chains at the time of a backup.
 * @throws BackupError `corrupt` and what `opened` throws
 */
export async function auditHeadsInBackup(file: string, keys?: BackupKeys): Promise<AuditHead[]> {
  const heads: AuditHead[] = [];
  let columns: readonly string[] | undefined;
  for await (const item of readArchive(file, keys)) {
    if (item.kind === 'table') columns = item.table === 'audit_heads' ? item.columns : undefined;
    if (item.kind !== 'row' || !columns) continue;
    const value = (name: string): string => item.values[columns?.indexOf(name) ?? -1] ?? '';
    heads.push({
      workspace: value('workspace_id'),
      seq: Number(value('seq')),
      hash: value('hash'),
    });
  }
  return heads;
}

export type CopyCheck =
  /** What was the head then is in the chain, as it was. */
  | { readonly kind: 'same' }
  /** Another row is in its place: somebody wrote the chain anew, up to there at least. */
  | { readonly kind: 'rewritten'; readonly seq: number }
  /** The chain ends before it. */
  | { readonly kind: 'cutOff'; readonly seq: number };

/**
 * Whether a chain still has the link that was its head when the copy was made. Together with `verifyAudit`,
 * which finds each row to follow the one before, it says that nothing up to there was changed.
 */
export async function compareWithCopy(
  tx: Sql,
  { workspace, seq, hash }: AuditHead,
): Promise<CopyCheck> {
  const { rows } = await tx.query<{ hash: string }>(
    'SELECT hash FROM audit WHERE workspace_id = $1 AND seq = $2',
    [workspace, seq],
  );
  // the head of a chain without rows
  if (seq === 0 || rows[0]?.hash === hash) return { kind: 'same' };
  return { kind: rows[0] ? 'rewritten' : 'cutOff', seq };
}
