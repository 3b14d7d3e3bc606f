/** Reasons and stages of a check in words that a person reads. Pure; tested without a browser. */

const REASONS: Readonly<Record<string, string>> = {
  firstBaseline: 'first look: the page is remembered',
  newBaseline: 'the page is read in another way now: it is remembered anew',
  sameText: 'the same text as before',
  notModified: 'the server says it is the same as before',
  noMatch: 'the change is not what you asked for',
  belowThreshold: 'not relevant enough',
  requirementNotMet: 'a required condition does not hold',
  undeterminedHeld: 'not judged, kept here',
  undeterminedRetry: 'not judged yet, tried again later',
  knownFinding: 'told before',
  hourlyLimit: 'held: the limit of the hour is reached',
  awaitingConfirmation: 'looked at again before telling',
  notConfirmed: 'gone when looked at again',
  judgedByHand: 'judged again by hand',
};

/** The words of a reason; one that is not in the table is taken apart at its capitals. */
export const reasonWords = (reason: string): string =>
  REASONS[reason] ??
  reason
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Headless)?(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** A browser as a person knows it; the whole text of the header is for the title. */
export function browserWords(userAgent: string | null): string {
  const find = (table: typeof BROWSERS): string | undefined =>
    table.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const parts = [find(BROWSERS), find(SYSTEMS)].filter((part) => part !== undefined);
  return parts.length === 0 ? 'an unknown program' : parts.join(' on ');
}

const STRIP_WORDS: readonly (readonly [string, readonly string[]])[] = [
  ['told', ['Alerted']],
  ['changed', ['Changed', 'Suppressed']],
  ['unchanged', ['Unchanged']],
  ['not judgeable', ['NotJudgeable', 'Missed']],
  ['failed', ['Failed']],
];

/** Such as "Last 12 checks: 1 told, 10 unchanged, 1 failed". */
export function stripWords(checks: readonly { readonly outcome: string }[]): string {
  const counted = STRIP_WORDS.map(([word, outcomes]) => {
    const count = checks.filter(({ outcome }) => outcomes.includes(outcome)).length;
    return count === 0 ? '' : `${count} ${word}`;
  }).filter((part) => part !== '');
  return `Last ${checks.length} checks: ${counted.join(', ')}`;
}
