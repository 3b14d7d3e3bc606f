/** What a reader sees of an element, from what is declared above it and on it. */
import type { Appearance } from './appearance.ts';
import { isSeeThrough, looksSame, parseColor, type Color } from './color.ts';
import { hidesSubtree, readableSize, visibilityOf, type Declared } from './style.ts';
import type { PageElement } from './tree.ts';

/** What children inherit. */
export interface Look {
  readonly visible: boolean;
  readonly readable: boolean;
  /** Undefined where a style that was not read may set it. */
  readonly color: Color | undefined;
  readonly background: Color | undefined;
  readonly seeThrough: boolean;
}

/** Elements whose content no reader sees. */
const UNSEEN = new Set(
  (
    'script style noscript head title meta link template object iframe frameset noframes noembed ' +
    'video audio canvas svg annotation annotation-xml datalist rp map progress meter'
  ).split(' '),
);
const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];

/** How text looks before anything is declared. */
export function startLook(page: Appearance): Look {
  return {
    visible: true,
    readable: true,
    color: page.plain ? BLACK : undefined,
    background: page.plain ? WHITE : undefined,
    seeThrough: false,
  };
}

/** Whether an element of this kind shows its content at all. */
export function isShown(element: PageElement): boolean {
  const { name, attribs } = element;
  if (name === 'template') return attribs['shadowrootmode'] !== undefined;
  if (name === 'dialog') return attribs['open'] !== undefined;
  return !UNSEEN.has(name) && attribs['popover'] === undefined;
}

/** How text looks inside an element; undefined when it hides all that is in it. */
export function lookInside(element: PageElement, look: Look, page: Appearance): Look | undefined {
  const style = page.of(element);
  const painted = paint(element, look, style, page.plain);
  if (style === undefined) return painted;
  if (hidesSubtree(style)) return undefined;
  return {
    ...painted,
    visible: visibilityOf(style) ?? look.visible,
    readable: readableSize(style) ?? look.readable,
  };
}

/** Whether text of this look can be read. */
export function isBare(look: Look): boolean {
  if (!look.visible || !look.readable || look.seeThrough) return false;
  const { color, background } = look;
  return color === undefined || background === undefined || !looksSame(color, background);
}

function paint(
  element: PageElement,
  look: Look,
  style: Declared | undefined,
  plain: boolean,
): Look {
  const { attribs } = element;
  const unknown = !plain && (attribs['class'] !== undefined || attribs['id'] !== undefined);
  const color = style?.get('color');
  const background = style?.get('background-color');
  if (color === undefined && background === undefined && !unknown) return look;
  return {
    ...look,
    color: color === undefined ? keep(look.color, unknown) : parseColor(color),
    background: repaint(look.background, background, unknown),
    seeThrough: color === undefined ? look.seeThrough : isSeeThrough(color),
  };
}

function repaint(above: Color | undefined, value: string | undefined, unknown: boolean) {
  if (value === undefined || isSeeThrough(value) || value === 'none') return keep(above, unknown);
  return parseColor(value);
}

function keep(color: Color | undefined, unknown: boolean): Color | undefined {
  return unknown ? undefined : color;
}
