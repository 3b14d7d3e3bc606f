/** What fetches saw, newest first; the texts themselves are blobs. */
import type { Extractor } from '../domain/types.ts';
import { StoreError } from './errors.ts';
import type { HistoryRequest, HistoryTable } from './history.ts';
import { findHistory, listHistory } from './history.ts';
import type { Page } from './paging.ts';
import type { Sql } from './pool.ts';

export interface StoredSnapshot {
  readonly id: string;
  readonly monitor: string;
  readonly source: string;
  readonly at: Date;
  readonly checkId: string;
  readonly extractor: Extractor;
  readonly status: number;
  readonly title: string;
  readonly finalUrl: string;
  /** 'valid', or why the page could not be judged. */
  readonly validity: string;
  readonly validityEvidence: string | null;
  readonly textHash: string;
  readonly htmlHash: string;
  readonly bytes: number;
  readonly textBlob: string;
  readonly documentBlob: string | null;
  readonly screenshotBlob: string | null;
  /** Where the words of the screenshot stand: `PictureBoxes` as JSON. */
  readonly boxesBlob: string | null;
  readonly extracted: Readonly<Record<string, string | null>>;
}

const table: HistoryTable = {
  name: 'snapshots',
  columns: `id, monitor, source, at, check_id AS "checkId", extractor, status, title,
  final_url AS "finalUrl", validity, validity_evidence AS "validityEvidence",
  text_hash AS "textHash", html_hash AS "htmlHash", bytes, text_blob AS "textBlob",
  document_blob AS "documentBlob", screenshot_blob AS "screenshotBlob",
  boxes_blob AS "boxesBlob", extracted`,
};

/** A page of a monitor's snapshots, newest first; of one source when it is named. */
export const listSnapshots = (
  tx: Sql,
  workspace: string,
  monitor: string,
  request: HistoryRequest & { readonly source?: string | undefined },
): Promise<Page<StoredSnapshot>> =>
  listHistory<StoredSnapshot>(tx, table, workspace, monitor, request, {
    sql: '($7::text IS NULL OR source = $7)',
    value: request.source ?? null,
  });

/** The snapshot of this id, or undefined. */
export const findSnapshot = (
  tx: Sql,
  workspace: string,
  id: string,
): Promise<StoredSnapshot | undefined> => findHistory<StoredSnapshot>(tx, table, workspace, id);

/** @throws StoreError `notFound` */
export async function getSnapshot(tx: Sql, workspace: string, id: string): Promise<StoredSnapshot> {
  const snapshot = await findSnapshot(tx, workspace, id);
  if (!snapshot) throw new StoreError('notFound', `There is no snapshot ${id}.`);
  return snapshot;
}
