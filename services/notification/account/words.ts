/** Pieces of the words of the installation's own mails. Pure. */
import { cleanProse } from '../../domain/prose.ts';
import { oneLine } from '../template.ts';

/** A time to the minute, such as `2026-03-01 12:00 UTC`. */
export const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

/** People's own words in quotes after a space, without what would become a link (D18); '' for none. */
export const named = (text: string): string => {
  const clean = oneLine(cleanProse(text)).slice(0, 100);
  return clean === '' ? '' : ` “${clean}”`;
};
