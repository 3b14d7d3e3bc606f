/** Decides in the page what a person can see (design 4.3). Functions here run in the page. */
import type { PageElement, Style } from './dom.ts';

declare function getComputedStyle(element: PageElement): Style;
declare const scrollX: number;
declare const scrollY: number;

/** Backgrounds that were looked up. */
export type Painted = Map<PageElement, string>;

/** Whether an element with all its content is out of sight. What costs least is asked first. */
export function isOutOfSight(element: PageElement, style: Style, display: string): boolean {
  if (display === 'none' || style.opacity === '0') return true;
  if (style.contentVisibility === 'hidden') return true;
  const { clipPath, textIndent } = style;
  if (clipPath !== 'none' && /^inset\((50|100)%/.test(clipPath)) return true;
  if (textIndent !== '0px' && Number.parseFloat(textIndent) <= -999) return true;
  if (element.firstElementChild === null && style.fontSize === '0px') return true;
  const { position } = style;
  const positioned = position === 'absolute' || position === 'fixed';
  if (positioned && /rect\((0|1)(px)?,? (0|1)/.test(style.clip)) return true;
  const cut = style.overflow !== 'visible';
  if (!positioned && !cut) return false;
  const box = element.getBoundingClientRect();
  if (cut && display !== 'contents' && (box.width <= 1 || box.height <= 1)) return true;
  return positioned && isOffScreen(element);
}

/** Whether a box lies left of or above the page, where nobody can scroll to. */
export function isOffScreen(element: PageElement): boolean {
  const box = element.getBoundingClientRect();
  if (box.width === 0 && box.height === 0) return false;
  return box.right + scrollX <= 0 || box.bottom + scrollY <= 0;
}

/** Whether text directly in the element shows: visible, and not in the colour of its background. */
export function showsText(element: PageElement, style: Style, painted: Painted): boolean {
  if (style.visibility !== 'visible') return false;
  const { color } = style;
  if (color.startsWith('rgba') && /,\s*0\)$/.test(color)) return false;
  return backgroundOf(element, style, painted) !== color;
}

/** The nearest painted background: its colour, or `image`. Without one the page is white. */
export function backgroundOf(element: PageElement, style: Style, painted: Painted): string {
  const { backgroundImage, backgroundColor } = style;
  const isClear = backgroundColor === 'rgba(0, 0, 0, 0)' || backgroundColor === 'transparent';
  const own = backgroundImage !== 'none' ? 'image' : isClear ? undefined : backgroundColor;
  const found = own ?? behind(element.parentElement, painted);
  painted.set(element, found);
  return found;
}

/** The background that shows through what lies in this element. */
export function behind(element: PageElement | null, painted: Painted): string {
  if (element === null) return 'rgb(255, 255, 255)';
  return painted.get(element) ?? backgroundOf(element, getComputedStyle(element), painted);
}

export const visibleFunctions = [isOutOfSight, isOffScreen, showsText, backgroundOf, behind];
