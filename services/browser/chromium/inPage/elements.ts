/** Lists in the page what a person can point at, each with a selector that lasts. Functions here run in the page. */
import type { PageDocument, PageElement } from './dom.ts';
import { takesRoom } from './signs.ts';
import { isOffScreen } from './visible.ts';

declare const document: PageDocument;
declare const CSS: { escape(text: string): string };

/** One element of a picture, in its pixels. */
export interface FoundElement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly selector: string;
  /** The beginning of what it says. */
  readonly label: string;
}

export interface ElementsQuery {
  readonly most: number;
  /** Longest selector. */
  readonly characters: number;
  readonly height: number;
  /** Where the window stands in the picture. */
  readonly window: { readonly pageX: number; readonly pageY: number };
}

/** The elements of the page in document order, the larger ones first where there are too many. */
export function listElements(query: ElementsQuery): FoundElement[] {
  const { most, characters, height, window } = query;
  const found: { element: PageElement; area: number; at: number }[] = [];
  const all = document.body?.querySelectorAll('*') ?? [];
  for (let at = 0; at < Math.min(all.length, 20_000); at += 1) {
    const element = all[at];
    if (!element || !isPointedAt(element, height - window.pageY)) continue;
    const box = element.getBoundingClientRect();
    found.push({ element, area: box.width * box.height, at });
  }
  const kept = found
    .toSorted((left, right) => right.area - left.area)
    .slice(0, most)
    .toSorted((left, right) => left.at - right.at);
  return kept.flatMap(({ element }) => {
    const selector = selectorOf(element);
    if (selector === '' || selector.length > characters) return [];
    const box = element.getBoundingClientRect();
    const { innerText = '' } = element as { innerText?: string };
    const label = innerText.slice(0, 500).replace(/\s+/g, ' ').trim();
    return {
      left: Math.round(box.left + window.pageX),
      top: Math.round(box.top + window.pageY),
      width: Math.round(box.width),
      height: Math.round(box.height),
      selector,
      label: label.slice(0, 80),
    };
  });
}

/** Whether it shows words, above the lower edge of the picture. */
export function isPointedAt(element: PageElement, edge: number): boolean {
  if (/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|BR|WBR|OPTION)$/.test(element.tagName)) return false;
  const words = (element.textContent ?? '').trim();
  if (words === '' || !takesRoom(element) || isOffScreen(element)) return false;
  return element.getBoundingClientRect().top < edge;
}

/** The shortest way to this element alone: by what authors name, then by its place below that. */
export function selectorOf(element: PageElement): string {
  let path = '';
  for (let at: PageElement | null = element; at && at !== document.body; at = at.parentElement) {
    for (const own of namesOf(at)) {
      const selector = path === '' ? own : `${own} > ${path}`;
      if (isOnly(selector, element)) return selector;
    }
    const step = placeOf(at);
    path = path === '' ? step : `${step} > ${path}`;
  }
  const whole = `body > ${path}`;
  return path !== '' && isOnly(whole, element) ? whole : '';
}

/** What an element is called by its author, the surest first. */
export function namesOf(element: PageElement): string[] {
  const tag = element.tagName.toLowerCase();
  const names: string[] = [];
  if (element.id !== '' && !isGenerated(element.id)) names.push(`#${CSS.escape(element.id)}`);
  const attributes = [
    'data-testid',
    'data-test',
    'data-qa',
    'data-cy',
    'itemprop',
    'name',
    'aria-label',
  ];
  for (const name of attributes) {
    const value = element.getAttribute(name) ?? '';
    if (value !== '' && value.length <= 60 && !isGenerated(value))
      names.push(`${name === 'name' ? tag : ''}[${name}="${CSS.escape(value)}"]`);
  }
  const role = element.getAttribute('role') ?? '';
  if (/^[a-z]+$/.test(role)) names.push(`[role="${role}"]`);
  if (/^(main|article|h1|header|footer|nav|aside|table|form)$/.test(tag)) names.push(tag);
  const classes = (element.getAttribute('class') ?? '').split(/\s+/);
  for (const one of classes)
    if (one !== '' && !isGenerated(one)) names.push(`${tag}.${CSS.escape(one)}`);
  return names;
}

/** Names that a build tool or a framework makes, which are others tomorrow. */
export function isGenerated(name: string): boolean {
  if (/^(css|sc|jss|emotion|svelte|ng|react|ember|radix|headlessui)[-_:]/i.test(name)) return true;
  if (/^(:r|_ng|\d)/.test(name) || /\d{4,}/.test(name) || /__[\w-]*\w{5}$/.test(name)) return true;
  // letters and digits without a word: no vowel, or digits between letters
  return name
    .split(/[-_:]/)
    .some(
      (part) => /[a-z]\d+[a-z]/i.test(part) || (part.length >= 5 && !/[aeiouyäöü]/i.test(part)),
    );
}

/** The tag, and which of its kind it is among its neighbours. */
export function placeOf(element: PageElement): string {
  const tag = CSS.escape(element.tagName.toLowerCase());
  const neighbours = Array.from(element.parentElement?.children ?? []).filter(
    (one) => one.tagName === element.tagName,
  );
  return neighbours.length > 1 ? `${tag}:nth-of-type(${neighbours.indexOf(element) + 1})` : tag;
}

export function isOnly(selector: string, element: PageElement): boolean {
  const found = document.querySelectorAll(selector);
  return found.length === 1 && found[0] === element;
}

export const elementFunctions = [
  isGenerated,
  isOffScreen,
  isOnly,
  isPointedAt,
  namesOf,
  placeOf,
  selectorOf,
  takesRoom,
];
