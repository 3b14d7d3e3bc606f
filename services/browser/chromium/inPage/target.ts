/** Finds in the page what a step is about. Functions here run in the page. */
import type { StepTarget } from '../../../core/contracts/browser.ts';
import type { PageDocument, PageElement } from './dom.ts';
import { selectFunctions, findAll, tryFind } from './select.ts';
import { takesRoom } from './signs.ts';
import { isOffScreen } from './visible.ts';

declare const document: PageDocument & {
  elementFromPoint(x: number, y: number): PageElement | null;
};

/** A field of a form; other elements lack what is optional. */
export interface Field extends PageElement {
  value?: string;
  readonly type?: string;
  readonly disabled?: boolean;
  readonly readOnly?: boolean;
  readonly labels?: ArrayLike<PageElement> | null;
  readonly form?: PageElement | null;
  readonly options?: ArrayLike<Field>;
  focus(): void;
  scrollIntoView(options: object): void;
  dispatchEvent(event: object): boolean;
}

/** What came of a step in the page; `absent` may still come, and `hindered` may pass. */
export type StepAnswer = { readonly kind: 'done'; readonly x: number; readonly y: number } | Undone;

export interface Undone {
  readonly kind: 'absent' | 'hindered' | 'wrong';
  readonly why: string;
}

/** The elements that roles mean, the usual ones first. */
export const ROLE_SELECTORS: Readonly<Record<string, string>> = {
  Button: 'button, [role=button], input[type=submit], input[type=button], summary',
  Link: 'a[href], [role=link]',
  Textbox:
    'textarea, [role=textbox], [role=searchbox], input:not([type]), input[type=text], input[type=email], input[type=password], input[type=search], input[type=tel], input[type=url], input[type=number]',
  Checkbox: 'input[type=checkbox], [role=checkbox], [role=switch]',
  Radio: 'input[type=radio], [role=radio]',
  Combobox: 'select, [role=combobox]',
  Tab: '[role=tab]',
  Menuitem: '[role=menuitem]',
};

export interface TargetQuery {
  readonly target: StepTarget;
  readonly roles: Readonly<Record<string, string>>;
}

export function foldWords(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** Visible elements, the best one first; undefined for a selector that cannot be read. */
export function findTargets({ target, roles }: TargetQuery): Field[] | undefined {
  const found = candidatesOf(target, roles);
  return found?.filter((element) => isSeen(element)) as Field[] | undefined;
}

export function candidatesOf(
  target: StepTarget,
  roles: Readonly<Record<string, string>>,
): PageElement[] | undefined {
  switch (target.by) {
    case 'selector': {
      const found = tryFind(target.selector, findAll);
      return Array.isArray(found) ? found : undefined;
    }
    case 'text':
      return byWords(Array.from(document.querySelectorAll('body *')), target.text, wordsOf);
    case 'role': {
      const all = Array.from(document.querySelectorAll(roles[target.role] ?? ''));
      return target.name === undefined ? all : byWords(all, target.name, nameOf);
    }
    default:
      return target satisfies never;
  }
}

/** Those that say it, those that say nothing more first, and of nested ones the innermost first. */
export function byWords(
  elements: PageElement[],
  words: string,
  read: (element: PageElement) => string,
): PageElement[] {
  const wanted = foldWords(words);
  return elements
    .map((element) => ({ element, said: foldWords(read(element)) }))
    .filter(({ said }) => said.includes(wanted))
    .toSorted((left, right) =>
      left.said.length === right.said.length
        ? Number(left.element.contains(right.element)) -
          Number(right.element.contains(left.element))
        : left.said.length - right.said.length,
    )
    .map(({ element }) => element);
}

/** The words of an element; scripts and styles say nothing. */
export function wordsOf(element: PageElement): string {
  if (/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(element.tagName)) return '';
  const { type, value } = element as Field;
  return type === 'submit' || type === 'button'
    ? (element.textContent ?? '') || (value ?? '')
    : (element.textContent ?? '');
}

/** What assistive technology would call an element, in short. */
export function nameOf(element: PageElement): string {
  const labels = Array.from((element as Field).labels ?? [], (label) => label.textContent ?? '');
  return (
    [
      element.getAttribute('aria-label') ?? '',
      labels.join(' '),
      wordsOf(element),
      element.getAttribute('placeholder') ?? '',
      element.getAttribute('title') ?? '',
    ].find((name) => name.trim() !== '') ?? ''
  );
}

/** Whether a person could see it, once scrolled to. */
export function isSeen(element: PageElement): boolean {
  const shows = element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true });
  return shows !== false && takesRoom(element) && !isOffScreen(element);
}

/** The middle of an element that lies open there; else what hinders it. */
export function placeOf(element: Field): StepAnswer {
  element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const box = element.getBoundingClientRect();
  const x = (box.left + box.right) / 2;
  const y = (box.top + box.bottom) / 2;
  const top = document.elementFromPoint(x, y);
  const isOpen = top !== null && (element.contains(top) || top.contains(element));
  if (!isOpen) return { kind: 'hindered', why: 'something else lies over it' };
  if (element.disabled === true) return { kind: 'hindered', why: 'it is disabled' };
  return { kind: 'done', x, y };
}

export const targetFunctions = [
  ...selectFunctions,
  byWords,
  candidatesOf,
  findTargets,
  foldWords,
  isOffScreen,
  isSeen,
  nameOf,
  placeOf,
  takesRoom,
  wordsOf,
];
