/** Reads numbers as people write them, exactly, and compares them without floating point. */
import { currencyBefore, unitAfter } from './unit.ts';

/** digits / 10^scale. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** A number in a text, with what it counts. */
export interface ParsedNumber {
  readonly value: Decimal;
  /** `%`, `kg`, `/l` …; null when nothing follows that looks like a unit. */
  readonly unit: string | null;
  /** ISO 4217 code, or the symbol when it names several currencies; null when there is none. */
  readonly currency: string | null;
  /** Where the number, with its sign and its currency, begins and ends in the folded text. */
  readonly start: number;
  readonly end: number;
}

const ONE: Decimal = { digits: 1n, scale: 0 };
const MAX_DIGITS = 40;
const RUN = /\d+(?:(?:[.,'’]| (?=\d{3}(?!\d)))\d+)*/g;
const SCALES: Readonly<Record<string, number>> = {
  k: 3,
  K: 3,
  M: 6,
  Mio: 6,
  million: 6,
  Million: 6,
  Millionen: 6,
  Mrd: 9,
  billion: 9,
  Milliarden: 9,
  milliards: 9,
};

/** Folds width, spaces and minus signs so that all spellings of one number look alike. */
export const foldNumberText = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\u00a0\u2009\u202f]/g, ' ')
    .replace(/[\u2212\ufe63\uff0d]/g, '-')
    .replace(/\p{Nd}/gu, (digit) => asciiDigit(digit))
    .replace(/\u066b/g, '.')
    .replace(/\u066c/g, ',');

/** Digits of other scripts stand in runs of ten that begin at these characters. */
const zeros = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0e50, 0x0ed0, 0x1040, 0x17e0,
];

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = zeros.find((start) => code >= start && code < start + 10);
  return zero === undefined ? digit : String(code - zero);
}

/**
 * The number that a text is about: the first one with a currency, else the first with a percent
 * sign, else the first. "1.299,00 €", "1,299.00", "1 299", "−5" and "12 %" are all understood;
 * dates, versions and times are no numbers.
 * @param machine the text comes from JSON: a plain `1.299` has a decimal point
 */
export function parseNumber(text: string, machine = false): ParsedNumber | undefined {
  if (machine) {
    const value = parseDecimal(text.trim());
    if (value) return { value, unit: null, currency: null, start: 0, end: text.length };
  }
  const all = parseNumbers(text);
  return all.find((n) => n.currency !== null) ?? all.find((n) => n.unit === '%') ?? all[0];
}

/** Every number of a text, in order. */
export function parseNumbers(text: string): ParsedNumber[] {
  const folded = foldNumberText(text);
  return [...folded.matchAll(RUN)].flatMap((run) => readRun(folded, run[0], run.index));
}

