/** What people say of verdicts and findings: one word of each person on each, and what that makes of a job. */
import { notifyEvent } from './events.ts';
import { readSubject, type About, type Judged } from './feedbackSubject.ts';
import { getFinding } from './findings.ts';
import {
  decodeCursor,
  micros,
  microsPattern,
  pageLimit,
  pageOf,
  uuidPattern,
  type Page,
  type PageRequest,
} from './paging.ts';
import type { Sql } from './pool.ts';
import { getVerdict } from './verdicts.ts';

/** One word of one person. */
export interface Word {
  readonly userId: string;
  readonly agrees: boolean;
  readonly why: string;
  readonly at: Date;
}

export interface Given extends Word {
  readonly about: About;
}

/**
 * Keeps what a person says, in place of what the same person said before.
 * @throws StoreError `notFound`
 */
export async function giveFeedback(
  tx: Sql,
  workspace: string,
  { about, userId, agrees, why, at }: Given,
): Promise<{ readonly monitor: string; readonly told: boolean }> {
  const subject = await readSubject(tx, workspace, about);
  await tx.query(
    `INSERT INTO feedback (workspace_id, about, about_id, user_id, monitor, at, agrees, told, why, judged)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (workspace_id, about_id, user_id) DO UPDATE SET at = EXCLUDED.at, agrees = EXCLUDED.agrees,
       told = EXCLUDED.told, why = EXCLUDED.why, judged = EXCLUDED.judged`,
    [
      workspace,
      subject.about.kind,
      subject.about.id,
      userId,
      subject.monitor,
      at,
      agrees,
      subject.told,
      why,
      JSON.stringify(subject.judged),
    ],
  );
  await notifyFeedback(tx, workspace, subject.monitor, about.id);
  return { monitor: subject.monitor, told: subject.told };
}

/** Takes a person's word back; without one it changes nothing. @throws StoreError `notFound` */
export async function takeFeedbackBack(
  tx: Sql,
  workspace: string,
  about: About,
  userId: string,
): Promise<void> {
  const { rows } = await tx.query<{ monitor: string }>(
    'DELETE FROM feedback WHERE workspace_id = $1 AND about_id = $2 AND user_id = $3 RETURNING monitor',
    [workspace, await idOf(tx, workspace, about), userId],
  );
  if (rows[0]) await notifyFeedback(tx, workspace, rows[0].monitor, about.id);
  // a word outlives the history of its verdict
  else if (about.kind === 'verdict') await getVerdict(tx, workspace, about.id);
}

/** Lists and pages that show it ask again. */
const notifyFeedback = (tx: Sql, workspace: string, monitor: string, id: string): Promise<void> =>
  notifyEvent(tx, { workspace, kind: 'finding', monitor, id });

/** What the words about it are kept under. */
async function idOf(tx: Sql, workspace: string, about: About): Promise<string> {
  if (about.kind === 'verdict') return about.id;
  return (await getFinding(tx, workspace, about.id)).verdictId ?? about.id;
}

/** What is said of it, newest first. @throws StoreError `notFound` for a finding that is not there */
export async function listFeedback(tx: Sql, workspace: string, about: About): Promise<Word[]> {
  const id = await idOf(tx, workspace, about);
  return (await feedbackByVerdict(tx, workspace, [id])).get(id) ?? [];
}

/** What is said of each of these verdicts, newest first; nothing of one that nobody rated. */
export async function feedbackByVerdict(
  tx: Sql,
  workspace: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Word[]>> {
  const { rows } = await tx.query<Word & { id: string }>(
    `SELECT about_id AS id, user_id AS "userId", agrees, why, at FROM feedback
     WHERE workspace_id = $1 AND about_id = ANY($2::uuid[]) ORDER BY at DESC, user_id`,
    [workspace, ids],
  );
  return Map.groupBy(rows, ({ id }) => id);
}

/** What one person said of these, by the id that it is kept under. */
export async function ownFeedback(
  tx: Sql,
  workspace: string,
  userId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const { rows } = await tx.query<{ id: string; agrees: boolean }>(
    `SELECT about_id AS id, agrees FROM feedback
     WHERE workspace_id = $1 AND user_id = $2 AND about_id = ANY($3::uuid[])`,
    [workspace, userId, ids],
  );
  return new Map(rows.map(({ id, agrees }) => [id, agrees]));
}

/** How often people found right and wrong what was told, and what was not. */
export interface Precision {
  readonly told: { readonly right: number; readonly wrong: number };
  readonly silent: { readonly right: number; readonly wrong: number };
}

/** Of several words on one verdict the newest counts. */
export async function countPrecision(
  tx: Sql,
  workspace: string,
  monitor: string,
): Promise<Precision> {
  const { rows } = await tx.query<{ told: boolean; agrees: boolean; count: number }>(
    `SELECT told, agrees, count(*)::int AS count FROM
       (SELECT DISTINCT ON (about_id) told, agrees FROM feedback
        WHERE workspace_id = $1 AND monitor = $2 ORDER BY about_id, at DESC) newest
     GROUP BY told, agrees`,
    [workspace, monitor],
  );
  const count = (told: boolean, agrees: boolean): number =>
    rows.find((row) => row.told === told && row.agrees === agrees)?.count ?? 0;
  const of = (told: boolean) => ({ right: count(told, true), wrong: count(told, false) });
  return { told: of(true), silent: of(false) };
}

/** A word with all that it is about. */
export interface LabelledCase extends Given {
  readonly monitor: string;
  readonly told: boolean;
  readonly judged: Judged;
}

type CaseRow = Omit<LabelledCase, 'about'> & {
  readonly kind: About['kind'];
  readonly id: string;
  readonly cursorAt: string;
};

/** A page of labelled cases, newest first; of one monitor when it is named. */
export async function listCases(
  tx: Sql,
  workspace: string,
  request: PageRequest & { readonly monitor?: string | undefined },
): Promise<Page<LabelledCase>> {
  const limit = pageLimit(request);
  const place = [microsPattern, uuidPattern, uuidPattern];
  const after = request.cursor === undefined ? [] : decodeCursor(request.cursor, place);
  const [at = null, aboutId = null, userId = null] = after;
  const { rows } = await tx.query<CaseRow>(
    `SELECT about AS kind, about_id AS id, user_id AS "userId", monitor, at, agrees, told, why, judged,
       ${micros('at')} AS "cursorAt" FROM feedback
     WHERE workspace_id = $1 AND ($2::text IS NULL OR monitor = $2)
       AND ($3::timestamptz IS NULL OR at < $3 OR (at = $3 AND (about_id, user_id) > ($4::uuid, $5::uuid)))
     ORDER BY at DESC, about_id, user_id LIMIT $6`,
    [workspace, request.monitor ?? null, at, aboutId, userId, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    (row) => [row.cursorAt, row.id, row.userId],
    ({ kind, id, cursorAt: _cursor, ...row }): LabelledCase => ({ ...row, about: { kind, id } }),
  );
}
