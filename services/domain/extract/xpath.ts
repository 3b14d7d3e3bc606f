/** Evaluates XPath over a page by a copy of its tree that XPath engines understand. */
import fontoxpath from 'fontoxpath';
import { Document as XmlDocument, type Element as XmlElement, type Node as XmlNode } from 'slimdom';
import { isElement, nodesOf, textOf, type PageNode, type PageTree } from './tree.ts';

export type XPathResult =
  | { readonly kind: 'found'; readonly nodes: PageNode[]; readonly strings: string[] }
  | { readonly kind: 'invalid'; readonly message: string };

// oxlint-disable-next-line import/no-named-as-default-member -- CommonJS, its names cannot be imported
const { evaluateXPath } = fontoxpath;

/** Asks one page any number of XPath questions. */
export type XPathEngine = (expression: string) => XPathResult;

/** Functions and node tests whose time is linear in what they are given. */
const ALLOWED = new Set(
  (
    'text node comment element attribute last position count name local-name string concat ' +
    'starts-with ends-with contains substring substring-before substring-after string-length ' +
    'normalize-space translate boolean not true false lang number sum floor ceiling round ' +
    'lower-case upper-case string-join min max avg abs empty exists distinct-values head tail ' +
    'subsequence reverse and or if'
  ).split(' '),
);
/** XPath over more elements than this takes seconds. */
const MAX_ELEMENTS = 60_000;
const MAX_DEPTH = 1_000;
const NAME = /^[A-Za-z_][\w.-]*$/;

/** Copies the page when the first question comes. */
export function createXPathEngine(tree: PageTree): XPathEngine {
  let copy: { document: XmlDocument; origin: Map<unknown, PageNode> } | undefined;
  return (expression) => {
    const refused = refusal(expression, tree);
    if (refused !== undefined) return { kind: 'invalid', message: refused };
    copy ??= copyTree(tree);
    try {
      const found: unknown = evaluateXPath(
        expression,
        copy.document,
        null,
        null,
        evaluateXPath.ANY_TYPE,
        { language: evaluateXPath.XPATH_3_1_LANGUAGE },
      );
      return sort(Array.isArray(found) ? found : [found], copy.origin);
    } catch (error) {
      return { kind: 'invalid', message: reasonOf(error) };
    }
  };
}

function refusal(expression: string, tree: PageTree): string | undefined {
  if (tree.elements.length > MAX_ELEMENTS) {
    return `the page has more than ${MAX_ELEMENTS} elements; use a CSS selector`;
  }
  if (tree.depth > MAX_DEPTH) return 'the page is nested too deeply for XPath; use a CSS selector';
  const bare = expression.replace(/"[^"]*"|'[^']*'/g, '""');
  if (/\$|=>|!(?!=)|[\d)\]]\s*\bto\b/.test(bare)) {
    return 'variables, ranges and function chains are not supported';
  }
  for (const [, name = ''] of bare.matchAll(/([\w.-]+(?::[\w.-]+)?)\s*\(/g)) {
    if (!ALLOWED.has(name)) return `the function ${name}() is not supported`;
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /XP\w+\d+: ([^\n]*)/.exec(message)?.[1] ?? 'it cannot be evaluated';
}

function sort(found: readonly unknown[], origin: Map<unknown, PageNode>): XPathResult {
  const nodes: PageNode[] = [];
  const strings: string[] = [];
  for (const item of found) {
    const node = origin.get(item);
    if (node !== undefined) nodes.push(node);
    else if (isAttribute(item)) strings.push(item.value);
    else if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') {
      strings.push(String(item));
    }
  }
  return { kind: 'found', nodes, strings };
}

function isAttribute(item: unknown): item is { value: string } {
  return typeof item === 'object' && item !== null && 'nodeType' in item && item.nodeType === 2;
}

/** HTML names stand in no namespace, so that `//div` means what everybody expects. */
function copyTree(tree: PageTree): { document: XmlDocument; origin: Map<unknown, PageNode> } {
  const document = new XmlDocument();
  const origin = new Map<unknown, PageNode>();
  const copies = new Map<unknown, XmlNode>([[tree.root, document]]);
  for (const node of nodesOf(tree.root)) {
    const parent = copies.get(node.parentNode) ?? document;
    const data = textOf(node);
    if (isElement(node)) {
      const copy = document.createElementNS(null, NAME.test(node.name) ? node.name : 'unknown');
      copyAttributes(node.attribs, copy);
      copies.set(node, copy);
      origin.set(copy, node);
      parent.appendChild(copy);
    } else if (data !== undefined && parent !== document) {
      const copy = document.createTextNode(data);
      origin.set(copy, node);
      parent.appendChild(copy);
    } else if (node.nodeType === 9) {
      copies.set(node, parent); // a template's content
    }
  }
  return { document, origin };
}

function copyAttributes(attributes: Readonly<Record<string, string>>, copy: XmlElement): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (NAME.test(name) && name !== 'xmlns') copy.setAttribute(name, value);
  }
}
