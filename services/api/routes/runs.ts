/** Running a monitor, trying one, and how far its checks came. */
import { z } from 'zod';
import { PREVIEW_PATH, previewResult } from '../../core/contracts/scheduler.ts';
import { listChecks } from '../../store/checks.ts';
import { countDelivered, readFunnel } from '../../store/funnel.ts';
import { getMonitor } from '../../store/monitors.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { withIdempotency } from '../idempotency.ts';
import { defineRoute, type Route } from '../route.ts';
import { funnelStages } from './funnel.ts';
import { jobOf } from './job.ts';
import { named, object } from './schemas.ts';

const tag = 'monitors';

export const runRoutes = (deps: ApiDeps): Route[] => [run(deps), preview(deps), funnel(deps)];

const run = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/monitors/:name/run',
    policy: 'write',
    tag,
    summary: 'Asks for a check now; the check carries the id that is answered',
    status: 202,
    params: named,
    body: z.strictObject({}).optional(),
    answer: z.strictObject({ runRequestId: z.string(), requestedAt: z.string() }),
    handle: ({ principal, params, request }) =>
      withIdempotency(deps, principal, request, async () => {
        const now = deps.clock.now();
        const runRequestId = await deps.objects.requestRun(principal, params.name);
        return { status: 202, body: { runRequestId, requestedAt: now.toISOString() } };
      }),
  });

const preview = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/preview',
    policy: 'write',
    tag,
    limit: 'costly',
    summary: 'Fetches and judges a MonitorJob without saving anything',
    body: z.strictObject({
      manifest: object,
      judge: z.boolean().default(false),
      picture: z.boolean().default(false),
    }),
    answer: previewResult,
    handle: async ({ principal: { workspace }, body }) => {
      const { manifest, ...asked } = body;
      const request = { ...jobOf(manifest), workspace, ...asked };
      return {
        body: await deps.scheduler.post(PREVIEW_PATH, request, previewResult, {
          timeoutMs: 180_000,
        }),
      };
    },
  });

const FUNNEL_CHECKS = 100;

const funnel = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/monitors/:name/funnel',
    policy: 'read',
    tag,
    summary: 'How far the last checks came, and why they stopped',
    params: named,
    query: z.strictObject({
      checks: z.coerce.number().int().min(1).max(10_000).default(FUNNEL_CHECKS),
    }),
    answer: z.strictObject({
      monitor: z.string(),
      checks: z.number(),
      stages: z.array(
        z.strictObject({
          stage: z.string(),
          reached: z.number(),
          stopped: z.array(z.strictObject({ reason: z.string(), count: z.number() })),
        }),
      ),
      last: z.array(object),
    }),
    handle: async ({ principal: { workspace }, params, query }) =>
      withWorkspace(deps.pool, workspace, async (tx) => {
        await getMonitor(tx, workspace, params.name);
        const counted = await readFunnel(tx, workspace, params.name, { last: query.checks });
        const delivered = await countDelivered(tx, workspace, params.name, { last: query.checks });
        const last = await listChecks(tx, workspace, params.name, {
          limit: 10,
          now: deps.clock.now(),
        });
        return {
          body: {
            monitor: params.name,
            checks: counted.checks,
            stages: funnelStages(counted, delivered),
            last: last.items.map(({ id, at, outcome, stage, reason, message }) => ({
              checkId: id,
              at: at.toISOString(),
              outcome,
              stage,
              reason,
              message,
            })),
          },
        };
      }),
  });
