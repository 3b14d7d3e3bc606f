/** Parses HTML into a tree, with bounded work, and walks it without recursion. */
import { load, type CheerioAPI } from 'cheerio';

export type PageDocument = CheerioAPI['_root'];
export type PageNode = PageDocument['children'][number];
export type PageElement = Extract<PageNode, { attribs: unknown }>;

export interface PageTree {
  readonly $: CheerioAPI;
  readonly root: PageDocument;
  /** All elements in document order. */
  readonly elements: readonly PageElement[];
  /** How deeply elements are nested. */
  readonly depth: number;
}

/** A parser looks through its open elements at each tag; about one second of such looks. */
const MAX_PARSE_WORK = 1e8;

/** Tags without content, and those that the next one of their kind closes. */
const SHALLOW = new Set(
  (
    'area base br col embed hr img input link meta param source track wbr ' +
    'a button select nobr p li dt dd option optgroup tr td th thead tbody tfoot colgroup rp rt html head body'
  ).split(' '),
);
/** Tags whose content is not markup. */
const RAW = new Set(['script', 'style', 'textarea', 'title']);

/** Whether a node is an element. */
export function isElement(node: object | null): node is PageElement {
  return node !== null && 'attribs' in node;
}

/** The characters of a text node, undefined for other nodes. */
export function textOf(node: PageNode): string | undefined {
  return node.nodeType === 3 ? node.data : undefined;
}

/** The children of an element or of a template's content. */
export function childrenOf(node: PageNode | PageDocument): PageNode[] {
  return 'children' in node ? node.children : [];
}

/**
 * Parses a page.
 * @returns undefined when the markup is nested so deeply that parsing it would take too long.
 */
export function parsePage(html: string): PageTree | undefined {
  if (parseWork(html) > MAX_PARSE_WORK) return undefined;
  const $ = load(html);
  return { $, root: $._root, ...collectElements($._root) };
}

function collectElements(root: PageDocument): Pick<PageTree, 'elements' | 'depth'> {
  const elements: PageElement[] = [];
  const stack: PageNode[] = childrenOf(root).toReversed();
  const depths: number[] = stack.map(() => 1);
  let deepest = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const depth = depths.pop() ?? 0;
    if (!('children' in node)) continue;
    if (isElement(node)) elements.push(node);
    deepest = Math.max(deepest, depth);
    pushReversed(stack, node.children);
    for (let count = node.children.length; count > 0; count -= 1) depths.push(depth + 1);
  }
  return { elements, depth: deepest };
}

/** The nodes of a set in document order. */
export function sortNodes(tree: PageTree, nodes: ReadonlySet<PageNode>): PageNode[] {
  if (nodes.size < 2) return [...nodes];
  return [...nodesOf(tree.root)].filter((node) => nodes.has(node));
}

/** All nodes below a node in document order, without recursion. */
export function* nodesOf(top: PageNode | PageDocument): Generator<PageNode> {
  const stack = childrenOf(top).toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    pushReversed(stack, childrenOf(node));
  }
}

/** Pushes the children so that the first is popped first. */
export function pushReversed<T>(stack: T[], children: readonly T[]): void {
  for (let index = children.length - 1; index >= 0; index -= 1) {
    const child = children[index];
    if (child !== undefined) stack.push(child);
  }
}

/** The sum of the nesting depths at each start tag, estimated in one pass. */
function parseWork(html: string): number {
  const lower = html.toLowerCase();
  const tag = /<(\/?)([a-z][^\s/>]*)|<!--/g;
  let depth = 0;
  let work = 0;
  for (let found = tag.exec(lower); found !== null; found = tag.exec(lower)) {
    const name = found[2];
    if (name === undefined) {
      tag.lastIndex = endOf(lower, '-->', tag.lastIndex);
    } else if (found[1] === '/') {
      if (!SHALLOW.has(name) && depth > 0) depth -= 1;
    } else if (RAW.has(name)) {
      tag.lastIndex = endOf(lower, `</${name}`, tag.lastIndex);
    } else {
      work += depth;
      if (!SHALLOW.has(name)) depth += 1;
    }
  }
  return work;
}

function endOf(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from);
  return at < 0 ? html.length : at + mark.length;
}
