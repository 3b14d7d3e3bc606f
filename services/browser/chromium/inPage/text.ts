/** Turns what is visible in the page into lines of text. Functions here run in the page. */
import type { PageElement, PageNode, Style } from './dom.ts';
import { isOutOfSight, showsText, visibleFunctions, type Painted } from './visible.ts';

// It runs once in a process that has just begun, where nothing is compiled yet: what is asked of each element
// is what takes the time, so the plain case is told apart first and with the fewest questions.

declare function getComputedStyle(element: PageElement): Style;

/** Lines as they are written; `prefix` goes before the next line that has text. */
export interface Writer {
  readonly lines: string[];
  line: string;
  prefix: string;
  room: number;
  readonly painted: Painted;
  readonly skipped: Set<string>;
}

/** Tags of whose elements nothing is text of the page. */
export function skippedTags(): Set<string> {
  return new Set(
    'SCRIPT STYLE NOSCRIPT TEMPLATE HEAD IFRAME OBJECT EMBED CANVAS SVG MATH VIDEO AUDIO SELECT TEXTAREA DATALIST'.split(
      ' ',
    ),
  );
}

/** The lines of one element, of at most `room` characters. */
export function linesOf(element: PageElement, excluded: Set<PageNode>, room: number): string[] {
  const skipped = skippedTags();
  const writer: Writer = { lines: [], line: '', prefix: '', room, painted: new Map(), skipped };
  // An element that was asked for by name is read even when it is no block.
  writeElement(writer, element, excluded);
  endLine(writer);
  return writer.lines;
}

/** Adds text to the line with its white space folded; in `pre` a newline ends the line. */
export function writeText(writer: Writer, text: string, style: Style): void {
  if (!text.includes('\n') || !style.whiteSpaceCollapse.includes('preserve')) {
    writer.line += folded(text);
    return;
  }
  text.split('\n').forEach((piece, index) => {
    if (index > 0) endLine(writer);
    writer.line += folded(piece);
  });
}

/** White space as one space each; the spaces between words, which are so already, are not matched one by one. */
export function folded(text: string): string {
  return text.replace(/\s{2,}|[^\S ]/g, ' ');
}

/** Ends the line; nothing is written when it is empty. */
export function endLine(writer: Writer): void {
  const text = writer.line.replace(/ {2,}/g, ' ').trim();
  writer.line = '';
  if (text === '' || writer.room <= 0) return;
  const line = (writer.prefix + text).slice(0, writer.room);
  writer.prefix = '';
  writer.room -= line.length + 1;
  writer.lines.push(line);
}

export function writeElement(writer: Writer, element: PageElement, excluded: Set<PageNode>): void {
  const tag = element.tagName.toUpperCase();
  if (tag === 'BR') return endLine(writer);
  if (writer.skipped.has(tag)) return;
  const style = getComputedStyle(element);
  const { display } = style;
  if (isOutOfSight(element, style, display)) return;
  if (display === 'table-row') return writeRow(writer, element, excluded);
  const isBlock = display === 'block' || !/^(inline|contents|ruby)/.test(display);
  const isBox = display.startsWith('inline-');
  if (isBlock) endLine(writer);
  else if (isBox) writer.line += ' ';
  const heading = tag.length === 2 && /^H[1-6]$/.test(tag);
  const before = writer.prefix;
  if (heading) writer.prefix = `${'#'.repeat(Number(tag[1]))} `;
  else if (tag === 'LI') writer.prefix = '- ';
  writeChildren(writer, element, style, excluded);
  if (isBox) writer.line += ' ';
  if (!isBlock) return;
  endLine(writer);
  // What had no text leaves no mark for the next line.
  if (heading || tag === 'LI') writer.prefix = writer.prefix === '' ? '' : before;
}

export function writeChildren(
  writer: Writer,
  element: PageElement,
  style: Style,
  excluded: Set<PageNode>,
): void {
  let shows: boolean | undefined;
  for (const node of childrenOf(element)) {
    if (writer.room <= 0) return;
    if (excluded.has(node)) continue;
    const type = node.nodeType;
    if (type === 1) writeElement(writer, node as PageElement, excluded);
    if (type !== 3) continue;
    const value = node.nodeValue ?? '';
    // most are the breaks between blocks, for which no style needs to be asked
    if (writer.line === '' && !/\S/.test(value)) continue;
    shows ??= showsText(element, style, writer.painted);
    if (shows) writeText(writer, value, style);
  }
}

/** The nodes that are laid out in an element: a shadow tree, what fills a slot, or its children. */
export function childrenOf(element: PageElement): PageNode[] {
  const { shadowRoot } = element;
  if (shadowRoot) return Array.from(shadowRoot.childNodes);
  const assigned = element.assignedNodes?.({ flatten: true }) ?? [];
  if (assigned.length > 0) return assigned;
  const nodes: PageNode[] = [];
  for (let node = element.firstChild; node; node = node.nextSibling) nodes.push(node);
  const closed = element.tagName === 'DETAILS' && element.open !== true;
  if (!closed) return nodes;
  const summary = nodes.find((node) => (node as PageElement).tagName === 'SUMMARY');
  return summary ? [summary] : [];
}

/** A table row is one line; a row that only lays out other blocks is written as those. */
export function writeRow(writer: Writer, row: PageElement, excluded: Set<PageNode>): void {
  endLine(writer);
  const cells: string[][] = [];
  for (const node of childrenOf(row)) {
    if (node.nodeType !== 1 || excluded.has(node)) continue;
    const inner: Writer = { ...writer, lines: [], line: '', prefix: '' };
    writeElement(inner, node as PageElement, excluded);
    endLine(inner);
    cells.push(inner.lines);
  }
  const isLayout = cells.some((lines) => lines.length > 3);
  const filled = cells.filter((lines) => lines.length > 0);
  const lines = isLayout ? filled.flat() : [filled.map((cell) => cell.join(' ')).join(' | ')];
  for (const line of lines) {
    writer.line = line;
    endLine(writer);
  }
}

export const textFunctions = [
  ...visibleFunctions,
  linesOf,
  writeText,
  folded,
  endLine,
  skippedTags,
  writeElement,
  writeChildren,
  childrenOf,
  writeRow,
];
