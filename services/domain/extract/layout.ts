/** Which elements begin a line, and which tables hold data. */
import { isElement, type PageElement, type PageTree } from './tree.ts';

export type Layout = 'inline' | 'link' | 'spaced' | 'block' | 'item' | 'heading' | 'row' | 'cell';

const BLOCKS = new Set(
  (
    'address article aside blockquote body br caption center dd details dialog dir div dl dt ' +
    'fieldset figcaption figure footer form header hgroup hr html legend main menu nav ol p pre ' +
    'search section summary table tbody td tfoot th thead tr ul optgroup'
  ).split(' '),
);
/** A row with one of these in it lays out a page and is no row of data. */
const NO_DATA = /^(?:table|h[1-6]|ul|ol|dl|pre|form|article|section|blockquote|nav|header|footer)$/;
const SPACED = new Set(['button', 'img', 'label', 'picture']);

/** Rows of tables that only lay out the page. */
export function layoutTables(tree: PageTree): ReadonlySet<PageElement> {
  const rows = new Set<PageElement>();
  for (const element of tree.elements) {
    if (!NO_DATA.test(element.name)) continue;
    for (let up = element.parentNode; up !== null; up = up.parentNode) {
      if (!isElement(up)) break;
      if (up.name !== 'tr') continue;
      if (rows.has(up)) break;
      rows.add(up);
    }
  }
  return rows;
}

/** How an element breaks the text around it. */
export function layoutOf(
  element: PageElement,
  display: string | undefined,
  layoutRows: ReadonlySet<PageElement>,
): Layout {
  const { name } = element;
  if (/^h[1-6]$/.test(name)) return 'heading';
  if (name === 'li') return 'item';
  if (name === 'tr') return layoutRows.has(element) ? 'block' : 'row';
  if (name === 'td' || name === 'th') return isDataCell(element, layoutRows) ? 'cell' : 'block';
  if (display !== undefined) {
    if (/^(?:block|flex|grid|table|list-item|flow-root)$/.test(display)) return 'block';
    if (display.startsWith('inline')) return 'inline';
  }
  if (BLOCKS.has(name)) return 'block';
  if (name === 'a') return 'link';
  return SPACED.has(name) ? 'spaced' : 'inline';
}

function isDataCell(cell: PageElement, layoutRows: ReadonlySet<PageElement>): boolean {
  const row = cell.parentNode as PageElement | null;
  return row !== null && row.name === 'tr' && !layoutRows.has(row);
}
