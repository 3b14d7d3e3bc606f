/** What administrators of the installation do in an emergency; each act is in the audit, none restarts. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { frozenBy, setFrozenByApi } from '../../store/freeze.ts';
import { disableUser, enableUser, revokeAll, signOutUser } from '../../store/revocation.ts';
import { askRotation } from '../../store/rotation.ts';
import { PLATFORM_WORKSPACE, withWorkspace, type Tx } from '../../store/workspace.ts';
import { sessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireStepUp } from '../stepUp/require.ts';
import { auditRoutes } from './adminAudit.ts';
import { platformRoutes } from './adminPlatform.ts';
import { reviewRoutes } from './adminUsers.ts';
import { identified, time } from './schemas.ts';

const policy = 'platform';
const tag = 'administration';

/** Why, for whoever reads the audit later. */
const because = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });
type Because = z.infer<typeof because>;

export const adminRoutes = (deps: ApiDeps): Route[] =>
  [
    endAll(deps),
    freeze(deps, true),
    freeze(deps, false),
    rotate(deps),
    ...reviewRoutes(deps),
    ...platformRoutes(deps),
    signOut(deps),
    shutOut(deps),
    letIn(deps),
    ...auditRoutes(deps),
  ].map((route) => afterStepUp(deps, route));

/** Whoever finds the session of an administrator open may do nothing here, nor see who there is. */
const afterStepUp = (deps: ApiDeps, route: Route): Route => ({
  ...route,
  run: async (context) => {
    await requireStepUp(deps, context);
    return route.run(context);
  },
});

interface Act extends Because {
  readonly action: string;
  readonly subject: string;
}

/** Does it and says so in the audit, both or neither. */
const perform = <T>(
  { pool, clock }: ApiDeps,
  { actor }: Principal,
  { action, subject, reason }: Act,
  work: (tx: Tx, now: Date) => Promise<T>,
): Promise<T> =>
  withWorkspace(pool, PLATFORM_WORKSPACE, async (tx) => {
    const at = clock.now();
    const result = await work(tx, at);
    const detail = reason === undefined ? {} : { reason };
    await appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action, subject, detail });
    return result;
  });

const endAll = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/admin/revoke-all',
    policy,
    tag,
    summary: 'Ends every session and every token of everybody, also the one that asks',
    body: because,
    answer: z.strictObject({ revokedAt: time }),
    handle: async ({ principal, body }) => {
      const act = { action: 'revoke-all', subject: 'installation', ...body };
      const revokedAt = await perform(deps, principal, act, async (tx, now) => {
        await revokeAll(tx, now);
        return now;
      });
      deps.log.warn(
        { event: 'auth.revoked_all', actor: principal.actor },
        'everything was revoked',
      );
      return {
        body: { revokedAt: revokedAt.toISOString() },
        headers: { 'set-cookie': sessionCookie(deps.config.PUBLIC_URL, '', 0) },
      };
    },
  });

const freeze = (deps: ApiDeps, frozen: boolean): Route =>
  defineRoute({
    method: 'post',
    path: `/api/v1/admin/${frozen ? 'freeze' : 'resume'}`,
    policy,
    tag,
    summary: frozen
      ? 'From now on no check begins and nothing is sent'
      : 'Lifts the freeze that was asked for here',
    body: because,
    answer: z.strictObject({
      /** Who still holds it: the operator lifts its own by `kubectl monitor resume`. */
      frozenBy: z.array(z.enum(['operator', 'api'])),
    }),
    handle: async ({ principal, body }) => {
      const act = { action: frozen ? 'freeze' : 'resume', subject: 'installation', ...body };
      const by = await perform(deps, principal, act, async (tx) => {
        await setFrozenByApi(tx, frozen);
        return frozenBy(tx);
      });
      return { body: { frozenBy: by } };
    },
  });

const rotate = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/admin/rotate',
    policy,
    tag,
    summary: 'Asks the operator for new keys: published first, or at once in an incident',
    status: 204,
    body: z.strictObject({ ...because.shape, now: z.boolean().default(false) }),
    handle: async ({ principal, body: { now, ...body } }) => {
      if (deps.config.OBJECTS !== 'cluster')
        throw new HttpError(
          'unprocessable',
          'The keys lie on this machine; run npx duckmon generate-keys there, then ./scripts/down && ./scripts/up',
        );
      const act = { action: now ? 'rotate-now' : 'rotate', subject: 'installation', ...body };
      const kind = now ? 'urgent' : 'graceful';
      await perform(deps, principal, act, (tx) => askRotation(tx, kind));
      return { body: undefined };
    },
  });

const noSuchUser = (): HttpError => new HttpError('not_found', 'There is no such user.');

const signOut = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/admin/users/:id/sign-out',
    policy,
    tag,
    summary: 'Ends all sessions and tokens of a user, who may sign in again and is told by mail',
    status: 204,
    params: identified,
    body: because,
    handle: async ({ principal, params: { id }, body }) => {
      const act = { action: 'user.sign-out', subject: `user/${id}`, ...body };
      await perform(deps, principal, act, async (tx, now) => {
        if (!(await signOutUser(tx, id, now))) throw noSuchUser();
      });
      return { body: undefined };
    },
  });

const shutOut = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/admin/users/:id/disable',
    policy,
    tag,
    summary: 'Shuts a user out: all sessions and tokens end, and no other begins',
    status: 204,
    params: identified,
    body: because,
    handle: async ({ principal, params: { id }, body }) => {
      if (id === principal.userId)
        throw new HttpError(
          'unprocessable',
          'You cannot shut yourself out; ask another administrator',
        );
      const act = { action: 'user.disable', subject: `user/${id}`, ...body };
      await perform(deps, principal, act, async (tx, now) => {
        if (!(await disableUser(tx, id, now))) throw noSuchUser();
      });
      return { body: undefined };
    },
  });

const letIn = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/admin/users/:id/enable',
    policy,
    tag,
    summary: 'Lets a user in again, who must sign in and make new tokens',
    status: 204,
    params: identified,
    body: because,
    handle: async ({ principal, params: { id }, body }) => {
      const act = { action: 'user.enable', subject: `user/${id}`, ...body };
      await perform(deps, principal, act, async (tx) => {
        if (!(await enableUser(tx, id))) throw noSuchUser();
      });
      return { body: undefined };
    },
  });
