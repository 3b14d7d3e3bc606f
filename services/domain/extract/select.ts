/** Finds what a selector means in an HTML page: CSS, or XPath after `xpath:`. */
import { createXPathEngine } from './xpath.ts';
import type { PageNode, PageTree } from './tree.ts';

export type Selection =
  | { readonly kind: 'found'; readonly nodes: PageNode[]; readonly strings: string[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** Asks one page any number of selectors. */
export type Selector = (selector: string) => Selection;

/** Prepares the questions to one page. */
export function createSelector(tree: PageTree): Selector {
  const askXPath = createXPathEngine(tree);
  return (selector) => {
    if (selector.startsWith('xpath:')) return askXPath(selector.slice('xpath:'.length));
    if (selector.trim() === '') return { kind: 'invalid', message: 'it is empty' };
    if (/^(?:jsonpath|regex):/.test(selector)) {
      return { kind: 'invalid', message: 'an HTML page takes CSS or xpath: selectors' };
    }
    return askCss(tree, selector);
  };
}

function askCss(tree: PageTree, selector: string): Selection {
  if (selector.trimStart().startsWith('<')) return { kind: 'invalid', message: 'it is markup' };
  try {
    const nodes = tree.$.root().find(selector).toArray();
    return { kind: 'found', nodes, strings: [] };
  } catch (error) {
    // The engine's `:has()` is recursive.
    if (error instanceof RangeError) {
      return { kind: 'invalid', message: 'the page is nested too deeply for it' };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message };
  }
}
