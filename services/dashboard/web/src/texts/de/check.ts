/** One check, with its verdicts and evidence. */
import type { check as english } from '../en/check.ts';
import type { Translation } from '../texts.ts';

export const check: Translation<typeof english> = {};
