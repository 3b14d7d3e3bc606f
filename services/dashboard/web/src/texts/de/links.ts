/** Pages that links in mails open. */
import type { links as english } from '../en/links.ts';
import type { Translation } from '../texts.ts';

export const links: Translation<typeof english> = {};
