/** Signing in by a one-time link, signing out, and who one is. */
import type { Request } from 'express';
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { findUser } from '../../store/identity.ts';
import { revokeSession } from '../../store/sessions.ts';
import { useOneTimeToken } from '../../store/tokens.ts';
import { PLATFORM_WORKSPACE, withTokenHash, withTransaction } from '../../store/workspace.ts';
import { isAllowedOrigin, refuse } from '../authenticate.ts';
import { choose, chosenWorkspace } from '../chosen.ts';
import type { ApiConfig } from '../config.ts';
import { csrfToken, hashSecret, readSessionId, sessionCookie } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { beginSession } from '../identity/session.ts';
import { scopeOfRole, type Principal, type Scope } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';

const token = z.string().min(20).max(200);

export const sessionRoutes = (deps: ApiDeps): Route[] => [signIn(deps), signOut(deps), me(deps)];

/** On the machine of one person, and in a cluster, where whoever may exec into this pod makes links. */
export const takesLinks = ({ LOCAL_SIGN_IN, OBJECTS }: ApiConfig): boolean =>
  LOCAL_SIGN_IN || OBJECTS === 'cluster';

/** What prints another link here. */
export const linkCommand = ({ LOCAL_SIGN_IN }: ApiConfig): string =>
  LOCAL_SIGN_IN ? './scripts/up' : 'kubectl monitor sign-in';

const signIn = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/sign-in',
    policy: 'public',
    tag: 'session',
    limit: 'signIn',
    summary: 'Signs in with the one-time token of a sign-in link',
    status: 204,
    body: z.strictObject({ token }),
    handle: async ({ body, request }) => {
      if (!takesLinks(deps.config))
        throw new HttpError('not_found', 'Sign-in links are not in use here');
      if (!isAllowedOrigin(deps, request)) throw refuse(deps, request, 'foreign_origin');
      const now = deps.clock.now();
      const hash = hashSecret(body.token);
      const used = await withTokenHash(deps.pool, hash, (tx) =>
        useOneTimeToken(tx, hash, 'sign-in', now),
      );
      const user = used?.userId
        ? await withTransaction(deps.pool, (tx) => findUser(tx, used.userId ?? ''))
        : undefined;
      if (!user || user.disabledAt) {
        refuse(deps, request, 'sign_in_link');
        throw new HttpError(
          'unauthorized',
          `This sign-in link is not valid any more; run ${linkCommand(deps.config)} for another`,
        );
      }
      const cookie = await beginSession(deps, request, user, 'link');
      return { body: undefined, headers: { 'set-cookie': cookie } };
    },
  });

const signOut = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/sign-out',
    policy: 'read',
    anywhere: true,
    tag: 'session',
    summary: 'Ends the session of the cookie',
    status: 204,
    body: z.strictObject({}).optional(),
    handle: async ({ request }) => {
      const id = readSessionId(deps.config.PUBLIC_URL, request.get('cookie'));
      if (id !== undefined)
        await withTransaction(deps.pool, (tx) =>
          revokeSession(tx, hashSecret(id), deps.clock.now()),
        );
      return {
        body: undefined,
        headers: { 'set-cookie': sessionCookie(deps.config.PUBLIC_URL, '', 0) },
      };
    },
  });

interface Whereabouts {
  readonly workspace: string | null;
  readonly scope: Scope;
  /** What is said to somebody who has no workspace. */
  readonly whyNone: string | null;
}

/** @throws HttpError when the request names a workspace of others, or when nobody knows now. */
async function whereIs(
  { memberships }: ApiDeps,
  principal: Principal,
  request: Request,
): Promise<Whereabouts> {
  const { workspace, scope } = principal;
  if (workspace !== PLATFORM_WORKSPACE) return { workspace, scope, whyNone: null };
  try {
    const chosen = await choose(memberships, principal, chosenWorkspace(request));
    return { workspace: chosen.workspace, scope: scopeOfRole(chosen.role), whyNone: null };
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== 'forbidden') throw error;
    return { workspace: null, scope, whyNone: error.message };
  }
}

const me = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/me',
    policy: 'read',
    anywhere: true,
    tag: 'session',
    summary: 'Who is signed in, and in which workspace',
    answer: z.strictObject({
      user: z.strictObject({
        id: z.string(),
        displayName: z.string(),
        locale: z.string(),
        timeZone: z.string(),
      }),
      /** Null for somebody who has none. */
      workspace: z.string().nullable(),
      /** What to do about having none. */
      whyNone: z.string().nullable(),
      scope: z.enum(['read', 'write', 'admin']),
      /** May administer the whole installation. */
      platformAdmin: z.boolean(),
      /** To be sent as X-CSRF-Token with state changes; null for bearer tokens. */
      csrfToken: z.string().nullable(),
    }),
    handle: async ({ principal, request }) => {
      const user = await withTransaction(deps.pool, (tx) => findUser(tx, principal.userId));
      const id = readSessionId(deps.config.PUBLIC_URL, request.get('cookie'));
      const whereabouts = await whereIs(deps, principal, request);
      return {
        body: {
          user: {
            id: principal.userId,
            displayName: user?.displayName ?? '',
            locale: user?.locale ?? 'en',
            timeZone: user?.timeZone ?? 'UTC',
          },
          ...whereabouts,
          platformAdmin: principal.platformAdmin,
          csrfToken: principal.via === 'session' && id !== undefined ? csrfToken(id) : null,
        },
      };
    },
  });
