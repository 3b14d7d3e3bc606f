/** Finds who a request comes from: a bearer token, or the session cookie of the dashboard. */
import type { Request } from 'express';
import { HttpError } from '../core/errors.ts';
import { isFamilyAlive } from '../store/refresh.ts';
import { findSession, touchSession, type LiveSession } from '../store/sessions.ts';
import {
  findApiToken,
  findApiTokenById,
  touchApiToken,
  type LiveApiToken,
  type OwnedApiToken,
} from '../store/tokens.ts';
import { withTokenHash, withTransaction, withWorkspace } from '../store/workspace.ts';
import { checkChosen, choose, chosenWorkspace, NOWHERE } from './chosen.ts';
import { CSRF_HEADER, hashSecret, isCsrfToken, readSessionId } from './cookie.ts';
import type { ApiDeps } from './deps.ts';
import type { Grant } from './identity/accessToken.ts';
import { scopeOfRole, scopeOfToken, type Principal } from './principal.ts';
import { keepActor, noteRefusal } from './authEvents.ts';
import type { Authenticate } from './route.ts';

export const IDLE_MS = 30 * 60_000;
export const ABSOLUTE_MS = 12 * 60 * 60_000;
/** How exact the end of an idle session is. */
const TOUCH_SESSION_AFTER_MS = 1_000;
const TOUCH_TOKEN_AFTER_MS = 60_000;
/** How long the database may take to say who somebody is. */
const ANSWER_MS = 5_000;

type AuthDeps = Pick<
  ApiDeps,
  'pool' | 'clock' | 'config' | 'log' | 'metrics' | 'accessTokens' | 'memberships'
>;

/** @returns undefined without any credential; throws `unauthorized` for one that is no good. */
export function createAuthenticate(deps: AuthDeps): Authenticate {
  return (request, isUse = true, anywhere = false) =>
    soonEnough(find(deps, request, isUse, anywhere));
}

async function find(
  deps: AuthDeps,
  request: Request,
  isUse: boolean,
  anywhere: boolean,
): Promise<Principal | undefined> {
  const header = request.get('authorization');
  if (header !== undefined) return byToken(deps, request, header, isUse);
  const id = readSessionId(deps.config.PUBLIC_URL, request.get('cookie'));
  return id === undefined ? undefined : bySession(deps, request, id, isUse, anywhere);
}

/** A database behind a broken network answers nothing, not even an error: nobody is let in meanwhile. */
async function soonEnough<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new HttpError('unavailable', 'The service is not available; try again in a moment', {
          retryAfterSeconds: 2,
        }),
      );
    }, ANSWER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Refuses, counts and logs; the caller learns nothing of what is wrong with a credential. */
export function refuse(
  deps: Pick<AuthDeps, 'log' | 'metrics'>,
  request: Request,
  reason: string,
  code: 'unauthorized' | 'forbidden' = 'unauthorized',
): HttpError {
  noteRefusal(deps, request, { reason, message: 'unauthorized: the credential is invalid' });
  return code === 'unauthorized'
    ? new HttpError(code, 'Sign in, or send a valid bearer token')
    : new HttpError(code, 'The request comes from a page of another site');
}

async function byToken(
  deps: AuthDeps,
  request: Request,
  header: string,
  isUse: boolean,
): Promise<Principal> {
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
    if (stale && isUse) await touchApiToken(tx, hash, now);
    return found;
  });
  if (token) keepActor(request, `token:${token.id}`);
  const principal = token && (await ofToken(deps, request, token));
  if (!principal) throw refuse(deps, request, 'unknown_token');
  const platformAdmin = isOwnMachine(deps, token);
  return { ...principal, platformAdmin, via: 'token', tokenId: token.id };
}

/**
 * A token proves no second factor. On the machine of one person it is the one in the data folder, whose
 * reader has everything anyway.
 */
