/** Selectors of a source, applied in the page. Functions here run in the page. */
import type { PageDocument, PageElement, PageNode } from './dom.ts';

declare const document: PageDocument;

/** A selector that cannot be read, in a form that crosses into our side. */
export interface BadSelector {
  readonly selector: string;
  readonly why: string;
}

/** Elements that a selector finds, in document order. */
export function findAll(selector: string): PageElement[] {
  if (!selector.startsWith('xpath:')) return Array.from(document.querySelectorAll(selector));
  // 7 is ORDERED_NODE_SNAPSHOT_TYPE.
  const found = document.evaluate(selector.slice(6), document, null, 7, null);
  const nodes: PageElement[] = [];
  for (let index = 0; index < found.snapshotLength; index += 1) {
    const node = found.snapshotItem(index);
    if (node?.nodeType === 1) nodes.push(node as PageElement);
  }
  return nodes;
}

/** The texts of the first things that a selector finds; an XPath may also give a text or number. */
export function findTexts(selector: string, most: number): string[] {
  if (!selector.startsWith('xpath:'))
    return Array.from(document.querySelectorAll(selector))
      .slice(0, most)
      .map((element) => element.getAttribute('content') ?? element.textContent ?? '');
  // 0 is ANY_TYPE; 1, 2 and 3 are number, string and boolean.
  const found = document.evaluate(selector.slice(6), document, null, 0, null);
  if (found.resultType === 1) return [String(found.numberValue)];
  if (found.resultType === 2) return [found.stringValue];
  if (found.resultType === 3) return [String(found.booleanValue)];
  const nodes = document.evaluate(selector.slice(6), document, null, 7, null);
  const texts: string[] = [];
  for (let index = 0; index < Math.min(nodes.snapshotLength, most); index += 1)
    texts.push(nodes.snapshotItem(index)?.textContent ?? '');
  return texts;
}

/** Runs `find` and turns the page's own error into a value. */
export function tryFind<T>(selector: string, find: (selector: string) => T): T | BadSelector {
  try {
    return find(selector);
  } catch (error) {
    return {
      selector,
      why: String((error as { message?: string }).message ?? error).slice(0, 200),
    };
  }
}

/** Whether a selector finds something; one that cannot be read finds nothing. */
export function isThere(selector: string): boolean {
  const found = tryFind(selector, findAll);
  return Array.isArray(found) && found.length > 0;
}

/** Leaves out elements that lie inside another one of the list. */
export function withoutNested(elements: PageElement[]): PageElement[] {
  return elements.filter(
    (element) => !elements.some((other) => other !== element && other.contains(element)),
  );
}

/** In document order, each once. */
export function inOrder(elements: PageElement[]): PageElement[] {
  const all = new Set<PageNode>(elements);
  return Array.from(document.querySelectorAll('*')).filter((element) => all.has(element));
}

export const selectFunctions = [findAll, findTexts, tryFind, withoutNested, inOrder];
