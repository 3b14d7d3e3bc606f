/** Makes of a series of numbers what a chart draws and what a person reads. Pure; tested without a browser. */
import { known, locale, t } from '../texts/texts.ts';

/** A part of a series, as the API sends it. */
export interface ValuePart {
  readonly at: string;
  readonly until: string;
  /** Decimals; null where no check had a number. */
  readonly min: string | null;
  readonly max: string | null;
  readonly last: string | null;
  readonly read: number;
  readonly unread: number;
  readonly why: string | null;
  readonly found: string | null;
}

export interface ValueSeries {
  readonly source: string;
  readonly name: string;
  readonly unit: string | null;
  readonly parts: readonly ValuePart[];
}

/** One of the last numbers of a monitor, as a list shows it. */
export interface LastValue {
  readonly monitor: string;
  readonly source: string;
  readonly name: string;
  readonly at: string;
  readonly number: string | null;
  readonly unit: string | null;
  readonly why: string | null;
  readonly found: string;
}

/** A time without numbers, in ISO times, and why. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** Columns of a chart: times in seconds, and numbers where there are some. */
export interface Columns {
  readonly at: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly last: readonly (number | null)[];
}

/** Why there is no number, with what was found instead. */
export const whyWords = (why: string, found: string | null): string => {
  const words = known('numbers.why', why) ?? why;
  return found ? t('numbers.whyFound', { why: words, found }) : words;
};

/** A decimal as people here write it, with its unit. */
export function numberWords(number: string, unit: string | null): string {
  const format = new Intl.NumberFormat(locale(), { maximumFractionDigits: 20 });
  const written = format.format(number as `${number}`);
  return unit === null ? written : `${written} ${unit}`;
}

/** How many times longer than usual two checks lie apart before the time between them is a gap. */
const LONG = 3;

/** The usual time between two parts, in ms; half of them are nearer to each other. */
function usualStep(parts: readonly ValuePart[]): number {
  const steps = parts
    .slice(1)
    .map(({ at }, index) => Date.parse(at) - Date.parse(parts[index]?.until ?? at))
    .toSorted((left, right) => left - right);
  return steps[Math.floor(steps.length / 2)] ?? Infinity;
}

const isAfterPause = (part: ValuePart, before: ValuePart | undefined, usual: number): boolean =>
  before !== undefined && Date.parse(part.at) - Date.parse(before.until) > LONG * usual;

/** What is drawn; a line ends where there is no number, and where nobody looked for long. */
export function columnsOf({ parts }: ValueSeries): Columns {
  const usual = usualStep(parts);
  const rows = parts.flatMap((part, index) => {
    const before = parts[index - 1];
    const row = [Date.parse(part.at), part.min, part.max, part.last] as const;
    return isAfterPause(part, before, usual)
      ? [[Date.parse(before?.until ?? part.at) + usual, null, null, null] as const, row]
      : [row];
  });
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  return {
    at: rows.map(([at]) => at / 1000),
    min: rows.map(([, min]) => number(min)),
    max: rows.map(([, , max]) => number(max)),
    last: rows.map(([, , , last]) => number(last)),
  };
}

const unreadWords = ({ read, unread }: ValuePart, why: string): string =>
  read === 0 ? why : t('values.someUnread', { unread, all: read + unread, why });

/** The times without numbers, oldest first; those that follow each other for the same reason are one. */
export function gapsOf({ parts }: ValueSeries): Gap[] {
  const usual = usualStep(parts);
  const gaps: Gap[] = [];
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    const isPause = isAfterPause(part, before, usual);
    if (before && isPause) gaps.push({ from: before.until, to: part.at, why: t('values.noCheck') });
    if (part.unread === 0 || part.why === null) return;
    const why = unreadWords(part, whyWords(part.why, part.found));
    const last = gaps.at(-1);
    const isSame = last?.why === why && last.to === before?.until && !isPause;
    if (last && isSame) gaps[gaps.length - 1] = { ...last, to: part.until };
    else gaps.push({ from: part.at, to: part.until, why });
  });
  return gaps;
}

/** Such as "39.5 €, between 35 € and 40 €"; what a person gets who does not see the chart. */
export function summaryOf({ parts, unit }: ValueSeries): string {
  const numbers = parts.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]));
  const [lowest, highest] = extremes(numbers);
  const last = parts.findLast((part) => part.last !== null)?.last;
  if (!last || lowest === undefined || highest === undefined) return t('values.noneRead');
  const words = (number: string): string => numberWords(number, unit);
  return lowest === highest
    ? t('values.everyCheck', { last: words(last) })
    : t('values.summary', { last: words(last), lowest: words(lowest), highest: words(highest) });
}

function extremes(numbers: readonly string[]): readonly (string | undefined)[] {
  const sorted = numbers.toSorted((left, right) => Number(left) - Number(right));
  return [sorted[0], sorted.at(-1)];
}

/** A line of the last numbers in a box of this size, oldest first: the points of its pieces. */
export function linePieces(
  last: readonly LastValue[],
  { width, height }: { readonly width: number; readonly height: number },
): string[] {
  const numbers = last.flatMap(({ number }) => (number === null ? [] : [number]));
  const [lowest = '0', highest = '0'] = extremes(numbers);
  const range = Number(highest) - Number(lowest);
  const step = width / Math.max(1, last.length - 1);
  const pieces: string[][] = [[]];
  for (const [index, { number }] of last.entries()) {
    if (number === null) {
      pieces.push([]);
      continue;
    }
    const share = range === 0 ? 0.5 : (Number(number) - Number(lowest)) / range;
    const point = [index * step, height * (1 - share)];
    pieces.at(-1)?.push(point.map((each) => each.toFixed(1)).join(','));
  }
  return pieces.filter((piece) => piece.length > 0).map((piece) => piece.join(' '));
}

/** Such as "price: 39 €; 24 checks, between 35 € and 40 €, 2 without a number". */
export function lineWords(last: readonly LastValue[]): string {
  const newest = last.at(-1);
  if (!newest) return '';
  const { name, unit } = newest;
  const words = (number: string): string => numberWords(number, unit);
  const now =
    newest.number === null ? whyWords(newest.why ?? '', newest.found) : words(newest.number);
  const [lowest, highest] = extremes(last.flatMap(({ number }) => number ?? []));
  const missing = last.filter(({ number }) => number === null).length;
  const parts = [
    t('numbers.checks', { count: last.length }),
    ...(lowest !== undefined && highest !== undefined && lowest !== highest
      ? [t('numbers.between', { lowest: words(lowest), highest: words(highest) })]
      : []),
    ...(missing > 0 ? [t('numbers.missing', { count: missing })] : []),
  ];
  return t('numbers.line', { name, now, parts: parts.join(', ') });
}
