/** Lets a person in whom the provider vouches for: the user, and a workspace of their own at first. */
import { appendAudit } from '../../store/audit.ts';
import {
  ensureWorkspace,
  listMemberships,
  setMembership,
  signInUser,
  type Identity,
  type User,
} from '../../store/identity.ts';
import { withTransaction, withUser, withWorkspace } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import { SignInError } from './reasons.ts';

type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'newId'>;

/** @throws SignInError `user_disabled` */
export async function admit(deps: Deps, identity: Identity): Promise<User> {
  const now = deps.clock.now();
  const { newId } = deps;
  const user = await withTransaction(deps.pool, (tx) => signInUser(tx, identity, { now, newId }));
  if (user.disabledAt) throw new SignInError('user_disabled');
  const memberships = await withUser(deps.pool, user.id, (tx) => listMemberships(tx, user.id));
  if (memberships.length === 0) await makePersonalWorkspace(deps, user);
  return user;
}

/** Names of objects in a cluster begin with it, so it is short; the bits are random ones of the id. */
const personalName = ({ id }: User): string => `u-${id.replaceAll('-', '').slice(-16)}`;

async function makePersonalWorkspace({ pool, clock }: Deps, user: User): Promise<void> {
  const id = personalName(user);
  const at = clock.now();
  await withWorkspace(pool, id, async (tx) => {
    const { displayName } = user;
    await ensureWorkspace(tx, { id, displayName, kind: 'personal', createdAt: at });
    await setMembership(tx, id, user.id, 'owner', at);
    await appendAudit(tx, id, {
      at,
      actor: `user:${user.id}`,
      action: 'workspace.create',
      subject: `workspace/${id}`,
    });
  });
}