const isOwnMachine = (
  { config }: AuthDeps,
  { platformAdmin, scope }: Pick<LiveApiToken, 'platformAdmin' | 'scope'>,
): boolean => config.LOCAL_SIGN_IN && platformAdmin && scope === 'admin';

/** Undefined when the owner of the token has left its workspace. */
async function ofToken(
  { memberships }: AuthDeps,
  request: Request,
  token: LiveApiToken,
): Promise<Omit<Principal, 'via' | 'platformAdmin'> | undefined> {
  const { userId, workspace } = token;
  const role = await memberships.ofToken(token);
  if (!role) return undefined;
  checkChosen(request, workspace);
  const scope = scopeOfToken(token.scope, role);
  return { userId, workspace, scope, actor: `token:${token.id}` };
}

/** What an access token was made from is read each time, so that it ends with that. */
async function byAccessToken(deps: AuthDeps, request: Request, text: string): Promise<Principal> {
  const grant = await deps.accessTokens.verify(text);
  if (!grant) throw refuse(deps, request, 'access_token');
  keepActor(request, `token:${grant.sid}`);
  const token = await ownerOf(deps, grant);
  if (!token || token.userId !== grant.userId || token.tokenEpoch !== grant.epoch)
    throw refuse(deps, request, 'access_token_revoked');
  const principal = await ofToken(deps, request, token);
  if (!principal) throw refuse(deps, request, 'access_token_revoked');
  return { ...principal, platformAdmin: false, via: 'access' };
}

/** The API token that an access token was made from, while both live. */
function ownerOf(
  { pool, clock }: AuthDeps,
  { workspace, sid, family }: Grant,
): Promise<OwnedApiToken | undefined> {
  const now = clock.now();
  return withWorkspace(pool, workspace, async (tx) => {
    const isAlive = family === undefined || (await isFamilyAlive(tx, workspace, family, now));
    return isAlive ? findApiTokenById(tx, workspace, sid, now) : undefined;
  });
}

async function bySession(
  deps: AuthDeps,
  request: Request,
  id: string,
  isUse: boolean,
  anywhere: boolean,
): Promise<Principal> {
  const session = await liveSession(deps, id, isUse);
  if (!session) throw refuse(deps, request, 'unknown_session');
  const { userId } = session;
  const actor = `user:${userId}`;
  keepActor(request, actor);
  // Browsers name the origin also of a stream that a page of another site opens.
  if (!isAllowedOrigin(deps, request)) throw refuse(deps, request, 'foreign_origin', 'forbidden');
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  // A page of another site can make a browser send the cookie, but does not know the token.
  if (changes && !isCsrfToken(id, request.get(CSRF_HEADER)))
    throw refuse(deps, request, 'csrf_token');
  const asker = { userId, via: 'session' } as const;
  const named = chosenWorkspace(request);
  const { workspace, role } = anywhere ? NOWHERE : await choose(deps.memberships, asker, named);
  const { platformAdmin } = session.user;
  return { ...asker, workspace, scope: scopeOfRole(role), platformAdmin, actor };
}

async function liveSession(
  deps: AuthDeps,
  id: string,
  isUse: boolean,
): Promise<LiveSession | undefined> {
  const hash = hashSecret(id);
  const now = deps.clock.now();
  return withTransaction(deps.pool, async (tx) => {
    const session = await findSession(tx, hash, now, IDLE_MS);
    const unused = session ? now.getTime() - session.lastUsedAt.getTime() : 0;
    if (isUse && unused >= TOUCH_SESSION_AFTER_MS) await touchSession(tx, hash, now);
    return session;
  });
}

/**
 * Browsers send an Origin with every state change and stream. Of the links and pictures of a page they tell only
 * from what site that is: they would make copies of data, and rows in the audit.
 */
export function isAllowedOrigin({ config }: Pick<AuthDeps, 'config'>, request: Request): boolean {
  const origin = request.get('origin');
  if (origin === undefined)
    return !['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? '');
  return [new URL(config.PUBLIC_URL).origin, ...config.ALLOWED_ORIGINS].includes(origin);
}
