/** Signing in, and confirming who one is. */
import type { signIn as english } from '../en/signIn.ts';
import type { Translation } from '../texts.ts';

export const signIn: Translation<typeof english> = {};
