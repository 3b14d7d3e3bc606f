/** Invitations to whoever is signed in. */
export const ownInvitations = {} as const;
