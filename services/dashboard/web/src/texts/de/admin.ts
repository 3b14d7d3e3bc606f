/** Administration of the installation. */
import type { admin as english } from '../en/admin.ts';
import type { Translation } from '../texts.ts';

export const admin: Translation<typeof english> = {};
