/** Trying an edited monitor on what was seen already. */
import { z } from 'zod';
import { BACKTEST_PATH, backtestOptions, backtestResult } from '../../core/contracts/backtest.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { jobOf } from './job.ts';
import { object } from './schemas.ts';

/** The scheduler stops asking well before. */
const TIMEOUT_MS = 240_000;

export const backtestRoutes = (deps: ApiDeps): Route[] => [
  defineRoute({
    method: 'post',
    path: '/api/v1/backtest',
    policy: 'write',
    tag: 'monitors',
    limit: 'costly',
    summary:
      'Judges the stored changes of a monitor by an edited MonitorJob, without saving anything',
    body: z.strictObject({ manifest: object, ...backtestOptions.shape }),
    answer: backtestResult,
    handle: async ({ principal: { workspace }, body: { manifest, ...options } }) => {
      const { name, spec } = jobOf(manifest);
      const request = { ...options, workspace, name, spec };
      return {
        body: await deps.scheduler.post(BACKTEST_PATH, request, backtestResult, {
          timeoutMs: TIMEOUT_MS,
        }),
      };
    },
  }),
];
