/** Secrets and ConfigMaps. Their names for everybody; their encrypted content for the scheduler. */
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import { dropSessionsOfLogin, isKeptSession, isLogin, KEPT_SESSION } from './keptSessions.ts';
import type { EditGuard } from './monitors.ts';
import type { Sql } from './pool.ts';

export type SecretKind = 'Secret' | 'ConfigMap';

/** What may be read of a Secret by anybody: never a value. */
export interface SecretMeta {
  readonly kind: SecretKind;
  readonly name: string;
  readonly keys: readonly string[];
  readonly managedBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `kind, name, keys, managed_by AS "managedBy", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

/** All Secrets and ConfigMaps that people made in a workspace, by kind and name. */
export async function listSecrets(tx: Sql, workspace: string): Promise<SecretMeta[]> {
  const { rows } = await tx.query<SecretMeta>(
    `SELECT ${columns} FROM secrets
     WHERE workspace_id = $1 AND NOT (kind = 'Secret' AND starts_with(name, $2)) ORDER BY kind, name`,
    [workspace, KEPT_SESSION],
  );
  return rows;
}

/** One of them, or undefined. */
export async function findSecret(
  tx: Sql,
  workspace: string,
  kind: SecretKind,
  name: string,
): Promise<SecretMeta | undefined> {
  const { rows } = await tx.query<SecretMeta>(
    `SELECT ${columns} FROM secrets WHERE workspace_id = $1 AND kind = $2 AND name = $3`,
    [workspace, kind, name],
  );
  return rows[0];
}

/** @throws StoreError `notFound`, or `conflict` when it belongs to another file than `managedBy`. */
export async function deleteSecret(
  tx: Sql,
  workspace: string,
  kind: SecretKind,
  name: string,
  guard: Pick<EditGuard, 'managedBy'>,
): Promise<void> {
  // Sessions that monitors keep are nobody's to see or delete.
  const isKept = kind === 'Secret' && isKeptSession(name);
  const before = isKept ? undefined : await findSecret(tx, workspace, kind, name);
  if (!before) throw new StoreError('notFound', `There is no ${kind} named ${name}.`);
  if (before.managedBy !== null && before.managedBy !== guard.managedBy)
    throw new StoreError(
      'conflict',
      `The ${kind} ${name} is managed by ${before.managedBy}; edit that file.`,
    );
  await tx.query('DELETE FROM secrets WHERE workspace_id = $1 AND kind = $2 AND name = $3', [
    workspace,
    kind,
    name,
  ]);
  if (kind === 'Secret' && isLogin(name)) await dropSessionsOfLogin(tx, workspace, name);
  await notifyEvent(tx, { workspace, kind: 'secret', id: name });
}

/** The stored form: AES-256-GCM under the data key (Secret), or plain JSON (ConfigMap). */
export interface SecretContent {
  readonly content: Uint8Array;
  readonly dataKeyId: string | null;
}

/** Creates or replaces one; only the scheduler's role may. @throws StoreError `conflict` */
export async function putSecret(
  tx: Sql,
  workspace: string,
  input: Omit<SecretMeta, 'createdAt' | 'updatedAt'> & SecretContent,
  now: Date,
): Promise<void> {
  const { kind, name, keys, content, dataKeyId, managedBy } = input;
  const { rowCount } = await tx.query(
    `INSERT INTO secrets (workspace_id, kind, name, keys, content, data_key_id, managed_by,
       created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     ON CONFLICT (workspace_id, kind, name) DO UPDATE SET keys = excluded.keys,
       content = excluded.content, data_key_id = excluded.data_key_id,
       managed_by = excluded.managed_by, updated_at = excluded.updated_at
     WHERE secrets.managed_by IS NULL OR secrets.managed_by = excluded.managed_by`,
    [workspace, kind, name, [...keys].sort(), content, dataKeyId, managedBy, now],
  );
  if (rowCount === 0)
    throw new StoreError('conflict', `The ${kind} ${name} is managed by a file; edit that file.`);
  // each check may keep another session, and that is news to nobody
  if (kind === 'ConfigMap' || !isKeptSession(name))
    await notifyEvent(tx, { workspace, kind: 'secret', id: name });
}

/** The stored content, or undefined; only the scheduler's role may. */
export async function readSecret(
  tx: Sql,
  workspace: string,
  kind: SecretKind,
  name: string,
): Promise<SecretContent | undefined> {
  const { rows } = await tx.query<SecretContent>(
    `SELECT content, data_key_id AS "dataKeyId" FROM secrets
     WHERE workspace_id = $1 AND kind = $2 AND name = $3`,
    [workspace, kind, name],
  );
  return rows[0];
}
