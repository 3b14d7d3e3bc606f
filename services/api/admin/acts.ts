/** What administrators do with credentials and accounts; each act is in the audit of the installation. */
import { StoreError } from '../../store/errors.ts';
import type { User } from '../../store/identity.ts';
import { setPlatformAdmin } from '../../store/review.ts';
import { disableUser, enableUser, revokeAll } from '../../store/revocation.ts';
import type { Asked } from './command.ts';
import { detailOf, EXIT, perform, type AdminDeps, type ExitCode, type Say } from './deps.ts';
import { theUser } from './people.ts';
import { makeSignInLink } from './signInLink.ts';

export async function signIn(asked: Asked, deps: AdminDeps, say: Say): Promise<ExitCode> {
  const by = { actor: deps.runner, detail: detailOf(asked, deps) };
  const { url, expiresAt } = await makeSignInLink(deps, by);
  await say(
    { url, expiresAt: expiresAt.toISOString() },
    `${url}\nGood for one sign-in as an administrator, until ${expiresAt.toISOString()}.`,
  );
  return EXIT.ok;
}

export async function endAll(asked: Asked, deps: AdminDeps, say: Say): Promise<ExitCode> {
  const act = { action: 'revoke-all', subject: 'installation' };
  const at = await perform(asked, deps, act, (tx, now) => revokeAll(tx, now));
  await say(
    { revokedAt: at.toISOString() },
    'Every session and every token of everybody has ended; people sign in again, programs need new tokens.',
  );
  return EXIT.ok;
}

const nameOf = ({ id, displayName, email }: User): string => `${displayName} (${email ?? id})`;

export async function shutOrLetIn(
  asked: Asked,
  { verb, user: name }: { readonly verb: 'disable' | 'enable'; readonly user: string },
  deps: AdminDeps,
  say: Say,
): Promise<ExitCode> {
  const user = await theUser(deps, name);
  const act = { action: `user.${verb}`, subject: `user/${user.id}` };
  await perform(asked, deps, act, (tx, now) =>
    verb === 'disable' ? disableUser(tx, user.id, now) : enableUser(tx, user.id),
  );
  await say(
    { id: user.id, disabled: verb === 'disable' },
    verb === 'disable'
      ? `${nameOf(user)} is shut out: all sessions and tokens have ended, and no other begins.`
      : `${nameOf(user)} may sign in again, and needs new tokens.`,
  );
  return EXIT.ok;
}

interface Appointment {
  readonly user: string;
  readonly isAdmin: boolean;
  /** Also the last one. */
  readonly force?: boolean;
}

/** @throws StoreError `invalid` rather than take the last administrator away. */
export async function appoint(
  asked: Asked,
  { user: name, isAdmin, force }: Appointment,
  deps: AdminDeps,
  say: Say,
): Promise<ExitCode> {
  const user = await theUser(deps, name);
  const action = isAdmin ? 'user.grant-admin' : 'user.revoke-admin';
  await perform(asked, deps, { action, subject: `user/${user.id}` }, async (tx) => {
    const change = await setPlatformAdmin(tx, user.id, isAdmin, force);
    if (change === 'notFound')
      throw new StoreError('notFound', `${nameOf(user)} has no account any more.`);
    if (change === 'lastAdministrator')
      throw new StoreError(
        'invalid',
        `${nameOf(user)} is the last administrator who may sign in; make somebody else one by grant-admin first, or add --force.`,
      );
  });
  await say(
    { id: user.id, platformAdmin: isAdmin },
    isAdmin
      ? `${nameOf(user)} administers the installation from now on, and needs a second factor for it.`
      : `${nameOf(user)} administers the installation no more.`,
  );
  return EXIT.ok;
}
