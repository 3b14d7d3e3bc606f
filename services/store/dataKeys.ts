/** The wrapped key of each workspace, and what is still sealed under which. The scheduler's alone. */
import type { SealedKind } from '../core/contracts/keys.ts';
import type { Sql } from './pool.ts';

/** A workspace's key as it lies in the database. */
export interface DataKeyRow {
  readonly id: string;
  readonly wrapped: Uint8Array;
  /** Name of the data key that wraps it. */
  readonly wrappedBy: string;
  /** Sealed under the key: which version of each Secret counts. */
  readonly versions: Uint8Array;
  readonly createdAt: Date;
}

/** A Secret with the key that it may be sealed under, both as of one moment. */
export interface SealedSecret {
  readonly content: Uint8Array;
  /** Of the workspace's key, or of the data key itself in the older form. */
  readonly dataKeyId: string | null;
  readonly dataKey: DataKeyRow | undefined;
}

const columns = `d.id, d.wrapped, d.wrapped_by AS "wrappedBy", d.versions, d.created_at AS "createdAt"`;

/** The key of the workspace, locked until the transaction ends; undefined before there is one. */
export async function lockDataKey(tx: Sql, workspace: string): Promise<DataKeyRow | undefined> {
  const { rows } = await tx.query<DataKeyRow>(
    `SELECT ${columns} FROM data_keys d WHERE workspace_id = $1 FOR UPDATE`,
    [workspace],
  );
  return rows[0];
}

/** Keeps a first key, unless another transaction was quicker. */
export async function addDataKey(
  tx: Sql,
  workspace: string,
  { id, wrapped, wrappedBy, versions, createdAt }: DataKeyRow,
): Promise<void> {
  await tx.query(
    `INSERT INTO data_keys (workspace_id, id, wrapped, wrapped_by, versions, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id) DO NOTHING`,
    [workspace, id, wrapped, wrappedBy, versions, createdAt],
  );
}

/** Writes a key in place of the one that was locked. */
export async function writeDataKey(
  tx: Sql,
  workspace: string,
  { id, wrapped, wrappedBy, versions, createdAt }: DataKeyRow,
): Promise<void> {
  await tx.query(
    `UPDATE data_keys SET id = $2, wrapped = $3, wrapped_by = $4, versions = $5, created_at = $6
     WHERE workspace_id = $1`,
    [workspace, id, wrapped, wrappedBy, versions, createdAt],
  );
}

/** Without a key its columns are null. */
interface JoinedRow extends Omit<DataKeyRow, 'id'>, Omit<SealedSecret, 'dataKey'> {
  readonly id: string | null;
}

/** A Secret and the workspace's key, read by one statement. */
export async function readSealed(
  tx: Sql,
  workspace: string,
  name: string,
): Promise<SealedSecret | undefined> {
  const { rows } = await tx.query<JoinedRow>(
    `SELECT s.content, s.data_key_id AS "dataKeyId", ${columns} FROM secrets s
     LEFT JOIN data_keys d ON d.workspace_id = s.workspace_id
     WHERE s.workspace_id = $1 AND s.kind = 'Secret' AND s.name = $2`,
    [workspace, name],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { content, dataKeyId, id, ...rest } = row;
  return { content, dataKeyId, dataKey: id === null ? undefined : { id, ...rest } };
}

export interface NamedSecret extends Omit<SealedSecret, 'dataKey'> {
  readonly name: string;
}

/** All Secrets of a workspace as they are sealed. */
export async function listSealed(tx: Sql, workspace: string): Promise<NamedSecret[]> {
  const { rows } = await tx.query<NamedSecret>(
    `SELECT name, content, data_key_id AS "dataKeyId" FROM secrets
     WHERE workspace_id = $1 AND kind = 'Secret' ORDER BY name`,
    [workspace],
  );
  return rows;
}

/** The names of all Secrets of a workspace. */
export async function listSealedNames(tx: Sql, workspace: string): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT name FROM secrets WHERE workspace_id = $1 AND kind = 'Secret'`,
    [workspace],
  );
  return rows.map(({ name }) => name);
}

/** Replaces a ciphertext by another of the same values. */
export async function resealSecret(
  tx: Sql,
  workspace: string,
  name: string,
  { content, dataKeyId }: Omit<SealedSecret, 'dataKey'>,
): Promise<void> {
  await tx.query(
    `UPDATE secrets SET content = $3, data_key_id = $4
     WHERE workspace_id = $1 AND kind = 'Secret' AND name = $2`,
    [workspace, name, content, dataKeyId],
  );
}

export interface Untended {
  /** Name of the data key that wraps now. */
  readonly current: string;
  /** Secrets of the older form are left alone where the workspace has its key since later than this. */
  readonly before: Date;
  /** The last workspace of the batch before; the first one comes after ''. */
  readonly after: string;
  readonly limit: number;
}

/**
 * Workspaces, by name, whose key is wrapped by another data key, or whose Secrets are in the older form. Runs
 * under no workspace.
 */
export async function untendedWorkspaces(
  sql: Sql,
  { current, before, after, limit }: Untended,
): Promise<string[]> {
  const { rows } = await sql.query<{ workspace: string }>(
    `SELECT workspace FROM (
       (SELECT workspace_id AS workspace FROM data_keys WHERE wrapped_by <> $1 AND workspace_id > $3
        ORDER BY 1 LIMIT $4)
       UNION
       (SELECT DISTINCT s.workspace_id FROM secrets s
        LEFT JOIN data_keys d ON d.workspace_id = s.workspace_id
        WHERE s.kind = 'Secret' AND s.workspace_id > $3
          AND (d.id IS NULL OR s.data_key_id <> d.id::text AND d.created_at <= $2)
        ORDER BY 1 LIMIT $4)) untended
     ORDER BY 1 LIMIT $4`,
    [current, before, after, limit],
  );
  return rows.map(({ workspace }) => workspace);
}

/** How many rows need a data key. */
export interface KeyUse {
  readonly kind: SealedKind;
  readonly dataKey: string;
  readonly rows: number;
}

/** What needs which data key, over all workspaces and people. Runs under no workspace. */
export async function countKeyUses(sql: Sql): Promise<KeyUse[]> {
  const { rows } = await sql.query<KeyUse>(
    `SELECT 'workspace' AS kind, wrapped_by AS "dataKey", count(*)::int AS rows FROM data_keys
     GROUP BY wrapped_by
     UNION ALL
     SELECT 'secret', s.data_key_id, count(*)::int FROM secrets s
     WHERE s.kind = 'Secret' AND s.data_key_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM data_keys d WHERE d.workspace_id = s.workspace_id
         AND d.id::text = s.data_key_id)
     GROUP BY s.data_key_id
     UNION ALL
     SELECT 'authenticator', data_key_id, count(*)::int FROM authenticator_apps GROUP BY data_key_id
     ORDER BY 1, 2`,
  );
  return rows;
}
