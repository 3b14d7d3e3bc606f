/** What a monitor sees before it is saved. */
import type { preview as english } from '../en/preview.ts';
import type { Translation } from '../texts.ts';

export const preview: Translation<typeof english> = {};
