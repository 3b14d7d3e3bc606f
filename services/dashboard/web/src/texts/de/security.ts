/** Passkeys, authenticator app and recovery codes. */
import type { security as english } from '../en/security.ts';
import type { Translation } from '../texts.ts';

export const security: Translation<typeof english> = {};
