/** Turns what is visible in the page into lines of text. Functions here run in the page. */
import type { PageElement, PageNode, Style } from './dom.ts';
import { isOutOfSight, showsText, visibleFunctions, type Painted } from './visible.ts';

declare function getComputedStyle(element: PageElement): Style;

/** Lines as they are written; `prefix` goes before the next line that has text. */
export interface Writer {
  readonly lines: string[];
  line: string;
  prefix: string;
  room: number;
  readonly painted: Painted;
}

/** The lines of one element, of at most `room` characters. */
export function linesOf(element: PageElement, excluded: Set<PageNode>, room: number): string[] {
  const writer: Writer = { lines: [], line: '', prefix: '', room, painted: new Map() };
  // An element that was asked for by name is read even when it is no block.
  writeElement(writer, element, excluded);
  endLine(writer);
  return writer.lines;
}

/** Adds text to the line with its white space folded; in `pre` a newline ends the line. */
export function writeText(writer: Writer, text: string, keepsBreaks: boolean): void {
  const pieces = keepsBreaks ? text.split('\n') : [text];
  pieces.forEach((piece, index) => {
    if (index > 0) endLine(writer);
    writer.line += piece.replace(/\s+/g, ' ');
  });
}

/** Ends the line; nothing is written when it is empty. */
export function endLine(writer: Writer): void {
  const text = writer.line.replace(/ +/g, ' ').trim();
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
  if (
    /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|HEAD|IFRAME|OBJECT|EMBED|CANVAS|SVG|MATH|VIDEO|AUDIO|SELECT|TEXTAREA|DATALIST)$/.test(
      tag,
    )
  )
    return;
  const style = getComputedStyle(element);
  const { display } = style;
  if (isOutOfSight(element, style, display)) return;
  if (display === 'table-row') return writeRow(writer, element, excluded);
  const isBlock = !/^(inline|contents|ruby)/.test(display);
  const isBox = display.startsWith('inline-');
  if (isBlock) endLine(writer);
  else if (isBox) writer.line += ' ';
  const heading = /^H([1-6])$/.exec(tag);
  const before = writer.prefix;
  if (heading) writer.prefix = `${'#'.repeat(Number(heading[1]))} `;
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
  let text: { readonly shows: boolean; readonly keepsBreaks: boolean } | undefined;
  for (const node of childrenOf(element)) {
    if (writer.room <= 0) return;
    if (excluded.has(node)) continue;
    if (node.nodeType === 1) writeElement(writer, node as PageElement, excluded);
    if (node.nodeType !== 3) continue;
    const value = node.nodeValue ?? '';
    // most are the breaks between blocks, for which no style needs to be asked
    if (writer.line === '' && !/\S/.test(value)) continue;
    text ??= {
      shows: showsText(element, style, writer.painted),
      keepsBreaks: /preserve/.test(style.whiteSpaceCollapse),
    };
    if (text.shows) writeText(writer, value, text.keepsBreaks);
  }
}

/** The nodes that are laid out in an element: a shadow tree, what fills a slot, or its children. */
export function childrenOf(element: PageElement): PageNode[] {
  if (element.shadowRoot) return Array.from(element.shadowRoot.childNodes);
  const assigned = element.assignedNodes?.({ flatten: true }) ?? [];
  if (assigned.length > 0) return assigned;
  const nodes = Array.from(element.childNodes);
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
  endLine,
  writeElement,
  writeChildren,
  childrenOf,
  writeRow,
];
