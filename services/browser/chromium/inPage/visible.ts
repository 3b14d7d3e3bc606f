/** Decides in the page what a person can see (design 4.3). Functions here run in the page. */
import type { PageElement, Style } from './dom.ts';

declare function getComputedStyle(element: PageElement): Style;
declare const scrollX: number;
declare const scrollY: number;

/** Whether an element with all its content is out of sight. */
export function isOutOfSight(element: PageElement, style: Style): boolean {
  if (style.display === 'none' || style.opacity === '0') return true;
  if (style.contentVisibility === 'hidden') return true;
  if (style.fontSize === '0px' && element.children.length === 0) return true;
  const positioned = style.position === 'absolute' || style.position === 'fixed';
  if (positioned && style.clip !== 'auto' && /rect\((0|1)(px)?,? (0|1)/.test(style.clip))
    return true;
  if (/^inset\((50|100)%/.test(style.clipPath)) return true;
  if (Number.parseFloat(style.textIndent) <= -999) return true;
  const cut = style.overflowX !== 'visible' || style.overflowY !== 'visible';
  if (!positioned && !cut) return false;
  const box = element.getBoundingClientRect();
  if (cut && style.display !== 'contents' && (box.width <= 1 || box.height <= 1)) return true;
  return positioned && isOffScreen(element);
}

/** Whether a box lies left of or above the page, where nobody can scroll to. */
export function isOffScreen(element: PageElement): boolean {
  const box = element.getBoundingClientRect();
  if (box.width === 0 && box.height === 0) return false;
  return box.right + scrollX <= 0 || box.bottom + scrollY <= 0;
}

/** Whether text directly in the element shows: visible, and not in the colour of its background. */
export function showsText(element: PageElement, style: Style): boolean {
  if (style.visibility !== 'visible') return false;
  if (/,\s*0\)$/.test(style.color) && style.color.startsWith('rgba')) return false;
  return !hasColourOf(element, style.color);
}

/** Whether the nearest painted background has exactly this colour. */
export function hasColourOf(element: PageElement, colour: string): boolean {
  for (let at: PageElement | null = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== 'none') return false;
    if (style.backgroundColor === 'rgba(0, 0, 0, 0)' || style.backgroundColor === 'transparent')
      continue;
    return style.backgroundColor === colour;
  }
  return colour === 'rgb(255, 255, 255)';
}

export const visibleFunctions = [isOutOfSight, isOffScreen, showsText, hasColourOf];
