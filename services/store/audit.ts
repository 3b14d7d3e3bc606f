/** The audit log: a chain of hashes for each workspace, to which rows are only ever added. */
import { createHash } from 'node:crypto';
import { canonicalJson, plain } from './canonical.ts';
import type { Page, PageRequest } from './paging.ts';
import { decodeCursor, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';

export interface AuditInput {
  readonly at: Date;
  /** Who did it, such as `user:<uuid>`, `token:<uuid>`, `file:shop.yaml`. */
  readonly actor: string;
  /** What was done, such as `monitor.apply`. */
  readonly action: string;
  /** What it was done to. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export interface AuditEntry extends Required<AuditInput> {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** What the first row of a chain follows. */
const GENESIS = '0'.repeat(64);

/** The hash of a row: all that it says, and the hash of the row before. */
export const entryHash = (
  workspace: string,
  entry: Omit<AuditEntry, 'hash' | 'detail'> & { readonly detail: unknown },
): string =>
  createHash('sha256')
    .update(
      canonicalJson([
        'v1',
        workspace,
        entry.seq,
        entry.at.toISOString(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.prevHash,
      ]),
    )
    .digest('hex');

/** The row that follows `last`. */
function linkAfter(workspace: string, last: Head, input: AuditInput): AuditEntry {
  const { at, actor, action, subject } = input;
  const detail = plain(input.detail ?? {});
  const link = { seq: last.seq + 1, at, actor, action, subject, detail, prevHash: last.hash };
  return { ...link, hash: entryHash(workspace, link) };
}

/**
 * Adds rows to the chain of `workspace` (`PLATFORM_WORKSPACE` for what concerns all), in their order
 * and with four statements however many there are. Writers of one workspace wait for each other
 * until the transaction ends: audit last.
 */
export async function appendAudits(
  tx: Sql,
  workspace: string,
  inputs: readonly AuditInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  let last = await lockHead(tx, workspace);
  const links = inputs.map((input) => {
    const link = linkAfter(workspace, last, input);
    last = link;
    return link;
  });
  await tx.query(
    `INSERT INTO audit (workspace_id, seq, at, actor, action, subject, detail, prev_hash, hash)
     SELECT $1, r.seq, r.at, r.actor, r.action, r.subject, r.detail, r."prevHash", r.hash
     FROM jsonb_to_recordset($2::jsonb) AS r(seq bigint, at timestamptz, actor text, action text,
       subject text, detail jsonb, "prevHash" text, hash text) RETURNING workspace_id`,
    [workspace, JSON.stringify(links)],
  );
  await tx.query(
    'UPDATE audit_heads SET seq = $2::float8, hash = $3 WHERE workspace_id = $1 RETURNING workspace_id',
    [workspace, last.seq, last.hash],
  );
}

/** Adds one row; see `appendAudits`. */
export const appendAudit = (tx: Sql, workspace: string, input: AuditInput): Promise<void> =>
  appendAudits(tx, workspace, [input]);

type Head = Pick<AuditEntry, 'seq' | 'hash'>;

/** The newest link, held until the transaction ends. */
async function lockHead(tx: Sql, workspace: string): Promise<Head> {
  await tx.query(
    `INSERT INTO audit_heads (workspace_id, seq, hash) VALUES ($1, 0, $2)
     ON CONFLICT (workspace_id) DO NOTHING RETURNING workspace_id`,
    [workspace, GENESIS],
  );
  const { rows } = await tx.query<Head>(
    'SELECT seq::float8 AS seq, hash FROM audit_heads WHERE workspace_id = $1 FOR UPDATE',
    [workspace],
  );
  return rows[0] ?? { seq: 0, hash: GENESIS };
}

export type AuditProblem =
  /** A row is not there. */
  | 'missing'
  /** A row says something else than when it was written. */
  | 'altered'
  /** A row does not follow the one before it. */
  | 'outOfOrder'
  /** The last rows were cut off. */
  | 'truncated';

export type AuditCheck =
  | { readonly kind: 'intact'; readonly rows: number; readonly head: string }
  | { readonly kind: 'broken'; readonly problem: AuditProblem; readonly seq: number };

const columns = `seq, at, actor, action, subject, detail, prev_hash AS "prevHash", hash`;
const BATCH = 1_000;

function problemOf(
  workspace: string,
  entry: AuditEntry,
  expected: { seq: number; hash: string },
): AuditProblem | undefined {
  if (entry.seq !== expected.seq) return 'missing';
  if (entryHash(workspace, entry) !== entry.hash) return 'altered';
  return entry.prevHash === expected.hash ? undefined : 'outOfOrder';
}

/**
 * Walks the chain of a workspace from its first row to its head. A chain that somebody rewrote from
 * end to end is found only by comparing `head` with a copy kept elsewhere.
 */
export async function verifyAudit(tx: Sql, workspace: string): Promise<AuditCheck> {
  let last = { seq: 0, hash: GENESIS };
  for (;;) {
    const { rows } = await tx.query<AuditEntry>(
      `SELECT ${columns} FROM audit WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT ${BATCH}`,
      [workspace, last.seq],
    );
    for (const entry of rows) {
      const seq = last.seq + 1;
      const problem = problemOf(workspace, entry, { seq, hash: last.hash });
      if (problem) return { kind: 'broken', problem, seq };
      last = { seq, hash: entry.hash };
    }
    if (rows.length < BATCH) break;
  }
  const { rows } = await tx.query<{ seq: number; hash: string }>(
    'SELECT seq, hash FROM audit_heads WHERE workspace_id = $1',
    [workspace],
  );
  const head = rows[0] ?? { seq: 0, hash: GENESIS };
  return head.seq === last.seq && head.hash === last.hash
    ? { kind: 'intact', rows: last.seq, head: last.hash }
    : { kind: 'broken', problem: 'truncated', seq: last.seq + 1 };
}

export interface AuditRequest extends PageRequest {
  /** Begins the action. */
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
}

/** A page of the audit log, newest first. */
export async function listAudit(
  tx: Sql,
  workspace: string,
  request: AuditRequest = {},
): Promise<Page<AuditEntry>> {
  const limit = pageLimit(request);
  const before = request.cursor ? decodeCursor(request.cursor, [/^\d{1,15}$/])[0] : null;
  const { rows } = await tx.query<AuditEntry>(
    `SELECT ${columns} FROM audit WHERE workspace_id = $1 AND ($2::bigint IS NULL OR seq < $2)
       AND ($4::text IS NULL OR starts_with(action, $4)) AND ($5::text IS NULL OR actor = $5)
       AND ($6::text IS NULL OR subject = $6)
     ORDER BY seq DESC LIMIT $3`,
    [
      workspace,
      before,
      limit + 1,
      request.action ?? null,
      request.actor ?? null,
      request.subject ?? null,
    ],
  );
  return pageOf(
    rows,
    limit,
    ({ seq }) => [String(seq)],
    (row) => row,
  );
}
