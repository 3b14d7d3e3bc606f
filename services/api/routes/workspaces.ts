/** The workspaces that one can choose from, making one for a team, and naming it. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { withUser, withWorkspace } from '../../store/workspace.ts';
import { createTeam, renameWorkspace } from '../../store/workspaces/workspaces.ts';
import type { ApiDeps } from '../deps.ts';
import { checkAreRows } from '../members/team.ts';
import { defineRoute, type Route } from '../route.ts';
import { sessionHashOf } from '../stepUp/require.ts';
import { tried } from './factorShapes.ts';

export const workspaceRoutes = (deps: ApiDeps): Route[] => [list(deps), create(deps), rename(deps)];

const displayName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'must have no control characters');

const line = z.strictObject({
  id: z.string(),
  displayName: z.string(),
  kind: z.enum(['personal', 'team']),
  role: z.enum(['owner', 'editor', 'viewer']),
});

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/workspaces',
    policy: 'read',
    anywhere: true,
    tag: 'session',
    summary:
      'The own workspaces; a request names one in the header X-Workspace, or means the first',
    answer: z.strictObject({ items: z.array(line) }),
    handle: async ({ principal }) => {
      const all = await deps.memberships.list(principal);
      // A token opens its own workspace and no other of its owner's.
      const items =
        principal.via === 'session' ? all : all.filter(({ id }) => id === principal.workspace);
      return { body: { items } };
    },
  });

/** After those of persons in the order of ids, so that no new one becomes anybody's first. */
const newTeamId = ({ newId }: ApiDeps): string => `w-${newId().replaceAll('-', '').slice(-16)}`;

const create = (deps: ApiDeps): Route =>
  defineRoute({
    ...tried,
    method: 'post',
    path: '/api/v1/workspaces',
    summary: 'Makes a workspace for a team, whose owner one is',
    status: 201,
    body: z.strictObject({ displayName }),
    answer: line,
    handle: async (asker) => {
      sessionHashOf(deps, asker);
      const { userId, actor } = asker.principal;
      const id = newTeamId(deps);
      if (!deps.memberships.areRows(id))
        throw new HttpError(
          'unprocessable',
          'In a cluster the workspace of a team is a namespace: kubectl create namespace NAME, let people in by RoleBindings there, and have whoever runs duckmon add it to WORKSPACE_NAMESPACES',
        );
      const createdAt = deps.clock.now();
      await withUser(deps.pool, userId, async (tx) => {
        await createTeam(tx, userId, { id, ...asker.body, createdAt });
        const act = { action: 'workspace.create', subject: `workspace/${id}` };
        await appendAudit(tx, id, { at: createdAt, actor, ...act });
      });
      return { body: { id, ...asker.body, kind: 'team' as const, role: 'owner' as const } };
    },
  });

const rename = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'put',
    path: '/api/v1/workspaces/current',
    policy: 'admin',
    tag: 'members',
    summary: 'Gives the workspace another name',
    status: 204,
    body: z.strictObject({ displayName }),
    handle: async ({ principal: { workspace, actor }, body }) => {
      checkAreRows(deps, workspace);
      await withWorkspace(deps.pool, workspace, async (tx) => {
        const before = await renameWorkspace(tx, workspace, body.displayName);
        await appendAudit(tx, workspace, {
          at: deps.clock.now(),
          actor,
          action: 'workspace.rename',
          subject: `workspace/${workspace}`,
          detail: { before, after: body.displayName },
        });
      });
      return { body: undefined };
    },
  });
