/** What a set of CSS declarations says about whether a reader can see an element. */

/** Declared values by property, lower case, without `!important`. */
export type Declared = ReadonlyMap<string, string>;

export interface Declaration {
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

/** Properties that can hide text or lay it out as a block; no others are kept. */
const PROPERTIES = new Set([
  'display',
  'visibility',
  'content-visibility',
  'opacity',
  'filter',
  'font-size',
  'width',
  'height',
  'max-width',
  'max-height',
  'min-width',
  'min-height',
  'padding',
  'padding-top',
  'padding-bottom',
  'overflow',
  'position',
  'left',
  'right',
  'top',
  'bottom',
  'text-indent',
  'margin-left',
  'margin-top',
  'transform',
  'clip',
  'clip-path',
  'color',
  'background-color',
]);
const ALIASES: Readonly<Record<string, string>> = {
  background: 'background-color',
  'overflow-x': 'overflow',
  'overflow-y': 'overflow',
};

/** A longer declaration is nothing that people write; patterns are not asked about it. */
const MAX_LENGTH = 400;
const SIZES = ['width', 'height', 'max-width', 'max-height'];

/** Pixels for each unit, at a common screen of 1280 × 720 and 16 px letters. */
const PIXELS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  em: 16,
  rem: 16,
  ch: 8,
  pt: 4 / 3,
  vw: 12.8,
  vh: 7.2,
  cm: 37.8,
  mm: 3.78,
  in: 96,
};
/** Nothing is laid out this far from the page on purpose but to hide it. */
const FAR = 900;
/** Letters smaller than this many pixels cannot be read. */
const READABLE = 3;

/** The declarations of a `style` attribute or of a rule's body that matter here. */
export function parseDeclarations(body: string): Declaration[] {
  return body.split(';').flatMap((part) => {
    const colon = part.indexOf(':');
    const name = part.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const property = ALIASES[name] ?? name;
    if (!PROPERTIES.has(property) || part.length > MAX_LENGTH) return [];
    const raw = part
      .slice(colon + 1)
      .trim()
      .toLowerCase();
    const value = raw.replace(/\s*!\s*important$/, '');
    return [{ property, value, important: value !== raw }];
  });
}

/** Length in CSS pixels; NaN for percentages, keywords and functions. */
export function pixels(value: string | undefined): number {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+))([a-z]*)$/.exec(value ?? '');
  return found === null ? Number.NaN : Number(found[1]) * (PIXELS[found[2] ?? ''] ?? Number.NaN);
}

/** Whether the element and all below it are out of sight, whatever its children declare. */
export function hidesSubtree(style: Declared): boolean {
  return (
    style.get('display') === 'none' ||
    style.get('content-visibility') === 'hidden' ||
    isTransparent(style) ||
    hasNoRoom(style) ||
    isClipped(style) ||
    isFarAway(style)
  );
}

/** Whether `visibility` hides the element's own text; undefined when it says nothing. */
export function visibilityOf(style: Declared): boolean | undefined {
  const value = style.get('visibility');
  if (value === 'hidden' || value === 'collapse') return false;
  return value === 'visible' || value === 'initial' ? true : undefined;
}

/** Whether letters can be read at the declared size; undefined when it depends on the parent. */
export function readableSize(style: Declared): boolean | undefined {
  const value = style.get('font-size');
  if (value === undefined || value === 'inherit') return undefined;
  const size = pixels(value);
  if (size === 0 || /^0(\.0+)?%$/.test(value)) return false;
  if (/(?:^|\d)(?:em|%|ch)$/.test(value) && !value.endsWith('rem')) return undefined;
  return Number.isNaN(size) || size >= READABLE;
}

/** Whether any value could hide text; rules without one matter only where another rule hides. */
export function isSuspicious(style: Declared): boolean {
  return (
    hidesSubtree(style) ||
    visibilityOf(style) === false ||
    readableSize(style) === false ||
    style.get('color') === 'transparent' ||
    (style.has('color') && style.has('background-color')) ||
    SIZES.some((side) => pixels(style.get(side)) <= 1)
  );
}

function isTransparent(style: Declared): boolean {
  const filtered = /opacity\(\s*([\d.]+%?)\s*\)/.exec(style.get('filter') ?? '')?.[1];
  return [style.get('opacity'), filtered].some((value) => {
    if (value === undefined) return false;
    const share = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
    return share < 0.05;
  });
}

function hasNoRoom(style: Declared): boolean {
  if (!/hidden|clip/.test(style.get('overflow') ?? '')) return false;
  // Boxes that keep their shape have no height but a padding, and their text is seen.
  const kept = ['min-width', 'min-height', 'padding', 'padding-top', 'padding-bottom'];
  if (kept.some((side) => style.has(side) && !(pixels(style.get(side)) <= 1))) return false;
  return SIZES.some((side) => pixels(style.get(side)) <= 1);
}

function isClipped(style: Declared): boolean {
  const rect = /^rect\(([^)]*)\)$/.exec(style.get('clip') ?? '')?.[1];
  if (rect !== undefined && rect.split(/[\s,]+/).every((side) => pixels(side) <= 1)) return true;
  const path = style.get('clip-path') ?? '';
  const inset = /^inset\(\s*([\d.]+)%/.exec(path)?.[1];
  return Number(inset ?? 0) >= 50 || /^circle\(\s*0/.test(path);
}

function isFarAway(style: Declared): boolean {
  const placed = /^(?:absolute|fixed|relative|sticky)$/.test(style.get('position') ?? '');
  const sides = placed ? ['left', 'right', 'top', 'bottom'] : [];
  const moved = [...sides, 'text-indent', 'margin-left', 'margin-top'].map((property) =>
    pixels(style.get(property)),
  );
  if (moved.some((distance) => distance <= -FAR)) return true;
  if (placed && moved.slice(0, 4).some((distance) => distance >= 9 * FAR)) return true;
  return isTransformedAway(style.get('transform') ?? '');
}

function isTransformedAway(transform: string): boolean {
  if (/scale[xy]?\(\s*0(?:\.0+)?\s*[,)]/.test(transform)) return true;
  const translated = /translate(?:x|y|3d)?\(([^)]*)\)/.exec(transform)?.[1] ?? '';
  return translated.split(',').some((part) => pixels(part.trim()) <= -FAR);
}
