/** Decides whether a page can be compared at all: walls, error pages and empty ones cannot. */
import { consentLines, notFoundLine, SHORT_PAGE, signInLine, signsOfText } from './phrases.ts';
import type { FetchedPage, NotJudgeable, PageSign, Validity } from './types.ts';

export interface ValidityContext {
  /** Text lengths of this source's last valid snapshots. */
  readonly previousLengths: readonly number[];
  /** From `notJudgeable.minTextLength`. */
  readonly minTextLength?: number | undefined;
}

/** A page with what its detectors share. */
interface Evidence {
  readonly page: FetchedPage;
  readonly signs: ReadonlyMap<PageSign['kind'], string>;
  /** Median length of the source's history; undefined when it is too short to tell. */
  readonly usual: number | undefined;
  readonly minTextLength: number;
}

/** The excerpt that shows it, or undefined when the page is not of this kind. */
type Detector = (evidence: Evidence) => string | undefined;

/** A history tells from this many snapshots on. */
const HISTORY = 3;
/** Pages that lost so much of their usual text are not compared. */
const NEARLY_EMPTY = 0.1;
/** A page is shorter than usual when this share of its text is left. */
const MUCH_SHORTER = 0.5;
/** Text besides a consent dialog that makes a page worth reading. */
const BESIDES_CONSENT = 250;
/** Soft "not found" pages often keep the navigation. */
const SOFT_NOT_FOUND = 2_000;
/** A page with less text than this has nothing but its widget. */
const NOTHING_ELSE = 40;
/** Signs in the structure are trusted only on a page that has hardly more. */
const BARE_PAGE = 600;

const LOGIN_URL =
  /(?:^|[/._])(?:log-?in|sign-?in|sso|auth|oauth2?|saml|accounts?\/login|session\/new)(?:[/.?]|$)/i;

/** In this order: what a page says by its status, then walls, then what is missing. */
const detectors: readonly (readonly [NotJudgeable, Detector])[] = [
  ['captcha', isCaptcha],
  ['geoBlock', isGeoBlock],
  ['loginWall', isLoginWall],
  ['errorPage', isErrorPage],
  ['consentWall', isConsentWall],
  ['softNotFound', isSoftNotFound],
  ['emptyRender', isEmptyRender],
];

/** Whether a page may be compared and become a baseline; the first detector that fires says why. */
export function judgeValidity(page: FetchedPage, context: ValidityContext): Validity {
  const evidence = gather(page, context);
  for (const [why, detect] of detectors) {
    const found = detect(evidence);
    if (found !== undefined) return { kind: 'notJudgeable', why, evidence: found };
  }
  return { kind: 'valid' };
}

function gather(page: FetchedPage, context: ValidityContext): Evidence {
  const signs = new Map<PageSign['kind'], string>();
  for (const { kind, evidence } of [...signsOfText(page.title, page.text), ...page.signs]) {
    if (!signs.has(kind)) signs.set(kind, evidence);
  }
  const sorted = [...context.previousLengths].sort((left, right) => left - right);
  const usual = sorted.length < HISTORY ? undefined : sorted[sorted.length >> 1];
  return { page, signs, usual, minTextLength: context.minTextLength ?? 0 };
}

/** A wall says so in words on a short page; a widget alone only where there is nothing else. */
function isCaptcha({ page, signs }: Evidence): string | undefined {
  if (page.text.length > SHORT_PAGE) return undefined;
  const wall = signs.get('botWall');
  if (wall !== undefined) return wall;
  const refused = [401, 403, 405, 429, 503].includes(page.status);
  return refused || page.text.length < NOTHING_ELSE ? signs.get('captcha') : undefined;
}

function isGeoBlock({ page, signs }: Evidence): string | undefined {
  if (page.status === 451) return 'HTTP status 451';
  return page.text.length <= BARE_PAGE ? signs.get('geoBlock') : undefined;
}

function isLoginWall({ page, signs, usual }: Evidence): string | undefined {
  const marked = signs.get('loggedOutSelector');
  if (marked !== undefined) return marked;
  const form = signs.get('loginForm');
  const asked = LOGIN_URL.test(pathOf(page.requestedUrl));
  if (asked || page.text.length > SHORT_PAGE) return undefined;
  if (LOGIN_URL.test(pathOf(page.finalUrl))) return `The page moved to ${pathOf(page.finalUrl)}.`;
  if (form === undefined || isUsual(page, usual)) return undefined;
  if (page.status === 401 || page.status === 403) return form;
  if (usual !== undefined && page.text.length < usual * MUCH_SHORTER) return form;
  return page.text.length <= BARE_PAGE ? signInLine(page.title, page.text) : undefined;
}

function isErrorPage({ page, signs }: Evidence): string | undefined {
  if (page.status >= 400) return `HTTP status ${page.status}`;
  return page.text.length <= BARE_PAGE ? signs.get('errorTemplate') : undefined;
}

function isConsentWall({ page, signs }: Evidence): string | undefined {
  const lines = consentLines(page.text, BESIDES_CONSENT);
  const [first] = lines;
  return signs.has('consentWall') || lines.length > 1 ? first : undefined;
}

function isSoftNotFound({ page }: Evidence): string | undefined {
  if (page.text.length > SOFT_NOT_FOUND) return undefined;
  return notFoundLine(page.title, page.text);
}

function isEmptyRender({ page, signs, usual, minTextLength }: Evidence): string | undefined {
  const length = page.text.trim().length;
  if (length === 0) return 'The page has no visible text.';
  if (length < minTextLength) return `Only ${length} of at least ${minTextLength} characters.`;
  if (usual !== undefined && length < usual * NEARLY_EMPTY) {
    return `Only ${length} characters; usually about ${usual}.`;
  }
  return length < BARE_PAGE / 3 ? signs.get('emptyAppShell') : undefined;
}

/** Whether the page is about as long as it always was: a form on it is then part of it. */
function isUsual(page: FetchedPage, usual: number | undefined): boolean {
  if (usual === undefined) return false;
  return page.text.length >= usual * MUCH_SHORTER && page.text.length <= usual / MUCH_SHORTER;
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { hostname, pathname } = new URL(url);
  return `${hostname.split('.')[0] ?? ''}${pathname}`;
}
