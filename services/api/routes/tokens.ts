/** The API tokens of the person who asks: making one, which there are, and ending one. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../../store/tokens.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { audit } from '../audit.ts';
import { hashSecret, newSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { allows, type Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireStepUp } from '../stepUp/require.ts';
import { present, time } from './schemas.ts';

const tag = 'session';
const DAY_MS = 86_400_000;

const line = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope: z.enum(['read', 'write', 'admin']),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
});

const listed = z.strictObject({
  ...line.shape,
  /** When a refresh token that came of it was used twice: somebody else had a copy. */
  refreshReusedAt: time.nullable(),
});

export const tokenRoutes = (deps: ApiDeps): Route[] => [list(deps), create(deps), revoke(deps)];

/** A token that leaked must not be able to make itself a successor. */
function checkIsPerson({ via }: Principal): void {
  if (via !== 'session')
    throw new HttpError('forbidden', 'Tokens are made and ended in the dashboard, by no token');
}

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/tokens',
    policy: 'read',
    tag,
    summary: 'The own API tokens that are alive, the newest first',
    answer: z.strictObject({ items: z.array(listed) }),
    handle: async ({ principal }) => {
      checkIsPerson(principal);
      const { workspace, userId } = principal;
      const tokens = await withWorkspace(deps.pool, workspace, (tx) =>
        listApiTokens(tx, workspace, userId, deps.clock.now()),
      );
      return { body: { items: tokens.map((token) => present(listed, token)) } };
    },
  });

const create = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/tokens',
    policy: 'read',
    tag,
    summary: 'Makes an API token of the workspace; its secret is in this answer and nowhere else',
    status: 201,
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      scope: line.shape.scope,
      expiresInDays: z.number().int().min(1).max(365).default(90),
    }),
    answer: z.strictObject({ ...line.shape, secret: z.string() }),
    handle: async ({ principal, request, body: { name, scope, expiresInDays } }) => {
      checkIsPerson(principal);
      if (!allows(scope, principal))
        throw new HttpError('forbidden', `Your role gives no scope ${scope} to a token`);
      if (scope === 'admin') await requireStepUp(deps, { principal, request });
      const { workspace, userId } = principal;
      const secret = newSecret();
      const createdAt = deps.clock.now();
      const expiresAt = new Date(createdAt.getTime() + expiresInDays * DAY_MS);
      const token = { id: deps.newId(), userId, name, scope, createdAt, expiresAt };
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await createApiToken(tx, workspace, { ...token, tokenHash: hashSecret(secret) });
        await audit(tx, deps, principal, 'token.create', 'token', token.id);
      });
      return { body: { ...present(line, { ...token, lastUsedAt: null }), secret } };
    },
  });

const revoke = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/v1/tokens/:id',
    policy: 'read',
    tag,
    summary: 'Ends one of the own API tokens',
    status: 204,
    params: z.strictObject({ id: z.uuid('must be the id of a token in the list') }),
    handle: async ({ principal, params: { id } }) => {
      checkIsPerson(principal);
      const { workspace, userId } = principal;
      await withWorkspace(deps.pool, workspace, async (tx) => {
        if (!(await revokeApiToken(tx, workspace, userId, id, deps.clock.now())))
          throw new HttpError('not_found', 'There is no such token.');
        await audit(tx, deps, principal, 'token.revoke', 'token', id);
      });
      return { body: undefined };
    },
  });
