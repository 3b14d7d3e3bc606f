/** Where alerts go to. */
import type { channels as english } from '../en/channels.ts';
import type { Translation } from '../texts.ts';

export const channels: Translation<typeof english> = {};
