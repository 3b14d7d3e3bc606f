/** Parts of a MonitorJob that several formats have in common: address, headers, times, selectors. */
import { formatDuration } from '../../domain/duration.ts';
import { checkRegex, checkSelector } from '../manifest/syntax.ts';
import { filled } from './filled.ts';
import { slugOf } from './names.ts';
import { labelOf, type Notes } from './report.ts';

/** Why nothing can be made of an entry. */
export class SkipEntry extends Error {
  readonly todo: string;
  constructor(why: string, todo: string) {
    super(why);
    this.name = 'SkipEntry';
    this.todo = todo;
  }
}

const MINUTE_MS = 60_000;
const MOST_MS = 744 * 3_600_000;

/**
 * The address of a page, without user name and password, which must not stand in a manifest.
 * @throws SkipEntry for what is no address of a web page
 */
export function pageUrl(text: string | undefined, field: string, notes: Notes): string {
  if (text === undefined)
    throw new SkipEntry(`${field}: is missing`, 'give the entry an address and import it again');
  if (/\{[{%]/.test(text))
    throw new SkipEntry(
      `${field}: is a template that is filled in at each check`,
      'write a monitor with one fixed address by hand',
    );
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new SkipEntry(
      `${field}: ${labelOf(text)} is no http or https address`,
      'duckmon watches web pages only',
    );
  if (url.username === '' && url.password === '') return text;
  url.username = '';
  url.password = '';
  notes.leftOut(
    field,
    'user name and password were taken out of the address: whoever may read a monitor could read them',
    'put them into a Secret duckmon-login-… and sign in by steps',
  );
  return url.href;
}

/** An interval of at least a minute and at most a month. */
export function intervalOf(ms: number, field: string, notes: Notes): string {
  const bounded = Math.min(Math.max(ms, MINUTE_MS), MOST_MS);
  if (bounded !== ms)
    notes.changed(
      field,
      `checks are between 1m and 744h apart, so ${formatDuration(ms)} became ${formatDuration(bounded)}`,
    );
  return formatDuration(bounded);
}

const OF_CONNECTION =
  /^(?:host|content-length|transfer-encoding|connection|upgrade|te|trailer|keep-alive|expect|proxy-.*)$/i;
/** Headers whose values are secrets. */
const SECRET_HEADER = /auth|cookie|token|secret|key|session|passw|csrf|signature/i;
const MOST_HEADERS = 20;

interface HeaderParts {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly userAgent?: string;
}

/** Headers that may stand in a manifest; a secret one never does. */
function headersOf(
  given: Readonly<Record<string, unknown>>,
  field: string,
  notes: Notes,
): HeaderParts {
  const headers: { name: string; value: string }[] = [];
  let userAgent: string | undefined;
  for (const [name, raw] of Object.entries(given)) {
    const value = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : '';
    const place = `${field}.${labelOf(name)}`;
    if (OF_CONNECTION.test(name)) notes.leftOut(place, 'duckmon sets this header itself');
    else if (SECRET_HEADER.test(name))
      notes.leftOut(
        place,
        'its value may be a secret, and whoever may read a monitor could read it',
        'if it is none, add it to sources[0].http.headers; for a login use steps and a Secret',
      );
    else if (name.toLowerCase() === 'user-agent') userAgent = value;
    else if (value === '' || headers.length >= MOST_HEADERS)
      notes.leftOut(
        place,
        value === '' ? 'it has no value' : `a source has ${MOST_HEADERS} headers at most`,
      );
    else headers.push({ name, value });
  }
  return { headers, ...(userAgent ? { userAgent } : {}) };
}

export interface Request {
  readonly method: string | undefined;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * The parts `http` and `userAgent` of a source.
 * @param bodyField what the file calls the body
 */
export function requestOf(
  request: Request,
  notes: Notes,
  bodyField = 'body',
): Readonly<Record<string, unknown>> {
  const method = (request.method ?? 'GET').toUpperCase();
  const isKnown = ['GET', 'POST', 'HEAD'].includes(method);
  if (!isKnown)
    notes.leftOut('method', `${labelOf(method)} is none of GET, POST and HEAD`, 'GET is sent');
  const isPost = method === 'POST';
  if (request.body !== undefined && !isPost) notes.leftOut(bodyField, 'only a POST has a body');
  const { headers, userAgent } = headersOf(request.headers, 'headers', notes);
  const http = filled({
    method: isKnown && method !== 'GET' ? method : undefined,
    headers,
    body: isPost ? request.body : undefined,
  });
  return filled({ http, userAgent });
}

const MOST_SELECTORS = 20;

/** Selectors that duckmon can read; `convert` says undefined for a language that it does not have. */
export function selectorsOf(
  given: readonly string[],
  field: string,
  notes: Notes,
  convert: (selector: string) => string | undefined,
): string[] {
  const taken: string[] = [];
  for (const selector of given) {
    const converted = convert(selector);
    const wrong =
      converted === undefined
        ? 'is in a language that duckmon does not have'
        : converted.length > 512
          ? 'has more than 512 characters'
          : checkSelector(converted);
    if (converted !== undefined && wrong === undefined && taken.length < MOST_SELECTORS)
      taken.push(converted);
    else
      notes.leftOut(
        field,
        `${labelOf(selector)} ${wrong ?? `is more than the ${MOST_SELECTORS} that a source can have`}`,
        'choose the part of the page as a CSS selector, xpath: or jsonpath:',
      );
  }
  return taken;
}

/** A literal text as a regular expression of RE2. */
export const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A regular expression that RE2 takes, or undefined with a note. */
export function patternOf(
  pattern: string,
  field: string,
  notes: Notes,
  shown = pattern,
): string | undefined {
  const wrong = pattern.length > 512 ? 'has more than 512 characters' : checkRegex(pattern);
  if (wrong === undefined) return pattern;
  notes.leftOut(
    field,
    `${labelOf(shown)} ${wrong}`,
    'write it without look-around and back-references, which RE2 does not have',
  );
  return undefined;
}

/** Tags as a manifest takes them: labels of letters, digits and hyphens. */
export const tagsOf = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => slugOf(name, 63)))].filter((name) => name !== '').slice(0, 20);

/** The goal of what has none in the file. */
export const ANY_CHANGE = 'Tell me about every change of this page, and say what changed.';

/** Notes that a goal was made up. */
export const noteGoal = (notes: Notes): void =>
  notes.changed(
    'goal',
    'the file says no more than that a change matters, so the goal is to tell every change',
    'say in goal.prompt what matters to you',
  );
