/** Reads the whole page in the page: text, title, values, signs. Functions here run in the page. */
import type { PageDocument, PageElement, PageNode } from './dom.ts';
import { callInPage } from './script.ts';
import {
  findAll,
  findTexts,
  inOrder,
  selectFunctions,
  tryFind,
  withoutNested,
  type BadSelector,
} from './select.ts';
import {
  CAPTCHA_SELECTORS,
  captchaSigns,
  consentSigns,
  hasCoveringFrame,
  loginSigns,
  shellSigns,
  signFunctions,
  type FoundSign,
} from './signs.ts';
import { linesOf, textFunctions } from './text.ts';

declare const document: PageDocument;

/** What to read. */
export interface PageQuery {
  readonly include: string[];
  readonly exclude: string[];
  /** CSS and `xpath:` only. */
  readonly values: { readonly name: string; readonly select: string; readonly most: number }[];
  readonly loggedOutSelector: string | null;
  readonly captchaSelectors: string[];
  readonly textCharacters: number;
  readonly documentCharacters: number;
}

/** What was read. */
export interface PageAnswer {
  readonly title: string;
  readonly text: string;
  /** The document as it is now. */
  readonly html: string;
  readonly truncated: boolean;
  readonly included: number;
  readonly signs: FoundSign[];
  /** A frame lies over the page: what it says is not read here. */
  readonly coveringFrame: boolean;
  readonly values: { readonly [name: string]: string[] };
  readonly bad: BadSelector[];
}

/** The script that answers a query. */
export const extractScript = (query: Omit<PageQuery, 'captchaSelectors'>): string =>
  callInPage(
    readPage,
    [
      ...new Set([...textFunctions, ...selectFunctions, ...signFunctions, elementsOf, valuesOf]),
    ] as never,
    { ...query, captchaSelectors: [...CAPTCHA_SELECTORS] },
  );

export function readPage(query: PageQuery): PageAnswer {
  const bad: BadSelector[] = [];
  const include = elementsOf(query.include, bad);
  const excluded = new Set<PageNode>(elementsOf(query.exclude, bad));
  const roots =
    query.include.length > 0
      ? inOrder(withoutNested(include))
      : [document.body ?? document.documentElement];
  const lines: string[] = [];
  let room = query.textCharacters;
  for (const root of roots) {
    const part = linesOf(root, excluded, room);
    for (const line of part) room -= line.length + 1;
    lines.push(...part);
  }
  const text = lines.join('\n');
  const loggedOut =
    query.loggedOutSelector !== null && elementsOf([query.loggedOutSelector], bad).length > 0;
  const html = document.documentElement.outerHTML;
  return {
    title: document.title,
    text,
    html: html.slice(0, query.documentCharacters),
    truncated: room <= 0 || html.length > query.documentCharacters,
    included: roots.length,
    signs: [
      ...captchaSigns(query.captchaSelectors, text.length),
      ...consentSigns(),
      ...loginSigns(loggedOut ? query.loggedOutSelector : null),
      ...shellSigns(text.length),
    ],
    coveringFrame: hasCoveringFrame(),
    values: valuesOf(query.values, bad),
    bad,
  };
}

export function elementsOf(selectors: string[], bad: BadSelector[]): PageElement[] {
  const elements: PageElement[] = [];
  for (const selector of selectors) {
    const found = tryFind(selector, findAll);
    if (Array.isArray(found)) elements.push(...found);
    else bad.push(found);
  }
  return elements;
}

export function valuesOf(
  values: PageQuery['values'],
  bad: BadSelector[],
): { [name: string]: string[] } {
  const answer: { [name: string]: string[] } = {};
  for (const { name, select, most } of values) {
    const found = tryFind(select, (selector) => findTexts(selector, most));
    if (Array.isArray(found)) answer[name] = found.map((text) => text.replace(/\s+/g, ' ').trim());
    else bad.push(found);
  }
  return answer;
}
