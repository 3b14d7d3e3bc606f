/** Tokens of programs. */
import type { tokens as english } from '../en/tokens.ts';
import type { Translation } from '../texts.ts';

export const tokens: Translation<typeof english> = {};
