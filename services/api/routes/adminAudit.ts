/** The audit log for administrators of the installation: whether it is whole, and a copy of it. */
import type { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { z } from 'zod';
import { appendAudit, listAudit, verifyAudit, type AuditEntry } from '../../store/audit.ts';
import { namesOfUsers } from '../../store/identity.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import { checkChain, pagesOfChain } from '../auditChain.ts';
import { csvLine } from '../csv.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { pageOf, paging, presentPage, time } from './schemas.ts';

const tag = 'administration';

/** The chain of the installation itself, unless a workspace is named. */
const chain = z.string().min(1).max(63).default(PLATFORM_WORKSPACE);

export const auditRoutes = (deps: ApiDeps): Route[] => [list(deps), verify(deps), exportRows(deps)];

const entry = z.strictObject({
  seq: z.number().int(),
  at: time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  /** What an account is called by now; null for what is none. */
  actorName: z.string().nullable(),
  subjectName: z.string().nullable(),
});
const exact = z.string().trim().min(1).max(200).optional();

/** The id in `user:ID` or `user/ID`; '' for what is no account. */
const idIn = (text: string): string => /^user[:/]([-0-9a-f]{36})$/.exec(text)?.[1] ?? '';

/** Of the installation alone: what people did in their workspaces is copied with a row there. */
const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/admin/audit',
    policy: 'platform',
    tag,
    summary:
      'The audit of the installation, the newest first; by how an action begins, and by whom',
    query: z.strictObject({ ...paging, action: exact, actor: exact, subject: exact }),
    answer: pageOf(entry),
    handle: async ({ query }) => {
      const page = await withWorkspace(deps.pool, PLATFORM_WORKSPACE, async (tx) => {
        const { items, ...rest } = await listAudit(tx, PLATFORM_WORKSPACE, query);
        const ids = items.flatMap((row) => [idIn(row.actor), idIn(row.subject)]);
        const names = await namesOfUsers(tx, ids);
        const nameOf = (text: string): string | null => names.get(idIn(text)) ?? null;
        const named = items.map((row) => ({
          ...row,
          actorName: nameOf(row.actor),
          subjectName: nameOf(row.subject),
        }));
        return { items: named, ...rest };
      });
      return { body: presentPage(entry, page) };
    },
  });

const verify = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/admin/audit/verify',
    policy: 'platform',
    tag,
    summary: 'Whether a chain of the audit is whole; compare its head with a copy kept elsewhere',
    query: z.strictObject({ chain }),
    answer: z.strictObject({
      chain: z.string(),
      intact: z.boolean(),
      /** Rows up to the head, or up to the first that is not as it was written. */
      rows: z.number().int(),
      head: z.string().nullable(),
      problem: z.enum(['missing', 'altered', 'outOfOrder', 'truncated']).nullable(),
    }),
    handle: async ({ query }) => {
      await checkChain(deps.pool, query.chain);
      const found = await withWorkspace(deps.pool, query.chain, (tx) =>
        verifyAudit(tx, query.chain),
      );
      const body =
        found.kind === 'intact'
          ? { intact: true, rows: found.rows, head: found.head, problem: null }
          : { intact: false, rows: found.seq - 1, head: null, problem: found.problem };
      return { body: { chain: query.chain, ...body } };
    },
  });

const FORMATS = { csv: 'text/csv; charset=utf-8', json: 'application/x-ndjson; charset=utf-8' };
const COLUMNS = ['seq', 'at', 'actor', 'action', 'subject', 'detail', 'prevHash', 'hash'] as const;

const exportRows = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/admin/audit/export',
    policy: 'platform',
    tag,
    limit: 'costly',
    summary:
      'A chain of the audit as CSV or as lines of JSON, the newest first; leaves a row there',
    query: z.strictObject({ chain, format: z.enum(['csv', 'json']).default('json') }),
    handle: async ({ principal: { actor }, query: { format, ...query }, response }) => {
      const workspace = query.chain;
      await checkChain(deps.pool, workspace);
      await withWorkspace(deps.pool, workspace, (tx) => {
        const act = { action: 'audit.export', subject: `audit/${workspace}`, detail: { format } };
        return appendAudit(tx, workspace, { at: deps.clock.now(), actor, ...act });
      });
      response.setHeader('content-type', FORMATS[format]);
      response.setHeader('cache-control', 'no-store');
      response.setHeader(
        'content-disposition',
        `attachment; filename="audit-${workspace}.${format}"`,
      );
      if (format === 'csv') response.write(csvLine(COLUMNS));
      await writeAll(deps, workspace, response, format === 'csv' ? asCsv : asJson);
      response.end();
      return undefined;
    },
  });

const asJson = (entry: AuditEntry): string => `${JSON.stringify(entry)}\n`;

const asCsv = (entry: AuditEntry): string =>
  csvLine(
    COLUMNS.map((column) => {
      const value = entry[column];
      if (value instanceof Date) return value.toISOString();
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    }),
  );

/** Page by page, as fast as the caller reads. */
async function writeAll(
  { pool }: ApiDeps,
  workspace: string,
  response: Response,
  lineOf: (entry: AuditEntry) => string,
): Promise<void> {
  for await (const page of pagesOfChain(pool, workspace)) {
    const isFull = !response.write(page.map(lineOf).join(''));
    if (isFull && !response.destroyed) await drained(response);
    if (response.destroyed) return;
  }
}

/** Resolves when more may be written, or when nobody reads any more; leaves no listener. */
export const drained = (response: EventEmitter): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
