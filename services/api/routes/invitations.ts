/** Inviting people into a workspace by a mail, and by a link. */
import { z } from 'zod';
import { HttpError } from '../../core/errors.ts';
import {
  createInvitation,
  listInvitations,
  renewInvitation,
  revokeInvitation,
} from '../../store/invitations.ts';
import { enqueueInvitationMail, type InvitationMail } from '../../store/invitationMails.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import { hashSecret, newSecret } from '../cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { canonicalAddress, mayBeAllowed } from '../identity/allow.ts';
import { INVITATION_MS, stateOf } from '../members/invitation.ts';
import { noteInvitation } from '../members/note.ts';
import { checkIsTeam } from '../members/team.ts';
import { defineRoute, type Route } from '../route.ts';
import { requireFresh } from '../stepUp/fresh.ts';
import { mailState } from './accountMails.ts';
import { memberRole } from './members.ts';
import { identified, maybeTime, present, time } from './schemas.ts';

const base = '/api/v1/invitations';
const shared = { policy: 'admin', tag: 'members' } as const;

export const invitationRoutes = (deps: ApiDeps): Route[] => [
  list(deps),
  invite(deps),
  renew(deps),
  takeBack(deps),
];

const line = z.strictObject({
  id: z.string(),
  address: z.string(),
  role: memberRole,
  /** What the member who invites is called. */
  inviterName: z.string().nullable(),
  createdAt: time,
  expiresAt: time,
  acceptedAt: maybeTime,
  state: z.enum(['open', 'accepted', 'expired', 'takenBack', 'declined']),
  /** What became of its newest mail; null where none was written. */
  mailState: mailState.nullable(),
  /** Why that did not arrive, or not yet. */
  mailError: z.string().nullable(),
});

/** The link is in this answer and nowhere else, not in the mail: whoever invites may send it. */
const linked = z.strictObject({
  id: z.string(),
  link: z.string(),
  expiresAt: time,
  /** A mail to the address, without the link, is on its way; null where none is, with `notMailed`. */
  mail: z.literal('queued').nullable(),
  notMailed: z.string().nullable(),
});

const linkedOf = (
  made: { readonly id: string; readonly link: string; readonly expiresAt: Date },
  mail: InvitationMail,
) => ({
  body: present(linked, {
    ...made,
    ...(mail.kind === 'queued'
      ? { mail: mail.kind, notMailed: null }
      : { mail: null, notMailed: mail.why }),
  }),
});

const list = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'get',
    path: base,
    summary: 'Invitations that are open, or were within a month, the newest first',
    answer: z.strictObject({ items: z.array(line) }),
    handle: async ({ principal: { workspace } }) => {
      const now = deps.clock.now();
      const all = await withWorkspace(deps.pool, workspace, (tx) => listInvitations(tx, workspace));
      const items = all.map((each) => present(line, { ...each, state: stateOf(each, now) }));
      return { body: { items } };
    },
  });

/** A link that is good from now on. */
function newLink({ config, clock }: ApiDeps) {
  const secret = newSecret();
  const link = new URL('/invitation', config.PUBLIC_URL);
  link.searchParams.set('token', secret);
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + INVITATION_MS);
  return { link: link.href, tokenHash: hashSecret(secret), createdAt, expiresAt };
}

/** @throws HttpError `invalid` */
function addressOf(text: string): string {
  const address = canonicalAddress(text.trim());
  if (address !== undefined) return address;
  throw new HttpError('invalid', 'address: must be one mail address, such as ann@example.org', {
    fields: [{ path: 'address', message: 'must be one mail address, such as ann@example.org' }],
  });
}

/** Nobody is asked to sign in who would be turned away. */
async function mailTo(
  tx: Tx,
  { signIn }: Pick<ApiDeps, 'signIn'>,
  invitation: Parameters<typeof enqueueInvitationMail>[1],
): Promise<InvitationMail> {
  const { address } = invitation;
  if (!signIn || mayBeAllowed(signIn.allow, address)) return enqueueInvitationMail(tx, invitation);
  return {
    kind: 'none',
    why: `${address} may not sign in here; ask whoever runs the installation to add the address to SIGN_IN_ALLOW, then send it again`,
  };
}

const invite = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'post',
    path: base,
    limit: 'costly',
    summary:
      'Invites the person of an address by a mail, where there is room for one, and by the link in this answer, good for a week',
    status: 201,
    body: z.strictObject({ address: z.string().max(254), role: memberRole }),
    answer: linked,
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { principal, body } = asker;
      const { workspace, userId } = principal;
      await checkIsTeam(deps, workspace);
      if (!deps.signIn)
        throw new HttpError(
          'unprocessable',
          'Here everybody signs in by the link as the same person, so nobody can be invited; configure a sign-in provider first (GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, SIGN_IN_ALLOW)',
        );
      const address = addressOf(body.address);
      const { link, ...times } = newLink(deps);
      const made = { workspace, id: deps.newId(), address, role: body.role, invitedBy: userId };
      const mail = await withWorkspace(deps.pool, workspace, async (tx) => {
        await createInvitation(tx, { ...made, ...times });
        await noteInvitation(tx, deps, principal, { action: 'invitation.create', ...made });
        return mailTo(tx, deps, { ...made, now: times.createdAt });
      });
      return linkedOf({ id: made.id, link, expiresAt: times.expiresAt }, mail);
    },
  });

const renew = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'post',
    path: `${base}/:id/resend`,
    limit: 'costly',
    summary:
      'Another mail and link of an open invitation, good for a week; the link before is void',
    params: identified,
    body: z.strictObject({}).optional(),
    answer: linked,
    handle: async (asker) => {
      await requireFresh(deps, asker);
      const { principal, params } = asker;
      const { workspace, userId } = principal;
      await checkIsTeam(deps, workspace);
      const { link, tokenHash, createdAt: now, expiresAt } = newLink(deps);
      const renewal = { workspace, id: params.id, invitedBy: userId, tokenHash, expiresAt };
      const mail = await withWorkspace(deps.pool, workspace, async (tx) => {
        const { id, role, address } = await renewInvitation(tx, renewal);
        await noteInvitation(tx, deps, principal, { action: 'invitation.resend', id, role });
        return mailTo(tx, deps, { id, address, now });
      });
      return linkedOf({ id: params.id, link, expiresAt }, mail);
    },
  });

const takeBack = (deps: ApiDeps): Route =>
  defineRoute({
    ...shared,
    method: 'delete',
    path: `${base}/:id`,
    summary: 'Takes an open invitation back; its link is void',
    status: 204,
    params: identified,
    handle: async ({ principal, params: { id } }) => {
      const { workspace } = principal;
      await withWorkspace(deps.pool, workspace, async (tx) => {
        await revokeInvitation(tx, workspace, id, deps.clock.now());
        await noteInvitation(tx, deps, principal, { action: 'invitation.revoke', id });
      });
      return { body: undefined };
    },
  });
