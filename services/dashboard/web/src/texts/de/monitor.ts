/** One monitor, with its history. */
import type { monitor as english } from '../en/monitor.ts';
import type { Translation } from '../texts.ts';

export const monitor: Translation<typeof english> = {};
