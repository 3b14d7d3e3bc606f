/** How the installation stands, and which workspaces there are, for administrators. */
import { z } from 'zod';
import { formatUsd } from '../../domain/budget.ts';
import { frozenBy } from '../../store/freeze.ts';
import { defaultSpending } from '../../store/quotas.ts';
import { askedRotations } from '../../store/rotation.ts';
import { listWorkspaces } from '../../store/workspacesReviewed.ts';
import { PLATFORM_WORKSPACE, withWorkspace } from '../../store/workspace.ts';
import { platformLook } from '../cluster/platform.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { maybeTime, pageOf, paging, presentPage, time } from './schemas.ts';

const shared = { method: 'get', policy: 'platform', tag: 'administration' } as const;

export const platformRoutes = (deps: ApiDeps): Route[] => [
  show(deps),
  cluster(deps),
  workspaces(deps),
];

const show = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    path: '/api/v1/admin/platform',
    summary: 'Who froze the installation, its keys, who may sign in, and what holds for all',
    answer: z.strictObject({
      frozenBy: z.array(z.enum(['operator', 'api'])),
      /** `cluster`: an operator makes keys when it is asked, and its objects hold policies and pools. */
      objects: z.enum(['store', 'cluster']),
      keys: z.strictObject({
        /** Ids of the keys that access tokens are signed with, the newest first. */
        signing: z.array(z.string()),
        /** When new keys were last asked for here. */
        rotationAskedAt: maybeTime,
        urgentRotationAskedAt: maybeTime,
      }),
      signIn: z.strictObject({
        /** Null without a provider. */
        provider: z.string().nullable(),
        issuer: z.string().nullable(),
        allow: z.array(z.string()),
        byLink: z.boolean(),
      }),
      /** Of each workspace that has no limit of its own, as the scheduler enforces it. */
      defaults: z.strictObject({
        usdPerMonth: z.string().nullable(),
        tokensPerMonth: z.number().int().nullable(),
      }),
    }),
    handle: async () => {
      const { config, signIn } = deps;
      const [frozen, asked, all] = await withWorkspace(
        deps.pool,
        PLATFORM_WORKSPACE,
        async (tx) => [await frozenBy(tx), await askedRotations(tx), await defaultSpending(tx)],
      );
      return {
        body: {
          frozenBy: frozen,
          objects: config.OBJECTS,
          keys: {
            signing: deps.accessTokens.jwks().map(({ kid }) => kid),
            rotationAskedAt: asked?.graceful ?? null,
            urgentRotationAskedAt: asked?.urgent ?? null,
          },
          signIn: {
            provider: signIn?.name ?? null,
            issuer: signIn ? (config.OIDC_ISSUER ?? 'https://accounts.google.com') : null,
            allow: signIn ? config.SIGN_IN_ALLOW : [],
            byLink: config.LOCAL_SIGN_IN || config.OBJECTS === 'cluster',
          },
          defaults: {
            usdPerMonth: all.microUsd === null ? null : formatUsd(all.microUsd),
            tokensPerMonth: all.tokens,
          },
        },
      };
    },
  });

/** Apart from `show`: who freezes in an emergency does not wait for the API server. */
const cluster = ({ readPlatform }: ApiDeps): Route =>
  defineRoute({
    ...shared,
    path: '/api/v1/admin/cluster',
    summary: 'What the operator says of the installation: conditions, pools, and what is opened',
    answer: z.strictObject({
      /** Null where there is no operator. */
      platform: platformLook.nullable(),
    }),
    handle: async () => ({ body: { platform: (await readPlatform()) ?? null } }),
  });

const count = z.number().int().nullable();
const line = z.strictObject({
  id: z.string(),
  displayName: z.string(),
  kind: z.enum(['personal', 'team']),
  createdAt: time,
  /** Its own, as `PUT …/quotas` takes them; null where what holds for all holds for it. */
  limits: z.strictObject({
    monitors: count,
    usdPerMonth: z.string().nullable(),
    tokensPerMonth: count,
    checksPerHour: count,
    mailsPerHour: count,
  }),
});

const workspaces = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    path: '/api/v1/admin/workspaces',
    summary: 'All workspaces by their id, with their own limits; nothing of what is in them',
    query: z.strictObject({ ...paging, search: z.string().trim().min(1).max(200).optional() }),
    answer: pageOf(line),
    handle: async ({ query }) => {
      const page = await withWorkspace(deps.pool, PLATFORM_WORKSPACE, (tx) =>
        listWorkspaces(tx, query),
      );
      return { body: presentPage(line, page) };
    },
  });
