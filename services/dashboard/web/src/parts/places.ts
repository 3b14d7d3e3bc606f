/** Finds quotes among the words of a picture. Pure; tested without a browser. */

/** A word with left, top, width and height in pixels; '' where the word before goes on. */
export type WordBox = readonly [
  text: string,
  left: number,
  top: number,
  width: number,
  height: number,
];

export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One time that a quote stands on a picture, line by line. */
export type Standing = readonly Place[];

/** A short quote may stand everywhere. */
const MOST_TIMES = 20;

const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '');

/** The quote without what the extracted text adds: marks of headings, of lists, and between cells. */
const unmarked = (quote: string): string =>
  quote.replaceAll(/^[ \t]*(?:#{1,6}|-)[ \t]+/gm, '').replaceAll(' | ', ' ');

/** Where a quote stands, at most 20 times. Case and white space aside: words may touch on a page. */
export function placesOf(words: readonly WordBox[], quote: string): readonly Standing[] {
  const starts: number[] = [];
  let page = '';
  for (const [text] of words) {
    starts.push(page.length);
    page += fold(text);
  }
  const whole = fold(quote);
  const found = rangesOf(page, whole, new Set(starts));
  const wanted = found.length > 0 ? whole : fold(unmarked(quote));
  const ranges = found.length > 0 ? found : rangesOf(page, wanted, new Set(starts));
  return ranges.slice(0, MOST_TIMES).map((from) => {
    const to = from + wanted.length;
    const covered = words.filter(([text], at) => {
      const start = starts[at] ?? 0;
      // what goes on in the next line begins where its word ends
      return text === ''
        ? start > from && start <= to
        : start < to && start + fold(text).length > from;
    });
    return linesOf(covered);
  });
}

/** Where it begins: where it is no piece of a longer word, and if it nowhere is, anywhere. */
function rangesOf(page: string, wanted: string, starts: ReadonlySet<number>): number[] {
  if (wanted === '') return [];
  const isEdge = (at: number): boolean =>
    starts.has(at) || at === page.length || !/^[\p{L}\p{N}]{2}$/u.test(page.slice(at - 1, at + 1));
  const all: number[] = [];
  for (let at = page.indexOf(wanted); at >= 0; at = page.indexOf(wanted, at + 1)) all.push(at);
  const clean = all.filter((at) => isEdge(at) && isEdge(at + wanted.length));
  return clean.length > 0 ? clean : all;
}

/** Words that follow each other in a line become one box. */
function linesOf(words: readonly WordBox[]): Place[] {
  const lines: Place[] = [];
  for (const [, left, top, width, height] of words) {
    const last = lines.at(-1);
    const isSame =
      last !== undefined &&
      left >= last.left &&
      Math.abs(top + height / 2 - last.top - last.height / 2) < Math.max(height, last.height) / 2;
    if (!isSame) {
      lines.push({ left, top, width, height });
      continue;
    }
    const upper = Math.min(top, last.top);
    lines[lines.length - 1] = {
      left: last.left,
      top: upper,
      width: Math.max(left + width, last.left + last.width) - last.left,
      height: Math.max(top + height, last.top + last.height) - upper,
    };
  }
  return lines;
}
