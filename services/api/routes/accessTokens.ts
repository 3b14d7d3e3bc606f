/** Access tokens for API clients, and the public keys to check them with. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { findApiTokenById } from '../../store/tokens.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { refuse } from '../authenticate.ts';
import { keepActor } from '../authEvents.ts';
import type { ApiDeps } from '../deps.ts';
import { ACCESS_TOKEN_SECONDS, type Grant } from '../identity/accessToken.ts';
import { beginRefresh, refresh, type Given } from '../identity/refresh.ts';
import { defineRoute, type Route } from '../route.ts';
import { time } from './schemas.ts';

const tag = 'session';

export const accessTokenRoutes = (deps: ApiDeps): Route[] => [
  issue(deps),
  refreshOne(deps),
  jwks(deps),
];

const answer = z.strictObject({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  /** Seconds. */
  expiresIn: z.number().int(),
});

const refreshable = z.strictObject({
  ...answer.shape,
  /** Good once, for another access token and another of its own kind. */
  refreshToken: z.string(),
  refreshExpiresAt: time,
});

const issue = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/access-tokens',
    policy: 'read',
    tag,
    summary: 'Makes an access token of five minutes from the API token that asks',
    status: 201,
    body: z.strictObject({ refresh: z.boolean().default(false) }).optional(),
    answer: z.union([answer, refreshable]),
    handle: async ({ principal: { workspace, tokenId }, body }) => {
      // No token of ours reaches a page, and none prolongs itself.
      if (tokenId === undefined)
        throw new HttpError('forbidden', 'An access token is made with an API token only');
      const token = await withWorkspace(deps.pool, workspace, (tx) =>
        findApiTokenById(tx, workspace, tokenId, deps.clock.now()),
      );
      if (!token) throw new HttpError('unauthorized', 'The API token has ended');
      const { userId, tokenEpoch: epoch } = token;
      if (body?.refresh !== true)
        return { body: await signed(deps, { userId, workspace, sid: tokenId, epoch }) };
      checkHasKey(deps);
      return { body: await withRefresh(deps, await beginRefresh(deps, token)) };
    },
  });

const refreshOne = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/token',
    policy: 'public',
    tag,
    summary: 'Makes an access token with a refresh token, which its answer replaces',
    body: z.strictObject({
      grantType: z.literal('refresh_token'),
      refreshToken: z.string().min(20).max(200),
    }),
    answer: refreshable,
    handle: async ({ body: { refreshToken }, request }) => {
      checkHasKey(deps);
      const outcome = await refresh(deps, refreshToken);
      if (outcome.kind === 'refreshed') return { body: await withRefresh(deps, outcome) };
      if (outcome.kind === 'reused') keepActor(request, `token:${outcome.apiTokenId}`);
      refuse(deps, request, outcome.kind === 'reused' ? 'refresh_token_reused' : 'refresh_token');
      throw new HttpError(
        'unauthorized',
        'This refresh token is not good any more; begin again with the API token',
      );
    },
  });

/** Before anything is begun or used up: a client that is refused here may come again. */
function checkHasKey({ accessTokens }: ApiDeps): void {
  if (accessTokens.jwks().length === 0) throw noKey();
}

const noKey = (): HttpError =>
  new HttpError('unavailable', 'There is no key yet to sign access tokens with', {
    retryAfterSeconds: 60,
  });

async function signed(deps: ApiDeps, grant: Grant): Promise<z.infer<typeof answer>> {
  const accessToken = await deps.accessTokens.issue(grant);
  if (accessToken === undefined) throw noKey();
  return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS };
}

async function withRefresh(
  deps: ApiDeps,
  { grant, refresh: given }: { readonly grant: Grant; readonly refresh: Given },
): Promise<z.infer<typeof refreshable>> {
  return {
    ...(await signed(deps, grant)),
    refreshToken: given.token,
    refreshExpiresAt: given.expiresAt.toISOString(),
  };
}

const jwks = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/jwks.json',
    policy: 'public',
    tag,
    summary: 'The public keys of access tokens (RFC 7517)',
    answer: z.strictObject({
      keys: z.array(
        z.strictObject({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          x: z.string(),
          kid: z.string(),
          alg: z.literal('EdDSA'),
          use: z.literal('sig'),
        }),
      ),
    }),
    handle: async () => ({ body: { keys: [...deps.accessTokens.jwks()] } }),
  });
