/** What conditions that compare numbers have in common: operators, ratios, the forms of an outcome. */
import type { NumberOperator } from '../../crds/types/monitorjob.ts';
import { cutText } from './describe.ts';
import { compareDecimals, multiply, parseNumber, subtract, type Decimal } from './number.ts';
import type { ClaimKind } from './types.ts';

/** The part of a result that the rule decides. */
export interface Outcome {
  readonly holds: boolean;
  /**
   * Whether the state that the condition is about is true now. For Appears it stays true while the
   * text is there, although the condition held only once; a finding resolves when it ends.
   */
  readonly isTrue: boolean;
  readonly kind: ClaimKind;
  readonly before: string | null;
  readonly after: string | null;
  /** The line of the page that shows it, or the number's text; '' where there is nothing to show. */
  readonly evidence: string;
  /** Why it could not be evaluated; then `holds` is false and says nothing. */
  readonly problem: string | null;
}

export interface RawValues {
  readonly before: string | null;
  readonly after: string | null;
}

const nothing: RawValues = { before: null, after: null };
const HUNDRED: Decimal = { digits: 100n, scale: 0 };

/** Nothing holds, and nothing is wrong. */
export const quiet = (kind: ClaimKind, raw: RawValues): Outcome => ({
  kind,
  ...raw,
  holds: false,
  isTrue: false,
  evidence: '',
  problem: null,
});

/** It could not be evaluated. */
export const failed = (kind: ClaimKind, problem: string, raw: RawValues = nothing): Outcome => ({
  ...quiet(kind, raw),
  problem,
});

/** The number, or the sentence that says why there is none. */
export function readNumber(select: string, text: string | null): Decimal | string {
  if (text === null) return `The selector "${cutText(select, 80)}" found nothing.`;
  const parsed = parseNumber(text, select.startsWith('jsonpath:'));
  return parsed?.value ?? `"${cutText(text, 80)}" has no number that can be read.`;
}

/** Compares (now - base) × 100 / |base| with `percent`, without dividing; `base` is not 0. */
export const compareRatio = (now: Decimal, base: Decimal, percent: Decimal): -1 | 0 | 1 =>
  compareDecimals(multiply(subtract(now, base), HUNDRED), multiply(percent, sizeOf(base)));

/** Compares the changes from two bases to `now`, each in its own percent; neither base is 0. */
export const compareChanges = (now: Decimal, left: Decimal, right: Decimal): -1 | 0 | 1 =>
  compareDecimals(
    multiply(subtract(now, left), sizeOf(right)),
    multiply(subtract(now, right), sizeOf(left)),
  );

const sizeOf = (value: Decimal): Decimal =>
  value.digits < 0n ? { ...value, digits: -value.digits } : value;

/** Whether an order of two numbers is what the operator asks. */
export function compares(order: -1 | 0 | 1, op: NumberOperator): boolean {
  switch (op) {
    case 'Lt':
      return order < 0;
    case 'Le':
      return order <= 0;
    case 'Eq':
      return order === 0;
    case 'Ne':
      return order !== 0;
    case 'Ge':
      return order >= 0;
    case 'Gt':
      return order > 0;
    default:
      return op satisfies never;
  }
}
