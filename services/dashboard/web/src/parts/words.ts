/** Reasons and stages of a check in words that a person reads. Pure; tested without a browser. */
import { known, t } from '../texts/texts.ts';

/** The words of a reason; one that is not in the catalogue is taken apart at its capitals. */
export const reasonWords = (reason: string): string =>
  known('words.reasons', reason) ??
  known('check.reasons', reason) ??
  known('check.whys', reason) ??
  reason
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

/** How far a check came. */
export const stageWord = (stage: string): string => known('check.stages', stage) ?? stage;

/** Why a change could not be judged. */
export const undeterminedWords = (why: string): string =>
  known('check.whys', why) ?? why.replaceAll('_', ' ');

/** What became of a check. */
export const outcomeWord = (outcome: string): string => known('words.outcomes', outcome) ?? outcome;

/** The verdict's word; `undetermined` is said as what it means for a person. */
export const verdictWord = (verdict: string): string => known('words.verdicts', verdict) ?? verdict;

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
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser !== undefined && system !== undefined)
    return t('words.browserOn', { browser, system });
  return browser ?? system ?? t('words.unknownProgram');
}

const STRIP = [
  ['told', ['Alerted']],
  ['changed', ['Changed', 'Suppressed']],
  ['unchanged', ['Unchanged']],
  ['notJudgeable', ['NotJudgeable', 'Missed']],
  ['failed', ['Failed']],
] as const;

/** Such as "Last 12 checks: 1 told, 10 unchanged, 1 failed". */
export function stripWords(checks: readonly { readonly outcome: string }[]): string {
  const parts = STRIP.flatMap(([name, outcomes]) => {
    const count = checks.filter(({ outcome }) => outcomes.some((each) => each === outcome)).length;
    return count === 0 ? [] : [t(`words.strip.${name}`, { count })];
  });
  return t('words.strip.all', { count: checks.length, parts: parts.join(', ') });
}
