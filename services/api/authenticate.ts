/** Finds who a request comes from: a bearer token, or the session cookie of the dashboard. */
import type { Request } from 'express';
import { HttpError } from '../core/errors.ts';
import { listMemberships } from '../store/identity.ts';
import { findSession, touchSession, type LiveSession } from '../store/sessions.ts';
import { findApiToken, findApiTokenById, touchApiToken } from '../store/tokens.ts';
import { withTokenHash, withTransaction, withUser, withWorkspace } from '../store/workspace.ts';
import { CSRF_HEADER, hashSecret, isCsrfToken, readSessionId } from './cookie.ts';
import type { ApiDeps } from './deps.ts';
import { scopeOfRole, scopeOfToken, type Principal } from './principal.ts';
import type { Authenticate } from './route.ts';

export const IDLE_MS = 30 * 60_000;
export const ABSOLUTE_MS = 12 * 60 * 60_000;
/** How exact the end of an idle session is. */
const TOUCH_SESSION_AFTER_MS = 1_000;
const TOUCH_TOKEN_AFTER_MS = 60_000;

type AuthDeps = Pick<ApiDeps, 'pool' | 'clock' | 'config' | 'log' | 'metrics' | 'accessTokens'>;

/** @returns undefined without any credential; throws `unauthorized` for one that is no good. */
export function createAuthenticate(deps: AuthDeps): Authenticate {
  return async (request) => {
    const header = request.get('authorization');
    if (header !== undefined) return byToken(deps, request, header);
    const id = readSessionId(deps.config.PUBLIC_URL, request.get('cookie'));
    return id === undefined ? undefined : bySession(deps, request, id);
  };
}

/** Refuses, counts and logs; the caller learns nothing of what is wrong with a credential. */
export function refuse(
  deps: Pick<AuthDeps, 'log' | 'metrics'>,
  request: Request,
  reason: string,
  code: 'unauthorized' | 'forbidden' = 'unauthorized',
): HttpError {
  deps.metrics.authFailures.inc({ reason });
  deps.log.warn(
    { event: 'auth.refused', reason, ip: request.ip, route: request.path },
    'unauthorized: the credential is invalid',
  );
  return code === 'unauthorized'
    ? new HttpError(code, 'Sign in, or send a valid bearer token')
    : new HttpError(code, 'The request comes from a page of another site');
}

async function byToken(deps: AuthDeps, request: Request, header: string): Promise<Principal> {
  const access = /^Bearer ([\w-]+\.[\w-]*\.[\w-]*)$/i.exec(header)?.[1];
  if (access !== undefined) return byAccessToken(deps, request, access);
  const secret = /^Bearer ([\w-]{20,200})$/i.exec(header)?.[1];
  if (secret === undefined) throw refuse(deps, request, 'malformed_authorization');
  const hash = hashSecret(secret);
  const now = deps.clock.now();
  const token = await withTokenHash(deps.pool, hash, async (tx) => {
    const found = await findApiToken(tx, hash, now);
    const stale =
      found &&
      (found.lastUsedAt === null ||
        now.getTime() - found.lastUsedAt.getTime() > TOUCH_TOKEN_AFTER_MS);
    if (stale) await touchApiToken(tx, hash, now);
    return found;
  });
  if (!token) throw refuse(deps, request, 'unknown_token');
  return {
    userId: token.userId,
    workspace: token.workspace,
    scope: scopeOfToken(token.scope, token.role),
    via: 'token',
    tokenId: token.id,
    actor: `token:${token.id}`,
  };
}

/** What an access token was made from is read each time, so that it ends with that. */
async function byAccessToken(deps: AuthDeps, request: Request, text: string): Promise<Principal> {
  const grant = await deps.accessTokens.verify(text);
  if (!grant) throw refuse(deps, request, 'access_token');
  const token = await withWorkspace(deps.pool, grant.workspace, (tx) =>
    findApiTokenById(tx, grant.workspace, grant.sid, deps.clock.now()),
  );
  if (!token || token.userId !== grant.userId || token.tokenEpoch !== grant.epoch)
    throw refuse(deps, request, 'access_token_revoked');
  return {
    userId: token.userId,
    workspace: token.workspace,
    scope: scopeOfToken(token.scope, token.role),
    via: 'access',
    actor: `token:${token.id}`,
  };
}

async function bySession(deps: AuthDeps, request: Request, id: string): Promise<Principal> {
  const session = await liveSession(deps, id);
  if (!session) throw refuse(deps, request, 'unknown_session');
  // Browsers name the origin also of a stream that a page of another site opens.
  if (!isAllowedOrigin(deps, request)) throw refuse(deps, request, 'foreign_origin', 'forbidden');
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  // A page of another site can make a browser send the cookie, but does not know the token.
  if (changes && !isCsrfToken(id, request.get(CSRF_HEADER)))
    throw refuse(deps, request, 'csrf_token');
  const [membership] = await withUser(deps.pool, session.userId, (tx) =>
    listMemberships(tx, session.userId),
  );
  if (!membership) throw new HttpError('forbidden', 'You are a member of no workspace');
  return {
    userId: session.userId,
    workspace: membership.workspace,
    scope: scopeOfRole(membership.role),
    via: 'session',
    actor: `user:${session.userId}`,
  };
}

async function liveSession(deps: AuthDeps, id: string): Promise<LiveSession | undefined> {
  const hash = hashSecret(id);
  const now = deps.clock.now();
  return withTransaction(deps.pool, async (tx) => {
    const session = await findSession(tx, hash, now, IDLE_MS);
    if (session && now.getTime() - session.lastUsedAt.getTime() >= TOUCH_SESSION_AFTER_MS)
      await touchSession(tx, hash, now);
    return session;
  });
}

/** A missing Origin is no browser's; browsers send it with every state change. */
export function isAllowedOrigin({ config }: Pick<AuthDeps, 'config'>, request: Request): boolean {
  const origin = request.get('origin');
  const allowed = [new URL(config.PUBLIC_URL).origin, ...config.ALLOWED_ORIGINS];
  return origin === undefined || allowed.includes(origin);
}
