/** Who there is, for administrators who look whose account is still in use and what each may do. */
import { z } from 'zod';
import { appendAudit } from '../../store/audit.ts';
import { listUsers, withReview } from '../../store/review.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { everybody, reviewHead, reviewLine, unseenSince } from '../review.ts';
import { defineRoute, type Route } from '../route.ts';
import { drained } from './adminAudit.ts';
import { maybeTime, pageOf, paging, presentPage, time } from './schemas.ts';

const shared = { method: 'get', policy: 'platform', tag: 'administration' } as const;

export const reviewRoutes = (deps: ApiDeps): Route[] => [list(deps), table(deps)];

/** Only whom nobody has seen for so many days: no sign-in, no use of a session or token. */
const inactiveDays = z.coerce.number().int().min(1).max(3650).optional();

const user = z.strictObject({
  id: z.string(),
  issuer: z.string(),
  email: z.string().nullable(),
  displayName: z.string(),
  platformAdmin: z.boolean(),
  createdAt: time,
  disabledAt: maybeTime,
  /** The last use of a session; null for somebody who is not signed in. */
  lastUsedAt: maybeTime,
  lastSignInAt: maybeTime,
  /** The last sign-in, use of a session or use of a token; the beginning where there was none. */
  lastSeenAt: time,
  passkeys: z.number().int(),
  /** Has an authenticator app. */
  hasApp: z.boolean(),
  /** In a cluster those of teams stand in its RoleBindings alone. */
  memberships: z.array(
    z.strictObject({ workspace: z.string(), role: z.enum(['owner', 'editor', 'viewer']) }),
  ),
  /** API tokens that are alive, in all workspaces. */
  tokens: z.number().int(),
  tokenLastUsedAt: maybeTime,
});

const list = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    path: '/api/v1/admin/users',
    summary: 'Everybody who ever signed in, the newest first, with what a review of accounts asks',
    query: z.strictObject({
      ...paging,
      inactiveDays,
      /** Part of the address or name, or the id. */
      search: z.string().trim().min(1).max(200).optional(),
    }),
    answer: pageOf(user),
    handle: async ({ query: { inactiveDays: days, ...request } }) => {
      const now = deps.clock.now();
      const since = { unseenSince: unseenSince(days, now) };
      const page = await withReview(deps.pool, (tx) =>
        listUsers(tx, now, { ...request, ...since }),
      );
      return { body: presentPage(user, page) };
    },
  });

const table = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    path: '/api/v1/admin/users/export',
    limit: 'costly',
    summary: 'The same as CSV, of everybody; leaves a row in the audit',
    query: z.strictObject({ inactiveDays }),
    handle: async ({ principal: { actor }, query, response }) => {
      await withWorkspace(deps.pool, PLATFORM_WORKSPACE, (tx) => {
        const act = { action: 'users.export', subject: 'installation', detail: { ...query } };
        return appendAudit(tx, PLATFORM_WORKSPACE, { at: deps.clock.now(), actor, ...act });
      });
      response.setHeader('content-type', 'text/csv; charset=utf-8');
      response.setHeader('cache-control', 'no-store');
      response.setHeader('content-disposition', 'attachment; filename="users.csv"');
      response.write(reviewHead());
      for await (const each of everybody(deps, query.inactiveDays)) {
        const isFull = !response.write(reviewLine(each));
        if (isFull && !response.destroyed) await drained(response);
        if (response.destroyed) return undefined;
      }
      response.end();
      return undefined;
    },
  });
