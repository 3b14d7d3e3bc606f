/** Reads the values of a job from what their selectors found: one number each, or why there is none. */
import type { Value } from '../../crds/types/monitorjob.ts';
import type { ValueSelect } from './extract/extraction.ts';
import { formatDecimal, parseDecimal, parseNumbers, type ParsedNumber } from './number.ts';

/**
 * Why a value has no number: nothing was found, different numbers were found, what was found is no
 * number, or there was no page to read.
 */
export type Unread = 'notFound' | 'ambiguous' | 'notANumber' | 'noPage';

export type Reading =
  | {
      readonly kind: 'number';
      /** A decimal such as "1299.5". */
      readonly number: string;
      /** What the page writes beside it: a currency's code, `%`, `kg` …; null when nothing. */
      readonly unit: string | null;
      readonly text: string;
    }
  | {
      readonly kind: 'unread';
      readonly why: Unread;
      /** What was found instead; '' when nothing. */
      readonly text: string;
    };

type Rule = Pick<Value, 'name' | 'select' | 'regex'>;

const MAX_TEXT = 80;
/** What a series can hold exactly. */
const STORED = /^-?\d{1,30}(?:\.\d{1,20})?$/;

/** What a value is read by, in the words of the extractors; another one begins another series. */
export const selectOf = ({ select, regex }: Rule): string => select ?? `regex:${regex ?? ''}`;

/** Under which name the extractors are asked for a value; no condition is called so. */
export const askedAs = ({ name }: Rule): string => `values.${name}`;

/** The questions that the values of a job put to a page. */
export const asksOf = (rules: readonly Rule[]): ValueSelect[] =>
  rules.map((rule) => ({ name: askedAs(rule), select: selectOf(rule), all: true }));

/** The reading where there was no page. */
export const NO_PAGE: Reading = { kind: 'unread', why: 'noPage', text: '' };

/**
 * The one number in all that was found, written as people or JSON write it. Where there are prices,
 * only prices count, else where there are percentages only those: "Model 15, 799 €" is 799.
 * @param found the texts that were found, one a line
 */
export function readValue(rule: Rule, found: string | null): Reading {
  if (found === null || found === '') return { kind: 'unread', why: 'notFound', text: '' };
  const text = found.replaceAll('\n', ' · ').slice(0, MAX_TEXT).toWellFormed();
  const isMachine = selectOf(rule).startsWith('jsonpath:');
  const all = found.split('\n').flatMap((line) => numbersOf(line, isMachine));
  const wanted = new Map(narrowed(all).map((each) => [keyOf(each), each]));
  const [one] = wanted.values();
  if (!one) return { kind: 'unread', why: 'notANumber', text };
  if (wanted.size > 1) return { kind: 'unread', why: 'ambiguous', text };
  const number = formatDecimal(one.value);
  if (!STORED.test(number)) return { kind: 'unread', why: 'notANumber', text };
  const unit = `${one.currency ?? ''}${one.unit ?? ''}` || null;
  return { kind: 'number', number, unit, text };
}

type Found = Pick<ParsedNumber, 'value' | 'unit' | 'currency'>;

function numbersOf(line: string, isMachine: boolean): Found[] {
  const plain = isMachine ? parseDecimal(line.trim()) : undefined;
  return plain ? [{ value: plain, unit: null, currency: null }] : parseNumbers(line);
}

function narrowed(all: readonly Found[]): readonly Found[] {
  const money = all.filter(({ currency }) => currency !== null);
  if (money.length > 0) return money;
  const percentages = all.filter(({ unit }) => unit === '%');
  return percentages.length > 0 ? percentages : all;
}

/** The same number in another currency is another one. */
const keyOf = ({ value, currency }: Found): string => `${formatDecimal(value)} ${currency ?? ''}`;
