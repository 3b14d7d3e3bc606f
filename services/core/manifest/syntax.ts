/** Checks of small languages that a schema cannot express: each says what is wrong, or nothing. */
import { load } from 'cheerio';
import { Cron } from 'croner';
import fontoxpath from 'fontoxpath';
import { jsonpath } from 'json-p3';
import { RE2JS } from 're2js';
import { Document } from 'slimdom';

/** What is wrong with a text, or undefined when nothing is. */
export type SyntaxCheck = (text: string) => string | undefined;

/** A moment before a leap year, so that a cron that only fires on 29 February has a next time. */
const BEFORE_LEAP_YEAR = new Date('2024-01-01T00:00:00Z');
const emptyPage = load('');
// The package is CommonJS in a form whose names an import statement cannot see.
// oxlint-disable-next-line import/no-named-as-default-member
const { parseScript } = fontoxpath;

/** The first line of a library's message, bounded. */
const brief = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 160) ?? '';

/** Five cron fields that come true at some time. */
export const checkCron: SyntaxCheck = (text) => {
  if (text.trim().split(/\s+/).length !== 5)
    return 'must have five cron fields (minute, hour, day of month, month, day of week)';
  try {
    const cron = new Cron(text, { paused: true, mode: '5-part', timezone: 'UTC' });
    return cron.nextRun(BEFORE_LEAP_YEAR) ? undefined : 'never comes true';
  } catch (error) {
    return `is not a valid cron expression: ${brief(error).replace(/^CronPattern: /, '')}`;
  }
};

/** Zones that were found good: a formatter costs more than all else of a manifest. */
const knownZones = new Set<string>();
/** A zone may be written in any case, so that there is no end of names. */
const MAX_KNOWN_ZONES = 1_000;

/** A zone of the IANA database. */
export const checkTimeZone: SyntaxCheck = (text) => {
  if (knownZones.has(text)) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).format(BEFORE_LEAP_YEAR);
  } catch {
    return 'is not a known IANA time zone; write one such as Europe/Berlin';
  }
  if (knownZones.size >= MAX_KNOWN_ZONES) knownZones.clear();
  knownZones.add(text);
  return undefined;
};

/** A well-formed BCP 47 language tag. */
export const checkLanguage: SyntaxCheck = (text) => {
  try {
    Intl.getCanonicalLocales(text);
    return undefined;
  } catch {
    return 'is not a BCP 47 language tag; write one such as en or de-CH';
  }
};

/** A regular expression of RE2, which never takes more than linear time. */
export const checkRegex: SyntaxCheck = (text) => {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return `is not a valid RE2 expression: ${brief(error).replace(/^error parsing regexp: /, '')}`;
  }
};

/** A CSS selector. */
export const checkCss: SyntaxCheck = (text) => {
  if (text.trim() === '') return 'is not a valid CSS selector: it is empty';
  if (text.includes('<')) return "is not a valid CSS selector: it contains '<'";
  // The library would take it as relative to the page; browsers refuse it.
  if (/^\s*[>+~]/.test(text)) return 'is not a valid CSS selector: it begins with a combinator';
  try {
    emptyPage.root().find(text);
    return undefined;
  } catch (error) {
    return `is not a valid CSS selector: ${brief(error)}`;
  }
};

/** An XPath expression (3.1); only parsed, never run. */
export const checkXpath: SyntaxCheck = (text) => {
  try {
    parseScript(text, {}, new Document());
    return undefined;
  } catch {
    return 'is not a valid XPath expression';
  }
};

/** A JSONPath query (RFC 9535). */
export const checkJsonPath: SyntaxCheck = (text) => {
  try {
    jsonpath.compile(text);
    return undefined;
  } catch (error) {
    return `is not a valid JSONPath query: ${brief(error)}`;
  }
};

const LANGUAGES: readonly (readonly [prefix: string, check: SyntaxCheck])[] = [
  ['xpath:', checkXpath],
  ['jsonpath:', checkJsonPath],
  ['regex:', checkRegex],
];

function checkPrefixed(text: string, allowed: readonly string[]): string | undefined {
  const language = LANGUAGES.find(([prefix]) => text.startsWith(prefix));
  if (!language) return checkCss(text);
  const [prefix, check] = language;
  if (!allowed.includes(prefix))
    return `must be a CSS selector or begin with ${allowed.join(' or ')}`;
  return check(text.slice(prefix.length).trim());
}

/** A part of a page: CSS, `xpath:` or `jsonpath:`. */
export const checkSelector: SyntaxCheck = (text) => checkPrefixed(text, ['xpath:', 'jsonpath:']);

/** Something in a web page: CSS or `xpath:`. */
export const checkPageSelector: SyntaxCheck = (text) => checkPrefixed(text, ['xpath:']);

/** A value in a page: CSS, `xpath:`, `jsonpath:` or `regex:`. */
export const checkValueSelector: SyntaxCheck = (text) =>
  checkPrefixed(text, ['xpath:', 'jsonpath:', 'regex:']);
