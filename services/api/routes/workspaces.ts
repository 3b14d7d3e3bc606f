/** The workspaces that one can choose from. */
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';

export const workspaceRoutes = (deps: ApiDeps): Route[] => [list(deps)];

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/workspaces',
    policy: 'read',
    tag: 'session',
    summary:
      'The own workspaces; a request names one in the header X-Workspace, or means the first',
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          id: z.string(),
          displayName: z.string(),
          kind: z.enum(['personal', 'team']),
          role: z.enum(['owner', 'editor', 'viewer']),
        }),
      ),
    }),
    handle: async ({ principal }) => {
      const all = await deps.memberships.list(principal);
      // A token opens its own workspace and no other of its owner's.
      const items =
        principal.via === 'session' ? all : all.filter(({ id }) => id === principal.workspace);
      return { body: { items } };
    },
  });
