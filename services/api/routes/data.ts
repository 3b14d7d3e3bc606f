/** All data of a workspace: a copy of it for its owners, and its end. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { getWorkspace } from '../../store/identity.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { eraseTeam } from '../ownData/erase.ts';
import { sendExport } from '../ownData/send.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireFresh } from '../stepUp/fresh.ts';
import { requireStepUp } from '../stepUp/require.ts';

const path = '/api/v1/workspaces/current';
const shared = { policy: 'admin', tag: 'session', limit: 'costly' } as const;

export const dataRoutes = (deps: ApiDeps): Route[] => [copy(deps), erase(deps)];

const copy = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'get',
    path: `${path}/export`,
    summary:
      'All that is kept of the workspace, as lines of JSON; the last one says that it is whole',
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { workspace, actor } = asker.principal;
      await withWorkspace(deps.pool, workspace, (tx) => {
        const act = { action: 'workspace.export', subject: `workspace/${workspace}` };
        return appendAudit(tx, workspace, { at: deps.clock.now(), actor, ...act });
      });
      return sendExport(deps, { kind: 'workspace', id: workspace }, asker.response);
    },
  });

const erase = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'delete',
    path,
    summary:
      'Deletes the workspace with all that is in it, for good; a personal one goes with its account',
    status: 204,
    body: z.strictObject({
      /** What the workspace is called, letter by letter. */
      confirm: z.string().max(500),
    }),
    handle: async (asker) => {
      // Others lose it as well, so the sign-in of one owner is not enough.
      await requireStepUp(deps, asker);
      const { workspace, actor } = asker.principal;
      const { displayName } = await withWorkspace(deps.pool, workspace, (tx) =>
        getWorkspace(tx, workspace),
      );
      if (asker.body.confirm.trim() !== displayName.trim())
        throw new HttpError(
          'unprocessable',
          `confirm: type ${displayName} to delete the workspace`,
          {
            fields: [{ path: 'confirm', message: `must be ${displayName}` }],
          },
        );
      await eraseTeam(deps, workspace, { actor });
      return { body: undefined };
    },
  });
