/** Feeds of findings. */
import type { feeds as english } from '../en/feeds.ts';
import type { Translation } from '../texts.ts';

export const feeds: Translation<typeof english> = {};
