/** Extracts the visible text of an HTML page by static rules. */
import { dropInvisible, foldSpace } from '../characters.ts';
import { contentOf, shownValue } from './controls.ts';
import {
  failed,
  selectorInvalid,
  type ExtractFailed,
  type Extraction,
  type ExtractOptions,
} from './extraction.ts';
import { renderText, viewPage, type PageView } from './render.ts';
import { judgeScripting } from './scripting.ts';
import { createSelector, type Selector } from './select.ts';
import { findSigns } from './signs.ts';
import { isElement, parsePage, sortNodes, type PageNode, type PageTree } from './tree.ts';
import { findValues, type ValueLookup } from './values.ts';

export type { ExtractFailed, Extracted, Extraction, ExtractOptions } from './extraction.ts';

/** What the selectors of a source mean on this page. */
interface Scope {
  readonly kind: 'scope';
  readonly roots: PageNode[] | undefined;
  readonly strings: string[];
  readonly excluded: Set<PageNode>;
  readonly warnings: string[];
}

/**
 * Reads a page without running it. Hidden elements, attributes, comments, SVG and scripts are no
 * text; `include`, `exclude` and values by CSS or `xpath:`.
 */
export function extractHtml(html: string, options: ExtractOptions): Extraction {
  const tree = parsePage(html);
  if (tree === undefined) {
    return failed('decodeFailed', 'The page is nested too deeply to be read.');
  }
  const page = viewPage(tree);
  const select = createSelector(tree);
  const scope = resolveScope(tree, select, options);
  if (scope.kind === 'failed') return scope;
  const whole = renderText(page);
  const text = scopedText(page, scope, whole);
  const values = findValues(options.values, text, lookupIn(page, select), knows);
  if (values.kind === 'failed') return values;
  const loggedOut = loggedOutSign(select, options.loggedOutSelector);
  if ('kind' in loggedOut) return loggedOut;

  const title = titleOf(tree);
  const { needsJavaScript, shell } = judgeScripting(page, whole);
  const warnings = [...scope.warnings, ...values.warnings];
  if (page.styles.incomplete)
    warnings.push('The page has too many style rules; some were skipped.');
  return {
    kind: 'extracted',
    title,
    text,
    signs: [...findSigns(page, { title, text: whole, shell }), ...loggedOut],
    needsJavaScript,
    warnings,
    values: values.values,
  };
}

function resolveScope(
  tree: PageTree,
  select: Selector,
  options: ExtractOptions,
): Scope | ExtractFailed {
  const excluded = new Set<PageNode>();
  for (const selector of options.exclude ?? []) {
    const found = select(selector);
    if (found.kind === 'invalid') return selectorInvalid('exclude', selector, found.message);
    for (const node of found.nodes) excluded.add(node);
  }
  const included = options.include ?? [];
  if (included.length === 0) {
    return { kind: 'scope', roots: undefined, strings: [], excluded, warnings: [] };
  }
  const roots = new Set<PageNode>();
  const strings: string[] = [];
  const missing: string[] = [];
  for (const selector of included) {
    const found = select(selector);
    if (found.kind === 'invalid') return selectorInvalid('include', selector, found.message);
    if (found.nodes.length + found.strings.length === 0) missing.push(`"${selector}"`);
    for (const node of found.nodes) roots.add(node);
    strings.push(...found.strings);
  }
  if (missing.length === included.length) {
    return failed('selectorMissing', `Nothing on the page matches include ${missing.join(', ')}.`);
  }
  const warnings = missing.map((selector) => `Nothing on the page matches include ${selector}.`);
  return { kind: 'scope', roots: sortNodes(tree, roots), strings, excluded, warnings };
}

function scopedText(page: PageView, scope: Scope, whole: string): string {
  if (scope.roots === undefined && scope.excluded.size === 0) return whole;
  const text = renderText(page, { roots: scope.roots, excluded: scope.excluded });
  const strings = scope.strings.map((string) => foldSpace(dropInvisible(string)));
  return [text, ...strings].filter((line) => line !== '').join('\n');
}

function knows(select: string): boolean {
  return !select.startsWith('jsonpath:');
}

/** A match's visible text, or what a control or `<meta>` says. */
function lookupIn(page: PageView, select: Selector): ValueLookup {
  return (asked, most) => {
    const found = select(asked.select);
    if (found.kind === 'invalid') return found;
    const nodes = found.nodes.slice(0, most);
    if (nodes.length === 0) return { kind: 'found', texts: found.strings.slice(0, most) };
    return { kind: 'found', texts: nodes.map((node) => valueOf(page, node) || null) };
  };
}

function valueOf(page: PageView, node: PageNode): string {
  const stated = isElement(node)
    ? node.name === 'meta'
      ? node.attribs['content']
      : shownValue(node)
    : undefined;
  const text = stated ?? renderText(page, { roots: [node] });
  return foldSpace(dropInvisible(text).replace(/^(?:#{1,6} |- )/gm, ''));
}

function loggedOutSign(select: Selector, selector: string | undefined) {
  if (selector === undefined) return [];
  const found = select(selector);
  if (found.kind === 'invalid') {
    return selectorInvalid('notJudgeable.loggedOutSelector', selector, found.message);
  }
  if (found.nodes.length === 0) return [];
  return [{ kind: 'loggedOutSelector' as const, evidence: selector.slice(0, 500) }];
}

function titleOf(tree: PageTree): string {
  const title = tree.elements.find(
    (element) =>
      element.name === 'title' &&
      isElement(element.parentNode as PageNode | null) &&
      (element.parentNode as PageNode & { name?: string }).name !== 'svg',
  );
  return title === undefined ? '' : foldSpace(dropInvisible(contentOf(title)));
}
