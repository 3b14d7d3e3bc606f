/** Content-addressed storage inside a workspace: texts, documents, screenshots. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Sql } from './pool.ts';
import type { KeptDocument } from './sourceState.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export interface BlobInput {
  readonly content: Uint8Array;
  readonly mediaType: string;
  /** Not collected before this time. */
  readonly keepUntil: Date;
}

export interface StoredBlob {
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** Smaller ones do not get smaller. */
const COMPRESS_FROM = 512;
const compressible = /^(text\/|application\/(json|xml|xhtml\+xml|rss\+xml|atom\+xml)|image\/svg)/;

/** The address of a content: its SHA-256 in hex. */
export const blobHash = (content: Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/**
 * Stores a content once, and keeps it at least until `keepUntil`; texts are compressed.
 * @returns its address
 */
export async function putBlob(
  tx: Sql,
  workspace: string,
  input: BlobInput,
  now: Date,
): Promise<string> {
  const { content, mediaType, keepUntil } = input;
  const hash = blobHash(content);
  const known = await tx.query(
    `UPDATE blobs SET keep_until = greatest(keep_until, $3)
     WHERE workspace_id = $1 AND hash = $2 RETURNING hash`,
    [workspace, hash, keepUntil],
  );
  if (known.rows.length > 0) return hash;
  const small = content.byteLength >= COMPRESS_FROM && compressible.test(mediaType);
  await tx.query(
    `INSERT INTO blobs (workspace_id, hash, media_type, encoding, content, size, created_at, keep_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (workspace_id, hash)
     DO UPDATE SET keep_until = greatest(blobs.keep_until, excluded.keep_until)`,
    [
      workspace,
      hash,
      mediaType,
      small ? 'gzip' : 'identity',
      small ? await compress(content) : content,
      content.byteLength,
      now,
      keepUntil,
    ],
  );
  return hash;
}

/** The content at an address, or undefined when it was never stored or has been collected. */
export async function getBlob(
  tx: Sql,
  workspace: string,
  hash: string,
): Promise<StoredBlob | undefined> {
  const { rows } = await tx.query<StoredBlob & { readonly encoding: 'identity' | 'gzip' }>(
    `SELECT media_type AS "mediaType", encoding, content FROM blobs
     WHERE workspace_id = $1 AND hash = $2`,
    [workspace, hash],
  );
  const row = rows[0];
  if (!row) return undefined;
  const content = row.encoding === 'gzip' ? await decompress(row.content) : row.content;
  return { mediaType: row.mediaType, content };
}

/**
 * Takes the raw documents from their snapshots; a document that no source keeps any more may be
 * collected from now on. Snapshots that are gone already are passed over.
 */
export async function releaseDocuments(
  tx: Sql,
  workspace: string,
  documents: readonly KeptDocument[],
  now: Date,
): Promise<void> {
  const blobs = documents.map(({ blob }) => blob);
  // who puts the same document meanwhile moves this time on, and the document stays
  const { rows } = await tx.query<{ hash: string; until: string }>(
    `SELECT hash, keep_until::text AS until FROM blobs WHERE workspace_id = $1 AND hash = ANY($2)`,
    [workspace, blobs],
  );
  for (const { snapshotId, at } of documents)
    await tx.query(
      'UPDATE snapshots SET document_blob = NULL WHERE workspace_id = $1 AND at = $2 AND id = $3',
      [workspace, at, snapshotId],
    );
  await tx.query(
    `UPDATE blobs b SET keep_until = $3 FROM jsonb_to_recordset($2::jsonb) AS r(hash text, until timestamptz)
     WHERE b.workspace_id = $1 AND b.hash = r.hash AND b.keep_until = r.until AND NOT EXISTS (
       SELECT 1 FROM source_states s WHERE s.workspace_id = $1
         AND s.documents @> jsonb_build_array(jsonb_build_object('blob', b.hash)))`,
    [workspace, JSON.stringify(rows), now],
  );
}

/** The same as text (UTF-8). */
export async function getText(
  tx: Sql,
  workspace: string,
  hash: string,
): Promise<string | undefined> {
  const blob = await getBlob(tx, workspace, hash);
  return blob && Buffer.from(blob.content).toString('utf8');
}