/** Reads a plain decimal string such as "-12.50". */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts || text.length > MAX_DIGITS) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  return {
    digits: BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`),
    scale: fraction.length,
  };
}

/** -1, 0 or 1. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const difference = subtract(a, b).digits;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** a − b, exactly. */
export function subtract(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: rescale(a, scale) - rescale(b, scale), scale };
}

/** a × b, exactly. */
export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  scale: a.scale + b.scale,
});

/** The shortest plain spelling: "1299", "-0.5". */
export function formatDecimal(value: Decimal): string {
  const negative = value.digits < 0n;
  const padded = (negative ? -value.digits : value.digits)
    .toString()
    .padStart(value.scale + 1, '0');
  const whole = padded.slice(0, padded.length - value.scale);
  const fraction = padded.slice(padded.length - value.scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const rescale = (value: Decimal, scale: number): bigint =>
  value.digits * 10n ** BigInt(scale - value.scale);

function readRun(text: string, run: string, start: number): ParsedNumber[] {
  const end = start + run.length;
  if (
    /\p{L}[.,'’-]?$/u.test(text.slice(Math.max(0, start - 2), start)) &&
    !currencyBefore(text, start)
  )
    return readInsideWord(text, run, start);
  if (/^[:/-]\d/.test(text.slice(end, end + 2)) && isPartOfDate(text, start, end)) return [];
  if (/\d[:/-]$/.test(text.slice(Math.max(0, start - 2), start)) && isPartOfDate(text, start, end))
    return [];
  const unsigned = readGroups(run, text.slice(end));
  if (unsigned) return [finish(text, unsigned, start, end)];
  const gap = run.indexOf(' ');
  if (gap === -1) return [];
  return [
    ...readRun(text, run.slice(0, gap), start),
    ...readRun(text, run.slice(gap + 1), start + gap + 1),
  ];
}

/** "v1.2", "B12" are names; but "x5" after a space is read as nothing as well. */
function readInsideWord(text: string, run: string, start: number): ParsedNumber[] {
  const gap = run.indexOf(' ');
  return gap === -1 ? [] : readRun(text, run.slice(gap + 1), start + gap + 1);
}

/** 2026-11-25, 25/11/2026, 10:30 and phone-like chains; a range such as "5-10" is two numbers. */
function isPartOfDate(text: string, start: number, end: number): boolean {
  const around = text.slice(Math.max(0, start - 12), end + 12);
  const at = start - Math.max(0, start - 12);
  const chains = around.matchAll(/\d+(?:[:/-]\d+){2,}|\d{1,2}:\d{2}/g);
  return [...chains].some((chain) => chain.index <= at && at < chain.index + chain[0].length);
}

/** Undefined when the separators make no number (12.05.2024, 1.2.3). */
function readGroups(run: string, following: string): Decimal | undefined {
  if (run.length > MAX_DIGITS) return undefined;
  if (/^\d+$/.test(run)) return { digits: BigInt(run), scale: 0 };
  const decimal = /^(\d+)([.,])(\d+)$/.exec(run);
  if (decimal) return readSingle(decimal[1] ?? '', decimal[3] ?? '', following);
  const grouped = /^(\d{1,3}(?:([.,'’ ])\d{2,3})(?:\2\d{2,3})*)(?:([.,])(\d+))?$/.exec(run);
  if (!grouped || !/\d{3}$/.test(grouped[1] ?? '')) return undefined;
  const [, whole = '', group = '', point = '', fraction = ''] = grouped;
  if (group === point || !isGrouping(whole, group)) return undefined;
  return { digits: BigInt(whole.replace(/\D/g, '') + fraction), scale: fraction.length };
}

/** Groups of three, or the Indian lakh grouping of two with a last group of three. */
function isGrouping(whole: string, group: string): boolean {
  const parts = whole.split(group).slice(1);
  return (
    parts.every((part) => part.length === 3) ||
    (group === ',' && parts.slice(0, -1).every((part) => part.length === 2))
  );
}

/**
 * One separator and three digits may be either. It groups thousands, as in nearly all prices, unless
 * the whole part is 0 or too long to be a group, or a rate follows ("1.299 €/l", "1,299 %").
 */
function readSingle(whole: string, fraction: string, following: string): Decimal {
  const isRate = /^ ?(?:[^\s\d/]{1,3} ?\/ ?\p{L}|%|‰)/u.test(following);
  const groups = fraction.length === 3 && whole.length <= 3 && !whole.startsWith('0') && !isRate;
  return { digits: BigInt(whole + fraction), scale: groups ? 0 : fraction.length };
}

function finish(text: string, unsigned: Decimal, start: number, end: number): ParsedNumber {
  const before = currencyBefore(text, start);
  const signAt = findSign(text, start, before?.start ?? start);
  const scaled = readScale(text, end);
  const after = unitAfter(text, scaled.end);
  const value = multiply(unsigned, scaled.factor);
  return {
    value: signAt === undefined ? value : { ...value, digits: -value.digits },
    unit: after.unit,
    currency: before?.currency ?? after.currency,
    start: Math.min(signAt ?? start, before?.start ?? start),
    end: before ? scaled.end : scaled.end + after.currencyLength,
  };
}

/** "1.5k", "2M", "1,2 Mio. €"; the dash that stands for no cents ("99,–") is passed over as well. */
function readScale(text: string, end: number): { readonly factor: Decimal; readonly end: number } {
  const rest = text.slice(end, end + 16);
  const word =
    /^(?:([kKM])| ?(Mio|[Mm]illion|Millionen|Mrd|billion|Milliarden|milliards)\.?)(?![\p{L}\d])/u.exec(
      rest,
    );
  const power = word ? SCALES[word[1] ?? word[2] ?? ''] : undefined;
  if (word && power !== undefined)
    return { factor: { digits: 10n ** BigInt(power), scale: 0 }, end: end + word[0].length };
  return { factor: ONE, end: end + (/^[.,][-–](?!\d)/.exec(rest)?.[0].length ?? 0) };
}

/** A minus directly before the digits or before the currency, that is no hyphen of a word or range. */
function findSign(text: string, start: number, moneyStart: number): number | undefined {
  for (const at of [start - 1, moneyStart - 1])
    if (/[-–]/.test(text[at] ?? '') && /^$|[\s(:~|€$£]/.test(text[at - 1] ?? '')) return at;
  return undefined;
}
