/** The invitations to whoever is signed in, by the address that the sign-in provider has verified. */
import { z } from 'zod';
import { findUser, OWN_ISSUERS, type User } from '../../store/identity.ts';
import {
  acceptInvitation,
  declineInvitation,
  findInvitationTo,
  listInvitationsTo,
  type FoundInvitation,
} from '../../store/invitations.ts';
import { withUser, type Tx } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { checkInvitation, isOver } from '../members/invitation.ts';
import { noteInvitation } from '../members/note.ts';
import { defineRoute, type Route } from '../route.ts';
import { sessionHashOf, type Asker } from '../stepUp/require.ts';
import { nothing, own } from './factorShapes.ts';
import { memberRole } from './members.ts';
import { identified, present, time } from './schemas.ts';

const base = '/api/v1/invitations/mine';

export const ownInvitationRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  accept(deps),
  decline(deps),
];

const line = z.strictObject({
  id: z.string(),
  workspace: z.string(),
  workspaceName: z.string(),
  role: memberRole,
  inviterName: z.string().nullable(),
  createdAt: time,
  expiresAt: time,
});

/** Null for somebody who came by a link, which proves no address. */
const addressOf = ({ email, issuer }: User): string | null =>
  OWN_ISSUERS.includes(issuer) ? null : email;

const list = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'get',
    path: base,
    summary: 'The open invitations to the own verified address, the newest first',
    answer: z.strictObject({ items: z.array(line) }),
    handle: async (asker) => {
      sessionHashOf(deps, asker);
      const { userId } = asker.principal;
      const found = await withUser(deps.pool, userId, async (tx) => {
        const user = await findUser(tx, userId);
        const address = user && addressOf(user);
        return address ? listInvitationsTo(tx, address, deps.clock.now()) : [];
      });
      return { body: { items: found.map((each) => present(line, each)) } };
    },
  });

/**
 * Runs with an open invitation that the person who asks may accept.
 * @throws HttpError `not_found`, also for one to another address
 */
async function withOwn<T>(
  deps: ApiDeps,
  asker: Asker & { readonly params: z.infer<typeof identified> },
  work: (tx: Tx, found: FoundInvitation, user: User) => Promise<T>,
): Promise<T> {
  sessionHashOf(deps, asker);
  const { userId } = asker.principal;
  return withUser(deps.pool, userId, async (tx) => {
    const user = await findUser(tx, userId);
    const address = user && addressOf(user);
    const found = address ? await findInvitationTo(tx, address, asker.params.id) : undefined;
    if (!user || !found || checkInvitation(found, user, deps.clock.now()) !== 'open')
      throw isOver();
    return work(tx, found, user);
  });
}

const accept = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'post',
    path: `${base}/:id/accept`,
    summary: 'Joins the workspace of an invitation to the own verified address',
    params: identified,
    body: nothing,
    answer: line,
    handle: async (asker) => {
      const { actor } = asker.principal;
      const joined = await withOwn(deps, asker, async (tx, found, user) => {
        const { workspace, id, role } = found;
        await acceptInvitation(tx, found, user.id, deps.clock.now());
        await noteInvitation(tx, deps, { workspace, actor }, { action: 'member.join', id, role });
        return found;
      });
      return { body: present(line, joined) };
    },
  });

const decline = (deps: ApiDeps): Route =>
  defineRoute({
    ...own,
    method: 'post',
    path: `${base}/:id/decline`,
    summary: 'Declines an invitation to the own verified address; its link is void',
    status: 204,
    params: identified,
    body: nothing,
    handle: async (asker) => {
      const { actor } = asker.principal;
      await withOwn(deps, asker, async (tx, found) => {
        const { workspace, id } = found;
        await declineInvitation(tx, found, deps.clock.now());
        await noteInvitation(tx, deps, { workspace, actor }, { action: 'invitation.decline', id });
      });
      return { body: undefined };
    },
  });
