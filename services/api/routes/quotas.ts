/** What a workspace may have and spend: shown to its members, set by administrators of the installation. */
import { z } from 'zod';
import { formatUsd, monthKey } from '../../domain/budget.ts';
import { appendAudit } from '../../store/audit.ts';
import { readBudget } from '../../store/budgetRows.ts';
import { hourAfter, hourlyQuota, LEAST_MAILS } from '../../store/hourlyQuotas.ts';
import { enforcedSpending, monitorQuota, setLimits } from '../../store/quotas.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireStepUp } from '../stepUp/require.ts';
import { time } from './schemas.ts';

export const quotaRoutes = (deps: ApiDeps): Route[] => [show(deps), set(deps)];

/** As it is enforced: of the workspace itself, else of all workspaces; null where neither has one. */
const count = z.number().int().nullable();
/** In an hour of the clock, in UTC; used is null without a limit, as nobody counts then. */
const hourly = z.strictObject({ limit: count, used: count, resetsAt: time });
/** A decimal, to a millionth. */
const usd = z.string();

const show = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/quotas',
    policy: 'read',
    tag: 'members',
    summary:
      'What the workspace may have and spend in this month and hour, and how much of it is used',
    answer: z.strictObject({
      monitors: z.strictObject({ limit: count, used: z.number().int() }),
      usdPerMonth: z.strictObject({ limit: usd.nullable(), used: usd }),
      tokensPerMonth: z.strictObject({ limit: count, used: z.number().int() }),
      checksPerHour: hourly,
      mailsPerHour: hourly,
      /** When the month ends, in UTC. */
      resetsAt: time,
    }),
    handle: async ({ principal: { workspace } }) => {
      const now = deps.clock.now();
      return {
        body: await withWorkspace(deps.pool, workspace, async (tx) => {
          const monitors = await monitorQuota(tx, workspace);
          const may = await enforcedSpending(tx, workspace);
          const used = await readBudget(tx, { workspace, monitor: '', month: monthKey(now) });
          const resetsAt = hourAfter(now).toISOString();
          const checks = await hourlyQuota(tx, workspace, 'checks', now);
          const mails = await hourlyQuota(tx, workspace, 'mails', now);
          const limit = may.microUsd === null ? null : formatUsd(may.microUsd);
          return {
            monitors: { limit: monitors.most, used: monitors.used },
            usdPerMonth: { limit, used: formatUsd(used.microUsd) },
            tokensPerMonth: { limit: may.tokens, used: used.tokens },
            checksPerHour: { ...checks, resetsAt },
            mailsPerHour: { ...mails, resetsAt },
            resetsAt: nextMonth(now).toISOString(),
          };
        }),
      };
    },
  });

const nextMonth = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));

const most = z.number().int().min(0);
const INTEGER = 2_147_483_647;
const limits = z.strictObject({
  monitors: most.max(INTEGER).nullable(),
  usdPerMonth: z
    .string()
    .regex(/^\d{1,8}(\.\d{1,6})?$/, 'must be an amount such as "12.50"')
    .nullable(),
  tokensPerMonth: most.max(Number.MAX_SAFE_INTEGER).nullable(),
  checksPerHour: most.max(INTEGER).nullable(),
  mailsPerHour: z.number().int().min(LEAST_MAILS).max(INTEGER).nullable(),
});

const set = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'put',
    path: '/api/v1/admin/workspaces/:id/quotas',
    policy: 'platform',
    tag: 'administration',
    summary: 'Sets what a workspace may have and spend; null for what holds for all',
    status: 204,
    params: z.strictObject({ id: z.string().min(1).max(63) }),
    body: limits,
    handle: async (asker) => {
      await requireStepUp(deps, asker);
      const { principal, params, body } = asker;
      const at = deps.clock.now();
      await withWorkspace(deps.pool, params.id, async (tx) => {
        const before = await setLimits(tx, params.id, body);
        const row = {
          at,
          actor: principal.actor,
          action: 'workspace.quotas',
          subject: `workspace/${params.id}`,
          detail: { before, after: body },
        };
        // Its members see it, and so do those who administer all.
        await appendAudit(tx, params.id, row);
        await tx.query("SELECT set_config('mon.workspace', $1, true)", [PLATFORM_WORKSPACE]);
        await appendAudit(tx, PLATFORM_WORKSPACE, row);
      });
      return { body: undefined };
    },
  });
