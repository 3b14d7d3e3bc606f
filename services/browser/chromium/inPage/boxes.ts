/** Finds in the page where its words stand on a picture of it. Functions here run in the page. */
import type { Box, PageDocument, PageElement, PageNode, Style } from './dom.ts';
import { elementsOf } from './extract.ts';
import { inOrder, selectFunctions, withoutNested } from './select.ts';
import { childrenOf, skippedTags } from './text.ts';
import { isOutOfSight, showsText, visibleFunctions, type Painted } from './visible.ts';

declare const document: PageDocument;
declare function getComputedStyle(element: PageElement): Style;
declare class Range {
  setStart(node: PageNode, offset: number): void;
  setEnd(node: PageNode, offset: number): void;
  getClientRects(): Iterable<Box>;
}

/** A piece of text in pixels of the window; '' where the piece before goes on in the next line. */
export type FoundWord = readonly [text: string, ...place: number[]];

export interface WordsQuery {
  /** Where to look; the whole page where none of them is found. */
  readonly include: string[];
  readonly exclude: string[];
  /** Pieces of text that are measured at the most. */
  readonly most: number;
}

/** What is visible of an element, in the window. */
interface Clip {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Measuring {
  readonly words: FoundWord[];
  readonly excluded: Set<PageNode>;
  readonly painted: Painted;
  readonly skipped: Set<string>;
  readonly range: Range;
  left: number;
}

/** The words that the page shows, in the order of its text. */
export function measureWords({ include, exclude, most }: WordsQuery): FoundWord[] {
  const found = elementsOf(include, []);
  const roots =
    found.length > 0 ? inOrder(withoutNested(found)) : [document.body ?? document.documentElement];
  const measuring: Measuring = {
    words: [],
    excluded: new Set<PageNode>(elementsOf(exclude, [])),
    painted: new Map(),
    skipped: skippedTags(),
    // the document's own method could be hidden by an element of its name
    range: new Range(),
    left: most,
  };
  const whole = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
  for (const root of roots) measureElement(measuring, root, whole);
  return measuring.words;
}

export function measureElement(measuring: Measuring, element: PageElement, clip: Clip): void {
  if (measuring.skipped.has(element.tagName.toUpperCase())) return;
  const style = getComputedStyle(element);
  if (isOutOfSight(element, style, style.display)) return;
  const inner = clipOf(element, style, clip);
  let shows: boolean | undefined;
  for (const node of childrenOf(element)) {
    if (measuring.left <= 0) return;
    if (measuring.excluded.has(node)) continue;
    if (node.nodeType === 1) measureElement(measuring, node as PageElement, inner);
    if (node.nodeType !== 3 || !/\S/.test(node.nodeValue ?? '')) continue;
    shows ??= showsText(element, style, measuring.painted);
    if (shows) measureText(measuring, node, inner);
  }
}

/** A part that scrolls shows in the picture only what it shows now. */
export function clipOf(element: PageElement, style: Style, clip: Clip): Clip {
  const isWindow = /^(HTML|BODY)$/.test(element.tagName);
  const cuts = style.overflow !== 'visible';
  if (isWindow || !cuts || /^(inline|contents)$/.test(style.display)) return clip;
  const box = element.getBoundingClientRect();
  return {
    left: Math.max(clip.left, box.left),
    top: Math.max(clip.top, box.top),
    right: Math.min(clip.right, box.right),
    bottom: Math.min(clip.bottom, box.bottom),
  };
}

/** Words; where a script writes none, its characters. */
export function measureText(measuring: Measuring, node: PageNode, clip: Clip): void {
  const { range, words } = measuring;
  const pieces = (node.nodeValue ?? '').matchAll(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,32}/gu,
  );
  for (const { index, 0: piece } of pieces) {
    if (measuring.left <= 0) return;
    measuring.left -= 1;
    range.setStart(node, index);
    range.setEnd(node, index + piece.length);
    let text = piece;
    for (const box of range.getClientRects()) {
      const left = Math.max(box.left, clip.left);
      const top = Math.max(box.top, clip.top);
      const width = Math.min(box.right, clip.right) - left;
      const height = Math.min(box.bottom, clip.bottom) - top;
      // what is cut by more than half is not read there
      if (width * height < (box.width * box.height) / 2 || width < 1 || height < 1) continue;
      if (text === '') measuring.left -= 1;
      words.push([text, left, top, width, height]);
      text = '';
    }
  }
}

export const boxFunctions = [
  ...visibleFunctions,
  ...selectFunctions,
  childrenOf,
  clipOf,
  elementsOf,
  measureElement,
  measureText,
  skippedTags,
];
