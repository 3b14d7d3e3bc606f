/** Content-addressed storage inside a workspace: texts, documents, screenshots. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Sql } from './pool.ts';

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

/** The same as text (UTF-8). */
export async function getText(
  tx: Sql,
  workspace: string,
  hash: string,
): Promise<string | undefined> {
  const blob = await getBlob(tx, workspace, hash);
  return blob && Buffer.from(blob.content).toString('utf8');
}
