/** What an invitation is worth at a time, and to whom. Pure. */
import { HttpError } from '../../core/errors.ts';
import type { FoundInvitation, Invitation } from '../../store/invitations.ts';

/** How long a link is good. */
export const INVITATION_MS = 7 * 86_400_000;

export type InvitationState = 'open' | 'accepted' | 'expired' | 'takenBack' | 'declined';

export function stateOf(invitation: Invitation, now: Date): InvitationState {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.declinedAt !== null) return 'declined';
  if (invitation.revokedAt !== null || invitation.invitedBy === null) return 'takenBack';
  return invitation.expiresAt > now ? 'open' : 'expired';
}

export interface Invited {
  readonly id: string;
  /** Canonical and verified by the provider; null for whoever came by a link. */
  readonly email: string | null;
}

/**
 * What the invitation is to this person: still to be accepted, or accepted by them before.
 * @throws HttpError `forbidden` for somebody else than was invited, `not_found` when it is over
 */
export function checkInvitation(
  found: FoundInvitation | undefined,
  { id, email }: Invited,
  now: Date,
): 'open' | 'accepted' {
  if (!found) throw isOver();
  if (email === null)
    throw new HttpError(
      'forbidden',
      'You came by a sign-in link, which proves no address; sign in by the provider with the account that was invited',
    );
  if (email !== found.address)
    throw new HttpError(
      'forbidden',
      `This invitation is for another address than ${email}; sign in with the account that it was sent to`,
    );
  const state = stateOf(found, now);
  if (state === 'accepted' && found.acceptedBy === id) return state;
  if (state !== 'open' || !found.isInviterIn) throw isOver();
  return state;
}

/** The same for all that it may be, from a link that never was to one that was used. */
export const isOver = (): HttpError =>
  new HttpError(
    'not_found',
    'This invitation is not valid any more; ask whoever sent it for another',
  );
