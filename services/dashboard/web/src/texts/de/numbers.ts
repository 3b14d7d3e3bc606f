/** Numbers that monitors read, in words. */
import type { numbers as english } from '../en/numbers.ts';
import type { Translation } from '../texts.ts';

export const numbers: Translation<typeof english> = {};
