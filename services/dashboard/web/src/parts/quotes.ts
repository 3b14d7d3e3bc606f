/** Finds quotes in a text that is cut into word changes. Pure; tested without a browser. */

export interface Word {
  readonly op: 'equal' | 'removed' | 'added';
  readonly text: string;
}

export interface MarkedWord extends Word {
  readonly quoted: boolean;
}

/** The ranges of `text` that any of the quotes covers, case and runs of white space aside. */
function rangesOf(text: string, quotes: readonly string[]): (readonly [number, number])[] {
  return quotes
    .filter((quote) => quote.trim() !== '')
    .flatMap((quote) => {
      const words = quote
        .trim()
        .split(/\s+/)
        .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
      const pattern = new RegExp(words.join(String.raw`\s+`), 'giu');
      return [...text.matchAll(pattern)].map(
        (match) => [match.index, match.index + match[0].length] as const,
      );
    });
}

/** Cuts the words where quotes begin and end, and says which pieces are quoted. */
export function markQuotes(words: readonly Word[], quotes: readonly string[]): MarkedWord[] {
  const text = words.map((word) => word.text).join('');
  const ranges = rangesOf(text, quotes);
  const cuts = new Set(ranges.flat());
  let at = 0;
  return words.flatMap((word) => {
    const start = at;
    at += word.text.length;
    const points = [
      start,
      ...[...cuts].filter((cut) => cut > start && cut < at).toSorted((a, b) => a - b),
      at,
    ];
    return points.slice(0, -1).flatMap((from, index) => {
      const to = points[index + 1] ?? at;
      if (to === from) return [];
      const quoted = ranges.some(([first, last]) => first <= from && to <= last);
      return [{ op: word.op, text: text.slice(from, to), quoted }];
    });
  });
}
