/** Invitations to whoever is signed in. */
export const ownInvitations = {
  title: 'Invitations to you',
  anOwner: 'An owner',
  invites:
    '{inviter} invites you to {workspace} as {role}. Members see your name, and owners your address.',
  join: 'Join',
  joinWhich: 'Join {workspace}',
  decline: 'Decline',
  declineWhich: 'Decline {workspace}',
} as const;
