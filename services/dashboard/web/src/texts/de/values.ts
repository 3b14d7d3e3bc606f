/** The numbers of a monitor over time. */
import type { values as english } from '../en/values.ts';
import type { Translation } from '../texts.ts';

export const values: Translation<typeof english> = {};
