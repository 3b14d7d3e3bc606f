/** What lies under a pointer on a picture. Pure. */
import type { PictureElement } from '../objects.ts';

const isOver = ({ left, top, width, height }: PictureElement, x: number, y: number): boolean =>
  x >= left && x < left + width && y >= top && y < top + height;

/** The smallest element at a place, in the picture's own pixels. */
export const elementAt = (
  elements: readonly PictureElement[],
  x: number,
  y: number,
): PictureElement | undefined =>
  elements
    .filter((element) => isOver(element, x, y))
    .toSorted((one, other) => one.width * one.height - other.width * other.height)[0];

/** Those whose words or selector have the text in them. */
export function elementsWith(
  elements: readonly PictureElement[],
  text: string,
): readonly PictureElement[] {
  const wanted = text.trim().toLowerCase();
  return elements.filter(({ label, selector }) =>
    `${label} ${selector}`.toLowerCase().includes(wanted),
  );
}
