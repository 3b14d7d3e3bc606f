/** What was judged, and what became of it: verdicts. */
import { z } from 'zod';
import { feedbackByVerdict } from '../../store/feedback.ts';
import { getVerdict, listVerdicts, type StoredVerdict } from '../../store/verdicts.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { feedback, saidBy } from './rated.ts';
import { identified, object, objectName, pageOf, paging, present, time } from './schemas.ts';

export const verdictRoutes = (deps: ApiDeps): Route[] => [verdicts(deps), oneVerdict(deps)];

/** A verdict with its provenance and the change that was judged. */
export const judgement = z.strictObject({
  verdict: object,
  provenance: object.nullable(),
  suppressed: z.string().nullable(),
  goalVersion: z.number(),
  change: z.array(z.strictObject({ source: z.string(), hunks: z.array(z.unknown()) })),
});

/** The judged change by source, whether it was stored as a list or by name. */
export function changeBySource(change: unknown): { source: string; hunks: unknown[] }[] {
  const hunksOf = (part: unknown): unknown[] => {
    const hunks = Array.isArray(part) ? part : (part as { hunks?: unknown } | null)?.hunks;
    return Array.isArray(hunks) ? hunks : [];
  };
  if (Array.isArray(change))
    return change.map((part: { source?: unknown }) => ({
      source: typeof part.source === 'string' ? part.source : '',
      hunks: hunksOf(part),
    }));
  if (typeof change !== 'object' || change === null) return [];
  return Object.entries(change).map(([source, part]) => ({ source, hunks: hunksOf(part) }));
}

/** As an answer has it. */
export const judgementOf = (row: StoredVerdict) => ({
  verdict: { ...row.verdict },
  provenance: row.provenance ? { ...row.provenance } : null,
  suppressed: row.suppressed,
  goalVersion: row.goalVersion,
  change: changeBySource(row.change),
});

const verdict = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  at: time,
  checkId: z.string(),
});
const shownVerdict = verdict.extend({ judgement });
/** With what people said of it: a list of many would ask for that of each. */
const listedVerdict = shownVerdict.extend({ feedback });

const verdicts = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/verdicts',
    policy: 'read',
    tag: 'history',
    summary: 'The verdicts of a monitor, newest first, the silent ones too',
    query: z.strictObject({
      monitor: objectName,
      suppressed: z.enum(['true', 'false']).optional(),
      ...paging,
    }),
    answer: pageOf(listedVerdict),
    handle: async ({ principal: { workspace, userId }, query: { monitor, suppressed, ...rest } }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        const page = await listVerdicts(tx, workspace, monitor, {
          ...rest,
          now: deps.clock.now(),
          suppressedOnly: suppressed === 'true',
        });
        const ids = page.items.map(({ id }) => id);
        const words = await feedbackByVerdict(tx, workspace, ids);
        const items = page.items.map((row) => ({
          ...present(verdict, row),
          judgement: judgementOf(row),
          feedback: saidBy(words.get(row.id) ?? [], userId),
        }));
        return { body: { items, nextCursor: page.nextCursor ?? null } };
      }),
  });

const oneVerdict = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/verdicts/:id',
    policy: 'read',
    tag: 'history',
    summary: 'One verdict with its provenance and the change that was judged',
    params: identified,
    answer: shownVerdict,
    handle: async ({ principal: { workspace }, params }) => {
      const row = await withWorkspace(deps.pool, workspace, (tx) =>
        getVerdict(tx, workspace, params.id),
      );
      return { body: { ...present(verdict, row), judgement: judgementOf(row) } };
    },
  });
