/** Findings and their life. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { parseDuration } from '../../domain/duration.ts';
import {
  actOnFinding,
  getFinding,
  listFindingEvents,
  listFindings,
  type Finding,
  type FindingAction,
} from '../../store/findings.ts';
import { ownFeedback } from '../../store/feedback.ts';
import { useOneTimeToken } from '../../store/tokens.ts';
import { withTokenHash, withWorkspace, type Tx } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import { refuse } from '../authenticate.ts';
import { hashSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { rating, ratingOf } from './rated.ts';
import {
  claim,
  identified,
  maybeTime,
  object,
  objectName,
  pageOf,
  paging,
  present,
  presentPage,
  time,
} from './schemas.ts';

export const findingRoutes = (deps: ApiDeps): Route[] => [
  findings(deps),
  oneFinding(deps),
  act(deps, 'acknowledge', 'Says that somebody has seen it; reminders stop'),
  act(deps, 'snooze', 'Keeps it silent for a while'),
  act(deps, 'resolve', 'Says that it is dealt with'),
  act(deps, 'reopen', 'Opens it again'),
  acknowledgeByLink(deps),
];

const STATES = ['open', 'acknowledged', 'snoozed', 'resolved'] as const;
const tag = 'findings';

const finding = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  source: z.string(),
  origin: z.string(),
  subject: z.string(),
  kind: z.string(),
  value: z.string().nullable(),
  state: z.enum(STATES),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  summary: z.string(),
  claims: z.array(claim),
  verdict: z.string().nullable(),
  why: z.string().nullable(),
  checkId: z.string().nullable(),
  firstSeenAt: time,
  lastSeenAt: time,
  seenCount: z.number(),
  occurrence: z.number(),
  acknowledgedAt: maybeTime,
  acknowledgedBy: z.string().nullable(),
  snoozedUntil: maybeTime,
  resolvedAt: maybeTime,
});

/** With what the caller said of it. */
const ratedFinding = finding.extend({ rating: rating.nullable() });

/** What a word about a finding is kept under. */
const subjectOf = ({ id, verdictId }: Finding): string => verdictId ?? id;

async function rated(
  tx: Tx,
  userId: string,
  rows: readonly Finding[],
): Promise<(Finding & { rating: z.infer<typeof rating> | null })[]> {
  const words = await ownFeedback(tx, tx.workspace, userId, rows.map(subjectOf));
  return rows.map((row) => {
    const agrees = words.get(subjectOf(row));
    return { ...row, rating: agrees === undefined ? null : ratingOf(agrees) };
  });
}

const findings = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/findings',
    policy: 'read',
    tag,
    summary: 'Findings, last seen first',
    query: z.strictObject({
      monitor: objectName.optional(),
      state: z.enum(STATES).optional(),
      severity: z.enum(['info', 'warning', 'critical']).optional(),
      ...paging,
    }),
    answer: pageOf(ratedFinding),
    handle: async ({ principal: { workspace, userId }, query }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const page = await listFindings(tx, workspace, query);
        const items = await rated(tx, userId, page.items);
        return { body: presentPage(ratedFinding, { ...page, items }) };
      }),
  });

const event = z.strictObject({
  id: z.string(),
  at: time,
  actor: z.string(),
  kind: z.string(),
  detail: object,
});

const oneFinding = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/findings/:id',
    policy: 'read',
    tag,
    summary: 'One finding and what happened to it',
    params: identified,
    answer: ratedFinding.extend({ events: z.array(event) }),
    handle: async ({ principal: { workspace, userId }, params }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const row = await getFinding(tx, workspace, params.id);
        const events = await listFindingEvents(tx, workspace, params.id);
        return {
          body: {
            ...present(ratedFinding, (await rated(tx, userId, [row]))[0] ?? row),
            events: events.map((one) => present(event, one)),
          },
        };
      }),
  });

const MOST_SNOOZE_MS = 90 * 86_400_000;

/** The action that a verb and its body mean. */
function actionOf(
  verb: FindingAction['kind'],
  body: { until?: string | undefined; for?: string | undefined },
  now: Date,
): FindingAction {
  if (verb !== 'snooze') return { kind: verb };
  const until =
    body.until === undefined
      ? new Date(now.getTime() + durationOf(body.for ?? '24h'))
      : new Date(body.until);
  if (until.getTime() - now.getTime() > MOST_SNOOZE_MS)
    throw new HttpError('unprocessable', 'until: at most 90 days from now');
  return { kind: 'snooze', until };
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new HttpError('unprocessable', 'for: must be a duration such as 90s, 15m or 24h');
  }
}

const act = (deps: ApiDeps, verb: FindingAction['kind'], summary: string): Route =>
  defineRoute({
    method: 'post',
    path: `/api/v1/findings/:id/${verb}`,
    policy: 'write',
    tag,
    summary,
    params: identified,
    body:
      verb === 'snooze'
        ? z.strictObject({ until: z.iso.datetime().optional(), for: z.string().max(24).optional() })
        : z.strictObject({}).optional(),
    answer: finding,
    handle: async ({ principal, params, body }) => {
      const { workspace, actor } = principal;
      const now = deps.clock.now();
      const action = actionOf(verb, body ?? {}, now);
      const row = await withWorkspace(deps.pool, workspace, async (tx) => {
        const done = await actOnFinding(tx, workspace, params.id, action, {
          actor,
          now,
          newId: deps.newId,
        });
        await audit(tx, deps, principal, verb, 'Finding', params.id);
        return done;
      });
      return { body: present(finding, row) };
    },
  });

/** The link in a message opens a page that posts here: following a link changes nothing. */
const acknowledgeByLink = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/acknowledge',
    policy: 'public',
    tag,
    summary: 'Acknowledges a finding with the one-time token of a message',
    body: z.strictObject({ token: z.string().min(20).max(200) }),
    answer: z.strictObject({ title: z.string(), state: z.string() }),
    handle: async ({ body, request }) => {
      const now = deps.clock.now();
      const hash = hashSecret(body.token);
      const used = await withTokenHash(deps.pool, hash, (tx) =>
        useOneTimeToken(tx, hash, 'acknowledge', now),
      );
      if (!used || used.workspace === null || used.subject === null) {
        refuse(deps, request, 'acknowledge_link');
        throw new HttpError('not_found', 'This link was used before or is not valid any more');
      }
      const { workspace, subject } = used;
      const row = await withWorkspace(deps.pool, workspace, async (tx) => {
        const by = { actor: 'link', now, newId: deps.newId };
        const done = await actOnFinding(tx, workspace, subject, { kind: 'acknowledge' }, by);
        await audit(tx, deps, { workspace, actor: 'link' }, 'acknowledge', 'Finding', subject);
        return done;
      });
      return { body: { title: row.title, state: row.state } };
    },
  });
