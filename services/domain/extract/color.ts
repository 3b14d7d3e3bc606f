/** Colours as far as they tell that text cannot be told from its background. */

export type Color = readonly [red: number, green: number, blue: number];

const NAMES: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  red: '#ff0000',
  green: '#008000',
  blue: '#0000ff',
  yellow: '#ffff00',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  snow: '#fffafa',
  ivory: '#fffff0',
  whitesmoke: '#f5f5f5',
  ghostwhite: '#f8f8ff',
};
/** Channels that differ by no more look the same. */
const SAME = 10;

/** Red, green, blue of a CSS colour; undefined for what is no plain colour. */
export function parseColor(value: string | undefined): Color | undefined {
  const text = NAMES[value ?? ''] ?? value ?? '';
  const short = /^#([\da-f])([\da-f])([\da-f])$/.exec(text);
  if (short !== null) return channels(short, (part) => Number.parseInt(part + part, 16));
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(text);
  if (long !== null) return channels(long, (part) => Number.parseInt(part, 16));
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:\s*[,/]\s*1(?:\.0+)?)?\s*\)$/.exec(text);
  return rgb === null ? undefined : channels(rgb, Number);
}

/** Whether a reader cannot tell the two apart. */
export function looksSame(left: Color, right: Color): boolean {
  return left.every((channel, index) => Math.abs(channel - (right[index] ?? 0)) <= SAME);
}

/** Whether a colour's alpha channel makes letters invisible. */
export function isSeeThrough(value: string | undefined): boolean {
  if (value === undefined) return false;
  return value === 'transparent' || /^(?:rgba|hsla)\(.*[,/]\s*0(?:\.0\d*)?%?\s*\)$/.test(value);
}

function channels(found: RegExpExecArray, read: (part: string) => number): Color {
  const [, red = '', green = '', blue = ''] = found;
  return [read(red), read(green), read(blue)];
}
