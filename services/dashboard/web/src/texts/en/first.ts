/** What is said before any page but the list of monitors is gone to. */
import { frame } from './frame.ts';
import { monitors } from './monitors.ts';
import { numbers } from './numbers.ts';
import { ownInvitations } from './ownInvitations.ts';
import { signIn } from './signIn.ts';
import { words } from './words.ts';

export const first = {
  frame,
  monitors,
  numbers,
  ownInvitations,
  signIn,
  words,
};
export type First = typeof first;
