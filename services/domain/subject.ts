/** The one key of a subject, for fingerprints and for setting and reading cooldowns. */

/** Subjects that differ only in case, width or white space are one. */
export const subjectKey = (subject: string): string =>
  subject.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
