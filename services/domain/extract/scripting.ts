/** Tells whether a page's text is made by scripts that an HTTP fetch does not run. */
import { contentOf } from './controls.ts';
import { renderText, type PageView } from './render.ts';
import type { PageElement } from './tree.ts';

export interface Scripting {
  readonly needsJavaScript: boolean;
  /** Selector of an application's root element that holds hardly any text. */
  readonly shell: string | undefined;
}

const SHELLS = new Set(['root', 'app', '__next', '__nuxt', 'svelte', 'gatsby', '___gatsby']);
const ASKS =
  /javascript.{0,60}(?:enable|require|need|activ|aktiv|habilit|disabled|turn)|(?:enable|require|need|activ|aktiv|habilit|turn).{0,60}javascript/i;
/** A page with more text than this has something to read without scripts. */
const LITTLE_TEXT = 600;

/** Judges by the whole visible text of the page. */
export function judgeScripting(page: PageView, text: string): Scripting {
  const scripts = page.tree.elements.filter((element) => element.name === 'script');
  if (scripts.length === 0 || text.length > LITTLE_TEXT) {
    return { needsJavaScript: false, shell: undefined };
  }
  const shell = page.tree.elements.find((element) => isEmptyShell(page, element));
  const needsJavaScript =
    shell !== undefined || asks(page, text) || isTinyBesideScripts(scripts, text);
  return { needsJavaScript, shell: shell === undefined ? undefined : selectorOf(shell) };
}

function isEmptyShell(page: PageView, element: PageElement): boolean {
  const isRoot = SHELLS.has(element.attribs['id'] ?? '') || element.name === 'app-root';
  return isRoot && renderText(page, { roots: [element] }).length < 50;
}

function selectorOf(element: PageElement): string {
  const id = element.attribs['id'];
  return id === undefined ? element.name : `#${id}`;
}

function asks(page: PageView, text: string): boolean {
  const hints = page.tree.elements.filter((element) => element.name === 'noscript').map(contentOf);
  return [text, ...hints].some((hint) => ASKS.test(hint));
}

function isTinyBesideScripts(scripts: readonly PageElement[], text: string): boolean {
  const bytes = scripts.reduce((sum, script) => sum + contentOf(script).length, 0);
  const external = scripts.some((script) => script.attribs['src'] !== undefined);
  return text.length < 200 && (bytes > 5_000 || external) && bytes + 2_000 > text.length * 20;
}
