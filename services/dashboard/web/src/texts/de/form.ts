/** The form of a new or edited monitor. */
import type { form as english } from '../en/form.ts';
import type { Translation } from '../texts.ts';

export const form: Translation<typeof english> = {};
