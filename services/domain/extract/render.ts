/** Walks a page as a reader sees it and writes its visible text. */
import { dropInvisible } from '../characters.ts';
import { appearanceOf, type Appearance } from './appearance.ts';
import { writeControl } from './controls.ts';
import { createLineWriter, type LineWriter } from './lines.ts';
import { layoutOf, layoutTables, type Layout } from './layout.ts';
import { isBare, isShown, lookInside, startLook, type Look } from './look.ts';
import {
  childrenOf,
  isElement,
  pushReversed,
  textOf,
  type PageElement,
  type PageNode,
  type PageTree,
} from './tree.ts';

/** A page with its styles looked through once. */
export interface PageView {
  readonly tree: PageTree;
  readonly styles: Appearance;
  /** Rows of tables that only lay out the page. */
  readonly layoutRows: ReadonlySet<PageElement>;
}

interface Frame {
  readonly node: PageNode;
  readonly look: Look;
  /** Set when the element's children are done. */
  readonly leaves?: Layout;
  readonly pre: boolean;
}

export interface RenderOptions {
  /** What to write, in document order; the whole page when absent. */
  readonly roots?: readonly PageNode[] | undefined;
  /** What to leave out. */
  readonly excluded?: ReadonlySet<PageNode> | undefined;
}

/** Looks through a page's styles and tables. */
export function viewPage(tree: PageTree): PageView {
  return { tree, styles: appearanceOf(tree), layoutRows: layoutTables(tree) };
}

/** The visible text, one block a line, with the marks that `FetchedPage.text` describes. */
export function renderText(page: PageView, options: RenderOptions = {}): string {
  const writer = createLineWriter();
  const excluded = options.excluded ?? new Set<PageNode>();
  for (const root of topmost(options.roots ?? childrenOf(page.tree.root))) {
    const look = lookAt(root, page.styles, excluded);
    if (look !== undefined) walk({ node: root, look, pre: isInPre(root) }, page, excluded, writer);
    writer.end();
  }
  return writer.toText();
}

/** Whether an element itself, not only its text, is in sight. */
export function isVisible(page: PageView, element: PageElement): boolean {
  const above = lookAt(element, page.styles, new Set());
  const look = above === undefined ? undefined : lookInside(element, above, page.styles);
  return look !== undefined && look.visible;
}

/** The nodes that have no other one of the list above them. */
function topmost(nodes: readonly PageNode[]): PageNode[] {
  const set = new Set<unknown>(nodes);
  return nodes.filter((node) => {
    for (let up = node.parentNode; up !== null; up = up.parentNode) if (set.has(up)) return false;
    return true;
  });
}

/** How a node looks from what stands above it; undefined when something above hides it. */
function lookAt(
  node: PageNode,
  page: Appearance,
  excluded: ReadonlySet<PageNode>,
): Look | undefined {
  const above: PageElement[] = [];
  for (let up = node.parentNode; up !== null; up = up.parentNode) {
    if (isElement(up)) above.push(up);
  }
  let look = startLook(page);
  for (const element of above.toReversed()) {
    if (excluded.has(element) || !isShown(element)) return undefined;
    const inside = lookInside(element, look, page);
    if (inside === undefined) return undefined;
    look = inside;
  }
  return look;
}

/** Writes one node and all below it, without recursion. */
function walk(
  start: Frame,
  page: PageView,
  excluded: ReadonlySet<PageNode>,
  writer: LineWriter,
): void {
  const stack: Frame[] = [start];
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    const { node, look, pre } = frame;
    if (frame.leaves !== undefined) leave(writer, frame.leaves);
    else if (excluded.has(node)) continue;
    else if (isElement(node)) enter(node, frame, page, writer, stack);
    else if (node.nodeType === 9) pushReversed(stack, childFrames(node, frame));
    else if (isBare(look)) writeText(writer, textOf(node), pre);
  }
}

function enter(
  element: PageElement,
  frame: Frame,
  page: PageView,
  writer: LineWriter,
  stack: Frame[],
): void {
  if (!isShown(element)) return;
  const look = lookInside(element, frame.look, page.styles);
  if (look === undefined || writeControl(writer, element, isBare(look))) return;
  const display = page.styles.of(element)?.get('display');
  const layout = layoutOf(element, display, page.layoutRows);
  begin(writer, layout, element);
  const inside = { look, pre: frame.pre || element.name === 'pre' };
  stack.push({ node: element, ...inside, leaves: layout });
  pushReversed(stack, childFrames(element, inside));
}

function childFrames(parent: PageNode, { look, pre }: Pick<Frame, 'look' | 'pre'>): Frame[] {
  return childrenOf(parent).map((node) => ({ node, look, pre }));
}

function isInPre(node: PageNode): boolean {
  for (let up = node.parentNode; up !== null; up = up.parentNode) {
    if (isElement(up) && up.name === 'pre') return true;
  }
  return false;
}

function writeText(writer: LineWriter, data: string | undefined, pre: boolean): void {
  if (data === undefined) return;
  const seen = dropInvisible(data);
  if (pre) writer.preformatted(seen);
  else writer.text(seen);
}

function begin(writer: LineWriter, layout: Layout, element: PageElement): void {
  switch (layout) {
    case 'block':
      return writer.end();
    case 'item':
      return writer.begin('- ');
    case 'heading':
      writer.begin(`${'#'.repeat(Number(element.name.slice(1)))} `);
      return writer.join();
    case 'row':
      return writer.beginRow();
    case 'link':
      if (isLinkBeside(element)) writer.gap();
      return undefined;
    case 'spaced':
      return writer.gap();
    case 'cell':
    case 'inline':
      return undefined;
    default:
      return layout satisfies never;
  }
}

/** Links that touch are set apart by styles more often than they form one word. */
function isLinkBeside(element: PageElement): boolean {
  const before = element.prev;
  return before !== null && isElement(before) && before.name === 'a';
}

function leave(writer: LineWriter, layout: Layout): void {
  switch (layout) {
    case 'block':
      return writer.end();
    case 'item':
      return writer.begin('');
    case 'heading':
      writer.part();
      return writer.begin('');
    case 'row':
      return writer.endRow();
    case 'cell':
      return writer.endCell();
    case 'spaced':
      return writer.gap();
    case 'link':
    case 'inline':
      return undefined;
    default:
      return layout satisfies never;
  }
}
