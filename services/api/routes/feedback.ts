/** What people say of verdicts and findings, and the labelled cases that it makes. */
import type { Counter } from 'prom-client';
import { z } from 'zod';
import { expectedVerdict } from '../../domain/labelled.ts';
import {
  countPrecision,
  giveFeedback,
  listCases,
  listFeedback,
  takeFeedbackBack,
  type LabelledCase,
} from '../../store/feedback.ts';
import type { About } from '../../store/feedbackSubject.ts';
import { getMonitor } from '../../store/monitors.ts';
import { getVerdict } from '../../store/verdicts.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { feedback, rating, ratingOf, saidBy } from './rated.ts';
import { identified, named, object, objectName, pageOf, paging, time } from './schemas.ts';

const tag = 'feedback';

export function feedbackRoutes(deps: ApiDeps): Route[] {
  const given = createFeedbackMetric(deps);
  return [
    ...(['verdict', 'finding'] as const).flatMap((kind) => [
      said(deps, kind),
      say(deps, kind, given),
      takeBack(deps, kind),
    ]),
    precision(deps),
    cases(deps),
  ];
}

const createFeedbackMetric = ({ metrics }: Pick<ApiDeps, 'metrics'>) =>
  metrics.counter({
    name: 'mon_feedback_total',
    help: 'Ratings of people by what was rated (told or silent) and how',
    labelNames: ['about', 'rating'],
  });

const MAX_WHY = 500;

const pathOf = (kind: About['kind']): string => `/api/v1/${kind}s/:id/feedback`;

const answerOf = async (tx: Tx, about: About, userId: string) =>
  saidBy(await listFeedback(tx, tx.workspace, about), userId);

const said = (deps: ApiDeps, kind: About['kind']): Route =>
  defineRoute({
    method: 'get',
    path: pathOf(kind),
    policy: 'read',
    tag,
    summary: `What people said of a ${kind}`,
    params: identified,
    answer: feedback,
    handle: async ({ principal: { workspace, userId }, params: { id } }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        if (kind === 'verdict') await getVerdict(tx, workspace, id);
        return { body: await answerOf(tx, { kind, id }, userId) };
      }),
  });

const say = (deps: ApiDeps, kind: About['kind'], given: Counter<'about' | 'rating'>): Route =>
  defineRoute({
    method: 'put',
    path: pathOf(kind),
    policy: 'write',
    tag,
    summary: `Says whether a ${kind} was right: one word a person, which may be changed`,
    params: identified,
    body: z.strictObject({
      /** `up`: it was right to tell, or to tell nobody. */
      rating,
      why: z.string().max(MAX_WHY).optional(),
    }),
    answer: feedback,
    handle: async ({ principal: { workspace, userId }, params: { id }, body }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const about = { kind, id };
        const { told } = await giveFeedback(tx, workspace, {
          about,
          userId,
          agrees: body.rating === 'up',
          why: body.why?.trim() ?? '',
          at: deps.clock.now(),
        });
        given.inc({ about: told ? 'told' : 'silent', rating: body.rating });
        return { body: await answerOf(tx, about, userId) };
      }),
  });

const takeBack = (deps: ApiDeps, kind: About['kind']): Route =>
  defineRoute({
    method: 'delete',
    path: pathOf(kind),
    policy: 'write',
    tag,
    summary: `Takes back what the caller said of a ${kind}`,
    status: 204,
    params: identified,
    handle: async ({ principal: { workspace, userId }, params: { id } }) => {
      await withWorkspace(deps.pool, workspace, (tx) =>
        takeFeedbackBack(tx, workspace, { kind, id }, userId),
      );
      return { body: undefined };
    },
  });

const counted = z.strictObject({ right: z.number(), wrong: z.number() });

const precision = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors/:name/precision',
    policy: 'read',
    tag,
    summary: 'How much of what a monitor told, and kept silent, people found right',
    params: named,
    answer: z.strictObject({
      told: counted,
      silent: counted,
      /** Of what was told and rated, the part that was right: 0 to 1; null before anything is rated. */
      precision: z.number().nullable(),
    }),
    handle: async ({ principal: { workspace }, params: { name } }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        await getMonitor(tx, workspace, name);
        const { told, silent } = await countPrecision(tx, workspace, name);
        const rated = told.right + told.wrong;
        return { body: { told, silent, precision: rated === 0 ? null : told.right / rated } };
      }),
  });

const labelled = z.strictObject({
  about: z.strictObject({ kind: z.enum(['verdict', 'finding']), id: z.string() }),
  monitor: z.string(),
  at: time,
  userId: z.string(),
  rating,
  why: z.string(),
  told: z.boolean(),
  /** What a judge should have said; null where a gate and no judge decided. */
  expected: z.enum(['match', 'no_match']).nullable(),
  judged: object,
});

const shownCase = ({ agrees, at, judged, ...rest }: LabelledCase): z.infer<typeof labelled> => ({
  ...rest,
  at: at.toISOString(),
  rating: ratingOf(agrees),
  expected: expectedVerdict({ told: rest.told, agrees, suppressed: judged.suppressed }),
  judged: { ...judged },
});

const cases = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/cases',
    policy: 'read',
    tag,
    summary: 'Labelled cases, newest first: goal, change, verdict, and what a person says of it',
    query: z.strictObject({ monitor: objectName.optional(), ...paging }),
    answer: pageOf(labelled),
    handle: async ({ principal: { workspace }, query }) => {
      const page = await withWorkspace(deps.pool, workspace, (tx) =>
        listCases(tx, workspace, query),
      );
      return {
        body: { items: page.items.map(shownCase), nextCursor: page.nextCursor ?? null },
      };
    },
  });
