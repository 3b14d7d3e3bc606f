/** Writes what form controls show: their values, never secrets. */
import { dropInvisible } from '../characters.ts';
import type { LineWriter } from './lines.ts';
import { isElement, nodesOf, textOf, type PageElement } from './tree.ts';

const SILENT_INPUTS = /^(?:hidden|password|checkbox|radio|file|image|color|range)$/;

/** Writes an element that shows a value instead of its children; false when it is none. */
export function writeControl(writer: LineWriter, element: PageElement, visible: boolean): boolean {
  const shown = shownValue(element);
  if (shown === undefined) return false;
  if (!visible || shown.trim() === '') return true;
  writer.gap();
  const seen = dropInvisible(shown);
  if (element.name === 'textarea') writer.preformatted(seen);
  else writer.text(seen);
  writer.gap();
  return true;
}

/** What a control shows; undefined for elements that are no controls. */
export function shownValue(element: PageElement): string | undefined {
  switch (element.name) {
    case 'input': {
      const type = element.attribs['type']?.toLowerCase() ?? 'text';
      return SILENT_INPUTS.test(type) ? '' : (element.attribs['value'] ?? '');
    }
    case 'textarea':
      return contentOf(element);
    case 'select':
      return chosenOf(element);
    default:
      return undefined;
  }
}

/** All characters below an element, seen or not. */
export function contentOf(element: PageElement): string {
  return [...nodesOf(element)].map((node) => textOf(node) ?? '').join('');
}

function chosenOf(select: PageElement): string {
  const options = [...nodesOf(select)].filter(isElement).filter(({ name }) => name === 'option');
  const chosen = options.filter(({ attribs }) => attribs['selected'] !== undefined);
  if (select.attribs['multiple'] !== undefined) return chosen.map(contentOf).join(' ');
  const shown = chosen.at(-1) ?? options[0];
  return shown === undefined ? '' : contentOf(shown);
}
