/** Access tokens for API clients, and the public keys to check them with. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { findApiTokenById } from '../../store/tokens.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { ACCESS_TOKEN_SECONDS } from '../identity/accessToken.ts';
import { defineRoute, type Route } from '../route.ts';

const tag = 'session';

export const accessTokenRoutes = (deps: ApiDeps): Route[] => [issue(deps), jwks(deps)];

const issue = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/access-tokens',
    policy: 'read',
    tag,
    summary: 'Makes an access token of five minutes from the API token that asks',
    status: 201,
    body: z.strictObject({}).optional(),
    answer: z.strictObject({
      accessToken: z.string(),
      tokenType: z.literal('Bearer'),
      expiresIn: z.number().int(),
    }),
    handle: async ({ principal: { workspace, tokenId } }) => {
      // No token of ours reaches a page, and none prolongs itself.
      if (tokenId === undefined)
        throw new HttpError('forbidden', 'An access token is made with an API token only');
      const token = await withWorkspace(deps.pool, workspace, (tx) =>
        findApiTokenById(tx, workspace, tokenId, deps.clock.now()),
      );
      if (!token) throw new HttpError('unauthorized', 'The API token has ended');
      const { userId, tokenEpoch: epoch } = token;
      const accessToken = await deps.accessTokens.issue({ userId, workspace, sid: tokenId, epoch });
      if (accessToken === undefined)
        throw new HttpError('unavailable', 'There is no key yet to sign access tokens with', {
          retryAfterSeconds: 60,
        });
      const tokenType = 'Bearer' as const;
      return { body: { accessToken, tokenType, expiresIn: ACCESS_TOKEN_SECONDS } };
    },
  });

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
