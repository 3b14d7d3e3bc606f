/** Invitations to whoever is signed in. */
import type { ownInvitations as english } from '../en/ownInvitations.ts';
import type { Translation } from '../texts.ts';

export const ownInvitations: Translation<typeof english> = {};
