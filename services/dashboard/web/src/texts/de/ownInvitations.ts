/** Invitations to whoever is signed in. */
import type { ownInvitations as english } from '../en/ownInvitations.ts';
import type { Translation } from '../texts.ts';

export const ownInvitations: Translation<typeof english> = {
  title: 'Einladungen an Sie',
  anOwner: 'Ein Besitzer',
  invites:
    '{inviter} lädt Sie als {role} in {workspace} ein. Mitglieder sehen Ihren Namen, Besitzer auch Ihre Adresse.',
  join: 'Beitreten',
  joinWhich: 'Beitreten: {workspace}',
  decline: 'Ablehnen',
  declineWhich: 'Ablehnen: {workspace}',
};
