/** Recognises walls in the page by their structure. Functions here run in the page. */
import type { PageDocument, PageElement, Style } from './dom.ts';
import { visibleFunctions } from './visible.ts';

declare const document: PageDocument;
declare const innerWidth: number;
declare const innerHeight: number;
declare function getComputedStyle(element: PageElement): Style;

/** What was recognised, with the selector or words that show it. */
export interface FoundSign {
  readonly kind: 'captcha' | 'consentWall' | 'loginForm' | 'loggedOutSelector' | 'emptyAppShell';
  readonly evidence: string;
}

const captchaSelectors = [
  '.g-recaptcha',
  '.h-captcha',
  '.cf-turnstile',
  '#challenge-form',
  '#challenge-running',
  '#cf-challenge-running',
  '#px-captcha',
  'iframe[src*="recaptcha/api2/anchor"]',
  'iframe[src*="hcaptcha.com/captcha"]',
  'iframe[src*="challenges.cloudflare.com"]',
  'iframe[src*="captcha-delivery.com"]',
];

/** Whether an element takes up room in the page. */
export function takesRoom(element: PageElement): boolean {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === 'visible';
}

export function captchaSigns(selectors: string[], textLength: number): FoundSign[] {
  // A form may carry a small widget; a wall has hardly any other text.
  if (textLength > 1500) return [];
  const found = selectors.find((selector) => document.querySelector(selector) !== null);
  return found ? [{ kind: 'captcha', evidence: found }] : [];
}

/** A sheet over the page that speaks of cookies or consent and has buttons. */
export function consentSigns(): FoundSign[] {
  for (const element of coveringElements()) {
    const words = consentWords(element);
    if (words !== null) return [{ kind: 'consentWall', evidence: words }];
  }
  return [];
}

/** What a dialog says of cookies or consent; null for anything else. */
export function consentWords(element: PageElement): string | null {
  const text = (element.textContent ?? '').replace(/\s+/g, ' ').trim();
  const asks = /cookie|consent|privacy|datenschutz|einwillig|confidentialit|privacidad/i.test(text);
  const buttons = 'button, a, input[type=button], input[type=submit], [role=button]';
  return asks && text.length <= 6000 && element.querySelector(buttons) ? text.slice(0, 200) : null;
}

/** Whether a frame lies over the page and covers a third of the window. */
export function hasCoveringFrame(): boolean {
  const least = (innerWidth * innerHeight) / 3;
  return Array.from(document.querySelectorAll('iframe')).some((frame) => {
    const box = frame.getBoundingClientRect();
    return box.width * box.height >= least && takesRoom(frame) && isLifted(frame);
  });
}

/** Whether an element or what holds it is taken out of the page's flow. */
export function isLifted(element: PageElement): boolean {
  for (let one: PageElement | null = element; one; one = one.parentElement) {
    const { position } = getComputedStyle(one);
    if (position === 'fixed' || position === 'absolute' || one.tagName === 'DIALOG') return true;
  }
  return false;
}

/** Runs in a frame: whether it is a consent dialog of at least this many square pixels. */
export function isConsentFrame(least: number): boolean {
  if (innerWidth * innerHeight < least) return false;
  return document.body !== null && consentWords(document.body) !== null;
}

/** What is lifted out of the page near its root, or lies at the middle of the window, and covers a third of it. */
export function coveringElements(): PageElement[] {
  const window = innerWidth * innerHeight;
  const covers = (element: PageElement): boolean => {
    const { width, height } = element.getBoundingClientRect();
    return width * height >= window / 3 && takesRoom(element);
  };
  const outer = Array.from(document.querySelectorAll('body > *, body > * > *, dialog'));
  const lifted = outer.filter((element) =>
    /^(fixed|absolute)$/.test(getComputedStyle(element).position),
  );
  return [...new Set([...lifted, ...fixedAtMiddle()])].filter(covers);
}

/** However deep: frameworks put their dialogs far below `body`. */
export function fixedAtMiddle(): PageElement[] {
  const parts: PageElement[] = [];
  let element = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  for (; element; element = element.parentElement)
    if (getComputedStyle(element).position === 'fixed') parts.push(element);
  return parts;
}

export function loginSigns(loggedOutSelector: string | null): FoundSign[] {
  const signs: FoundSign[] = [];
  const password = Array.from(document.querySelectorAll('input[type=password]')).find(takesRoom);
  if (password) signs.push({ kind: 'loginForm', evidence: password.outerHTML.slice(0, 200) });
  if (loggedOutSelector !== null)
    signs.push({ kind: 'loggedOutSelector', evidence: loggedOutSelector });
  return signs;
}

/** A page whose scripts have not filled it: a root without anything in it. */
export function shellSigns(textLength: number): FoundSign[] {
  if (textLength > 50) return [];
  const root = document.querySelector(
    '#root, #app, #__next, #__nuxt, app-root, [data-reactroot], [ng-app]',
  );
  return root && (root.textContent ?? '').trim() === ''
    ? [{ kind: 'emptyAppShell', evidence: root.outerHTML.slice(0, 100) }]
    : [];
}

export const CAPTCHA_SELECTORS: readonly string[] = captchaSelectors;

export const signFunctions = [
  ...visibleFunctions,
  takesRoom,
  captchaSigns,
  consentSigns,
  consentWords,
  coveringElements,
  fixedAtMiddle,
  hasCoveringFrame,
  isLifted,
  loginSigns,
  shellSigns,
];
