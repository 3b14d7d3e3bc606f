/** A copy of all data, and deleting it. */
import type { data as english } from '../en/data.ts';
import type { Translation } from '../texts.ts';

export const data: Translation<typeof english> = {};
