/** Text for people's terminals: safe, aligned, short. */
import { stripVTControlCharacters } from 'node:util';

const GAP = '   ';
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A text as one line that a terminal only shows and never obeys: what a web page wrote must not move
 * the cursor or change the title.
 */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();

/** How long a time is away, in one unit or two: `45s`, `3m`, `2h10m`, `5d`. */
function span(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) {
    const rest = seconds % MINUTE;
    return `${Math.floor(seconds / MINUTE)}m${rest === 0 ? '' : `${rest}s`}`;
  }
  if (seconds < 2 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 10 * HOUR) {
    const rest = Math.floor((seconds % HOUR) / MINUTE);
    return `${Math.floor(seconds / HOUR)}h${rest === 0 ? '' : `${rest}m`}`;
  }
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  return `${Math.floor(seconds / DAY)}d`;
}

/** The age of a time as kubectl writes it: `3m`, for a time to come `in 40s`; `-` when there is none. */
export function age(time: string | null | undefined, now: Date): string {
  if (time === null || time === undefined) return '-';
  const seconds = Math.round((now.getTime() - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return '-';
  return seconds >= 0 ? span(seconds) : `in ${span(-seconds)}`;
}

const segmenter = new Intl.Segmenter();
/** What a reader sees as single characters. */
const characters = (text: string): string[] =>
  /^[ -~]*$/.test(text) ? text.split('') : Array.from(segmenter.segment(text), (it) => it.segment);
const length = (text: string): number => characters(text).length;

/** A text cut to a width, with an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  if (length(text) <= width) return text;
  return `${characters(text)
    .slice(0, Math.max(0, width - 1))
    .join('')}…`;
}

/**
 * Lines of a table with aligned columns. Cells are made plain; an empty one becomes `-`.
 * @param width of the terminal: each line is cut to it; undefined cuts nothing
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string[] {
  const clean = rows.map((row) => row.map((cell) => plain(cell) || '-'));
  const widths = heads.map((head, column) =>
    Math.max(length(head), ...clean.map((row) => length(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - length(cell)),
    );
    const whole = padded.join(GAP).trimEnd();
    return width === undefined ? whole : cut(whole, width);
  };
  return [line(heads), ...clean.map(line)];
}

/** A paragraph broken into lines of at most `width` characters, each with the indent before it. */
export function wrap(text: string, indent: string, width: number | undefined): string[] {
  const room = Math.max(20, (width ?? Number.POSITIVE_INFINITY) - length(indent));
  const lines: string[] = [];
  for (const word of plain(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && length(last) + 1 + length(word) <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => indent + line);
}
