/** The members of a workspace: who they are, what each may do, and going. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { changeRole, listMembers, removeMember } from '../../store/members.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { checkAreRows, checkIsTeam } from '../members/team.ts';
import { allows, type Principal } from '../principal.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireFresh } from '../stepUp/fresh.ts';
import { sessionHashOf } from '../stepUp/require.ts';
import { identified, present, time } from './schemas.ts';

const tag = 'members';
export const memberRole = z.enum(['owner', 'editor', 'viewer']);

export const memberRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  change(deps),
  remove(deps),
  leave(deps),
];

const member = z.strictObject({
  userId: z.string(),
  displayName: z.string(),
  /** Shown to owners alone. */
  email: z.string().nullable(),
  role: memberRole,
  createdAt: time,
  /** It is who asks. */
  isSelf: z.boolean(),
});

const list = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/members',
    policy: 'read',
    tag,
    summary: 'The members of the workspace, and what each may do',
    answer: z.strictObject({ items: z.array(member) }),
    handle: async ({ principal }) => {
      const { workspace, userId } = principal;
      checkAreRows(deps, workspace);
      const members = await withWorkspace(deps.pool, workspace, (tx) => listMembers(tx, workspace));
      const items = members.map((each) =>
        present(member, {
          ...each,
          email: allows('admin', principal) ? each.email : null,
          isSelf: each.userId === userId,
        }),
      );
      return { body: { items } };
    },
  });

interface Act {
  readonly action: string;
  readonly userId: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Says in the audit of the workspace what was done with a member. */
const note = (tx: Tx, deps: ApiDeps, { workspace, actor }: Principal, act: Act): Promise<void> =>
  appendAudit(tx, workspace, {
    at: deps.clock.now(),
    actor,
    action: act.action,
    subject: `user/${act.userId}`,
    detail: act.detail,
  });

const change = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'put',
    path: '/api/v1/members/:id',
    policy: 'admin',
    tag,
    summary: 'Makes a member owner, editor or viewer; the last owner stays one',
    status: 204,
    params: identified,
    body: z.strictObject({ role: memberRole }),
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { principal, params, body } = asker;
      const { workspace } = principal;
      await checkIsTeam(deps, workspace);
      await withWorkspace(deps.pool, workspace, async (tx) => {
        const before = await changeRole(tx, workspace, {
          userId: params.id,
          by: principal.userId,
          role: body.role,
          now: deps.clock.now(),
        });
        const detail = { before, after: body.role };
        await note(tx, deps, principal, { action: 'member.role', userId: params.id, detail });
      });
      return { body: undefined };
    },
  });

const remove = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'delete',
    path: '/api/v1/members/:id',
    policy: 'admin',
    tag,
    summary: 'Takes a member out, whose tokens in the workspace end; the last owner stays',
    status: 204,
    params: identified,
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { principal, params } = asker;
      await checkIsTeam(deps, principal.workspace);
      await takeOut(deps, principal, params.id, 'member.remove');
      return { body: undefined };
    },
  });

const takeOut = (
  deps: ApiDeps,
  principal: Principal,
  userId: string,
  action: 'member.remove' | 'member.leave',
): Promise<void> =>
  withWorkspace(deps.pool, principal.workspace, async (tx) => {
    const change = { userId, by: principal.userId, now: deps.clock.now() };
    const before = await removeMember(tx, principal.workspace, change);
    await note(tx, deps, principal, { action, userId, detail: { before } });
  });

const leave = (deps: ApiDeps): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/workspaces/current/leave',
    policy: 'read',
    tag,
    summary: 'Leaves the workspace, whose last owner cannot',
    status: 204,
    body: z.strictObject({
      /** Id of the workspace that is left: a page may be about another by now. */
      workspace: z.string(),
    }),
    handle: async (asker) => {
      sessionHashOf(deps, asker);
      const { principal, body } = asker;
      if (body.workspace !== principal.workspace)
        throw new HttpError('unprocessable', `workspace: must be ${principal.workspace}`, {
          fields: [{ path: 'workspace', message: `must be ${principal.workspace}` }],
        });
      await checkIsTeam(deps, principal.workspace);
      await takeOut(deps, principal, principal.userId, 'member.leave');
      return { body: undefined };
    },
  });
