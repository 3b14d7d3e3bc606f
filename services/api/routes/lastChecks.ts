/** How the last checks of several monitors went, for a list of them. */
import { z } from 'zod';
import { listLastChecks } from '../../store/checks.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { objectName, pageOf, presentPage, time } from './schemas.ts';

const LAST_CHECKS_MS = 7 * 24 * 60 * 60_000;
const lastCheck = z.strictObject({
  id: z.string(),
  monitor: z.string(),
  at: time,
  outcome: z.string(),
});

export const lastChecks = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/last-checks',
    policy: 'read',
    tag: 'history',
    summary: 'Outcomes of the last checks of several monitors in the last week, newest first',
    query: z.strictObject({
      /** Names, with commas between them. */
      monitors: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(objectName).max(200)),
    }),
    answer: pageOf(lastCheck),
    handle: async ({ principal: { workspace }, query: { monitors } }) => {
      const since = new Date(deps.clock.now().getTime() - LAST_CHECKS_MS);
      const items = await withWorkspace(deps.pool, workspace, (tx) =>
        listLastChecks(tx, workspace, monitors, since),
      );
      return { body: presentPage(lastCheck, { items }) };
    },
  });
