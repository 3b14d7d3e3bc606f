/** Joining a workspace by the link of an invitation. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import { findRole, findUser, type User } from '../../store/identity.ts';
import { acceptInvitation, findInvitation, type FoundInvitation } from '../../store/invitations.ts';
import { withTokenHash, type Tx } from '../../store/workspace.ts';
import { hashSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { checkInvitation, isOver } from '../members/invitation.ts';
import { noteInvitation } from '../members/note.ts';
import { defineRoute, type Route } from '../route.ts';
import { sessionHashOf, type Asker } from '../stepUp/require.ts';
import { tried } from './factorShapes.ts';
import { memberRole } from './members.ts';
import { present } from './schemas.ts';

const base = '/api/v1/invitations';

export const joiningRoutes = (deps: ApiDeps): Route[] => [look(deps), accept(deps)];

const token = z.strictObject({ token: z.string().min(20).max(200) });
const shown = z.strictObject({
  workspace: z.string(),
  workspaceName: z.string(),
  role: memberRole,
  inviterName: z.string().nullable(),
  /** It was accepted before. */
  isMember: z.boolean(),
});

interface Held extends FoundInvitation {
  readonly state: 'open' | 'accepted';
}

/** Runs with the invitation that the person who asks may accept, or has. @throws HttpError as `checkInvitation` */
async function withInvitation<T>(
  deps: ApiDeps,
  asker: Asker & { readonly body: z.infer<typeof token> },
  work: (tx: Tx, held: Held, user: User) => Promise<T>,
): Promise<T> {
  sessionHashOf(deps, asker);
  const hash = hashSecret(asker.body.token);
  return withTokenHash(deps.pool, hash, async (tx) => {
    const user = await findUser(tx, asker.principal.userId);
    if (!user) throw new HttpError('unauthorized', 'Sign in again');
    const found = await findInvitation(tx, hash);
    const state = checkInvitation(found, user, deps.clock.now());
    if (!found) throw isOver();
    if (state === 'accepted' && !(await isMember(tx, found.workspace, user.id))) throw isOver();
    return work(tx, { ...found, state }, user);
  });
}

async function isMember(tx: Tx, workspace: string, userId: string): Promise<boolean> {
  await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
  return (await findRole(tx, workspace, userId)) !== undefined;
}

const presented = ({ state, ...found }: Held) =>
  present(shown, { ...found, isMember: state === 'accepted' });

const look = (deps: ApiDeps): Route =>
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/look`,
    summary: 'Where the invitation of a link leads, to whom it is for; accepts nothing',
    body: token,
    answer: shown,
    handle: async (asker) => ({
      body: await withInvitation(deps, asker, async (_tx, held) => presented(held)),
    }),
  });

const accept = (deps: ApiDeps): Route =>
  defineRoute({
    ...tried,
    method: 'post',
    path: `${base}/accept`,
    summary:
      'Joins a workspace by the token of an invitation, which must be for the own verified address',
    body: token,
    answer: shown,
    handle: async (asker) => {
      const { actor } = asker.principal;
      const body = await withInvitation(deps, asker, async (tx, held, user) => {
        if (held.state === 'open') {
          const { workspace, id, role } = held;
          await acceptInvitation(tx, held, user.id, deps.clock.now());
          await noteInvitation(tx, deps, { workspace, actor }, { action: 'member.join', id, role });
        }
        return presented({ ...held, state: 'accepted' });
      });
      return { body };
    },
  });
