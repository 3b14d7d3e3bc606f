/** What a person does with a stored check: has it judged once more, or tells of it anyway. */
import { z } from 'zod';
import {
  REJUDGE_PATH,
  rejudgeResult,
  TELL_PATH,
  tellResult,
} from '../../core/contracts/scheduler.ts';
import { getCheck } from '../../store/checks.ts';
import { getVerdict } from '../../store/verdicts.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { identified } from './schemas.ts';

export const byHandRoutes = (deps: ApiDeps): Route[] => [rejudge(deps), tell(deps)];

const tag = 'history';
/** As long as the longest judgement. */
const JUDGE_MS = 180_000;

const rejudge = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/checks/:id/rejudge',
    policy: 'write',
    tag,
    limit: 'costly',
    summary: 'Judges a stored check once more, by the goal and the models of now; tells nobody',
    params: identified,
    body: z.strictObject({}).optional(),
    answer: rejudgeResult,
    handle: async ({ principal, params: { id } }) => {
      const { workspace } = principal;
      await withWorkspace(deps.pool, workspace, (tx) => getCheck(tx, workspace, id));
      const body = await deps.scheduler.post(
        REJUDGE_PATH,
        { workspace, check: id },
        rejudgeResult,
        { timeoutMs: JUDGE_MS },
      );
      await withWorkspace(deps.pool, workspace, (tx) =>
        audit(tx, deps, principal, 'rejudge', 'Check', id),
      );
      return { body };
    },
  });

const tell = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/verdicts/:id/tell',
    policy: 'write',
    tag,
    summary: 'Tells of a change that was kept silent: makes its finding and its alert, once',
    params: identified,
    body: z.strictObject({}).optional(),
    answer: tellResult,
    handle: async ({ principal, params: { id } }) => {
      const { workspace, actor } = principal;
      await withWorkspace(deps.pool, workspace, (tx) => getVerdict(tx, workspace, id));
      const request = { workspace, verdict: id, actor };
      const body = await deps.scheduler.post(TELL_PATH, request, tellResult);
      await withWorkspace(deps.pool, workspace, (tx) =>
        audit(tx, deps, principal, 'tell', 'Verdict', id),
      );
      return { body };
    },
  });
