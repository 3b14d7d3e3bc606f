/** The stages of a check, from a fetched page to a delivered alert. */

/** In the order in which a check passes them; the last one reached is stored with the check. */
export const STAGES = [
  'fetched',
  'valid',
  'changed',
  'conditions',
  'diffed',
  'judged',
  'evidence',
  'relevant',
  'deduped',
  'alerted',
  'delivered',
] as const;
export type Stage = (typeof STAGES)[number];
