/** What happened: checks and snapshots. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { getBlob } from '../../store/blobs.ts';
import { findCheckOfRun, getCheck, listChecks } from '../../store/checks.ts';
import { getSnapshot, listSnapshots, type StoredSnapshot } from '../../store/snapshots.ts';
import { getVerdict, verdictsOfCheck } from '../../store/verdicts.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { WORKSPACE_HEADER } from '../chosen.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { identified, objectName, pageOf, paging, present, presentPage, time } from './schemas.ts';
import { judgement, judgementOf } from './verdicts.ts';

export const historyRoutes = (deps: ApiDeps): Route[] => [
  checks(deps),
  oneCheck(deps),
  snapshots(deps),
  blobOf(deps, 'text'),
  blobOf(deps, 'screenshot'),
];

const check = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  at: time,
  trigger: z.string(),
  runRequestId: z.string().nullable(),
  outcome: z.string(),
  stage: z.string(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  verdict: z.string().nullable(),
  relevance: z.number().nullable(),
  verdictId: z.string().nullable(),
  sources: z.unknown(),
  durationMs: z.number(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  costUsd: z.string().nullable(),
});

const snapshot = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  source: z.string(),
  at: time,
  checkId: z.string(),
  extractor: z.string(),
  status: z.number(),
  title: z.string(),
  finalUrl: z.string(),
  validity: z.string(),
  validityEvidence: z.string().nullable(),
  textHash: z.string(),
  bytes: z.number(),
});
const shownSnapshot = snapshot.extend({ hasScreenshot: z.boolean(), hasBoxes: z.boolean() });

const withFlags = (row: Pick<StoredSnapshot, 'screenshotBlob' | 'boxesBlob'>) => ({
  ...row,
  hasScreenshot: row.screenshotBlob !== null,
  hasBoxes: row.boxesBlob !== null,
});

const rejudgement = z.strictObject({ id: z.string(), at: time, judgement });

const checks = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/checks',
    policy: 'read',
    tag: 'history',
    summary: 'The checks of a monitor, newest first; or the one that answered a run request',
    query: z.strictObject({
      monitor: objectName,
      runRequestId: z.string().max(64).optional(),
      /** Leaves out those that saw nothing new. */
      eventful: z.enum(['true', 'false']).optional(),
      ...paging,
    }),
    answer: pageOf(check),
    handle: async ({ principal: { workspace }, query }) => {
      const { monitor, runRequestId, eventful, ...page } = query;
      const now = deps.clock.now();
      const request = { ...page, now, eventfulOnly: eventful === 'true' };
      const found = await withWorkspace(deps.pool, workspace, async (tx) => {
        if (runRequestId === undefined) return listChecks(tx, workspace, monitor, request);
        const since = new Date(now.getTime() - RUN_LOOKBACK_MS);
        const one = await findCheckOfRun(tx, workspace, monitor, runRequestId, since);
        return { items: one ? [one] : [] };
      });
      return { body: presentPage(check, found) };
    },
  });

const RUN_LOOKBACK_MS = 24 * 60 * 60_000;
const MOST_SNAPSHOTS = 100;

const oneCheck = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/checks/:id',
    policy: 'read',
    tag: 'history',
    summary: 'One check with its verdict, the change that was judged, and its snapshots',
    params: identified,
    answer: check.extend({
      judgement: judgement.nullable(),
      /** Judged once more by hand, oldest first. */
      rejudged: z.array(rejudgement),
      snapshots: z.array(shownSnapshot),
    }),
    handle: async ({ principal: { workspace }, params }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const row = await getCheck(tx, workspace, params.id);
        const verdict =
          row.verdictId === null ? undefined : await getVerdict(tx, workspace, row.verdictId);
        const all = await verdictsOfCheck(tx, workspace, row);
        const seen = await listSnapshots(tx, workspace, row.monitor, {
          limit: MOST_SNAPSHOTS,
          now: deps.clock.now(),
          since: new Date(row.at.getTime() - DAY_MS),
        });
        const own = seen.items.filter(({ checkId }) => checkId === row.id).map(withFlags);
        return {
          body: {
            ...present(check, row),
            judgement: verdict ? judgementOf(verdict) : null,
            rejudged: all
              .filter(({ id }) => id !== row.verdictId)
              .map((each) => ({
                id: each.id,
                at: each.at.toISOString(),
                judgement: judgementOf(each),
              })),
            snapshots: own.map((item) => present(shownSnapshot, item)),
          },
        };
      }),
  });

const DAY_MS = 86_400_000;

const snapshots = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/snapshots',
    policy: 'read',
    tag: 'history',
    summary: 'What was seen of a monitor, newest first',
    query: z.strictObject({
      monitor: objectName,
      source: z.string().max(40).optional(),
      ...paging,
    }),
    answer: pageOf(shownSnapshot),
    handle: async ({ principal: { workspace }, query: { monitor, ...rest } }) => {
      const page = await withWorkspace(deps.pool, workspace, (tx) =>
        listSnapshots(tx, workspace, monitor, { ...rest, now: deps.clock.now() }),
      );
      return {
        body: presentPage(shownSnapshot, { ...page, items: page.items.map(withFlags) }),
      };
    },
  });

/** Text is served as text and in a sandbox: it came from a page that nobody vouches for. */
const blobOf = (deps: ApiDeps, part: 'text' | 'screenshot'): Route =>
  defineRoute({
    method: 'get',
    path: `/api/v1/snapshots/:id/${part}`,
    policy: 'read',
    tag: 'history',
    summary: part === 'text' ? 'The visible text of a snapshot' : 'The screenshot of a snapshot',
    params: identified,
    handle: async ({ principal: { workspace }, params, response }) => {
      const blob = await withWorkspace(deps.pool, workspace, async (tx) => {
        const row = await getSnapshot(tx, workspace, params.id);
        const hash = part === 'text' ? row.textBlob : row.screenshotBlob;
        return hash === null ? undefined : getBlob(tx, workspace, hash);
      });
      if (!blob) throw new HttpError('not_found', `This snapshot has no ${part} (any more)`);
      response.setHeader(
        'content-type',
        part === 'text' ? 'text/plain; charset=utf-8' : 'image/webp',
      );
      response.setHeader(
        'content-security-policy',
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      );
      response.setHeader('cache-control', 'private, max-age=3600');
      // Another person at the same browser asks again.
      response.vary(`cookie, authorization, ${WORKSPACE_HEADER}`);
      response.end(blob.content);
      return undefined;
    },
  });
