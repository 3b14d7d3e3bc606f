/** Evaluates the conditions of a job: rules that code decides, without a model (design 4.3). */
import type { Condition, NumberOperator } from '../../crds/types/monitorjob.ts';
import { cutText } from './describe.ts';
import {
  compareDecimals,
  multiply,
  parseDecimal,
  parseNumber,
  subtract,
  type Decimal,
} from './number.ts';
import { findPatternPresence, findTextPresence, MAX_EVIDENCE } from './presence.ts';
import type { Change, ClaimKind, NormalText } from './types.ts';

export interface ConditionInput {
  readonly source: string;
  /** Undefined on the first look at a page: nothing can appear, vanish or change yet. */
  readonly before: NormalText | undefined;
  readonly after: NormalText;
  readonly change: Change | undefined;
  /**
   * Raw texts that the selectors found, by condition name. `valuesBefore` is what a percent change
   * compares with: the last snapshot's, or the oldest one inside `within`.
   */
  readonly valuesBefore: Readonly<Record<string, string | null>>;
  readonly valuesAfter: Readonly<Record<string, string | null>>;
}

export interface ConditionResult {
  readonly name: string;
  readonly then: Condition['then'];
  readonly source: string;
  readonly holds: boolean;
  /**
   * Whether the state that the condition is about is true now. For Appears it stays true while the
   * text is there, although the condition held only once; a finding resolves when it ends.
   */
  readonly isTrue: boolean;
  readonly kind: ClaimKind;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  /** The line of the page that shows it, or the number's text; '' where there is nothing to show. */
  readonly evidence: string;
  /** Why it could not be evaluated; then `holds` is false and says nothing. */
  readonly problem: string | null;
}

type Outcome = Omit<ConditionResult, 'name' | 'then' | 'source' | 'subject'>;

const HUNDRED: Decimal = { digits: 100n, scale: 0 };

/** One result for each condition, in order. A condition never throws: it reports its problem. */
export function evaluateConditions(
  conditions: readonly Condition[],
  input: ConditionInput,
): ConditionResult[] {
  return conditions.map((condition) => ({
    name: condition.name,
    then: condition.then,
    source: input.source,
    subject: condition.name,
    ...evaluate(condition, input),
  }));
}

function evaluate(condition: Condition, input: ConditionInput): Outcome {
  const { before, after } = input;
  if (condition.text) return { ...findTextPresence(condition.text, before, after), problem: null };
  if (condition.regex) {
    const found = findPatternPresence(condition.regex, before, after);
    if (typeof found !== 'string') return { ...found, problem: null };
    return failed('value', `The pattern is not valid (${found}); use RE2 syntax.`);
  }
  if (condition.number) return evaluateNumber(condition.name, condition.number, input);
  if (condition.percentChange)
    return evaluatePercent(condition.name, condition.percentChange, input);
  if (condition.size) return evaluateSize(condition.size, input);
  return failed(
    'value',
    'The condition has no rule; give it one of text, regex, number, percentChange, size.',
  );
}

function evaluateNumber(
  name: string,
  rule: NonNullable<Condition['number']>,
  input: ConditionInput,
): Outcome {
  const raw = { before: input.valuesBefore[name] ?? null, after: input.valuesAfter[name] ?? null };
  const wanted = parseDecimal(rule.value);
  if (!wanted) return failed('value', `The value "${rule.value}" is not a decimal number.`, raw);
  const found = readNumber(rule.select, raw.after);
  if (typeof found === 'string') return failed('value', found, raw);
  const holds = compares(compareDecimals(found, wanted), rule.op);
  return {
    kind: 'value',
    ...raw,
    holds,
    isTrue: holds,
    evidence: cutText(raw.after ?? '', MAX_EVIDENCE),
    problem: null,
  };
}

function evaluatePercent(
  name: string,
  rule: NonNullable<Condition['percentChange']>,
  input: ConditionInput,
): Outcome {
  const raw = { before: input.valuesBefore[name] ?? null, after: input.valuesAfter[name] ?? null };
  const wanted = parseDecimal(rule.value);
  if (!wanted) return failed('changed', `The value "${rule.value}" is not a decimal number.`, raw);
  const now = readNumber(rule.select, raw.after);
  if (typeof now === 'string') return failed('changed', now, raw);
  // on the first look there is nothing to compare with, which is no problem of the page
  if (raw.before === null) return quiet('changed', raw);
  const then = readNumber(rule.select, raw.before);
  if (typeof then === 'string') return failed('changed', then, raw);
  if (then.digits === 0n)
    return failed('changed', 'The number was 0 before, so its change has no percentage.', raw);
  const holds = compares(compareRatio(subtract(now, then), then, wanted), rule.op);
  const evidence = cutText(`${raw.before} → ${raw.after ?? ''}`, MAX_EVIDENCE);
  return { kind: 'changed', ...raw, holds, isTrue: holds, evidence, problem: null };
}

function evaluateSize(
  rule: NonNullable<Condition['size']>,
  { before, after }: ConditionInput,
): Outcome {
  const now: Decimal = { digits: BigInt(after.text.length), scale: 0 };
  const then: Decimal = { digits: BigInt(before?.text.length ?? 0), scale: 0 };
  const raw = {
    before: before ? `${then.digits} characters` : null,
    after: `${now.digits} characters`,
  };
  if (!before) return quiet('changed', raw);
  if (then.digits === 0n)
    return failed('changed', 'The text was empty before, so its change has no percentage.', raw);
  const holds = compares(
    compareRatio(subtract(now, then), then, { digits: BigInt(rule.percent), scale: 0 }),
    rule.op,
  );
  return {
    kind: 'changed',
    ...raw,
    holds,
    isTrue: holds,
    evidence: `${raw.before} → ${raw.after}`,
    problem: null,
  };
}

/** Compares difference × 100 / |base| with `percent`, without dividing. */
function compareRatio(difference: Decimal, base: Decimal, percent: Decimal): -1 | 0 | 1 {
  const size = { ...base, digits: base.digits < 0n ? -base.digits : base.digits };
  return compareDecimals(multiply(difference, HUNDRED), multiply(percent, size));
}

function compares(order: -1 | 0 | 1, op: NumberOperator): boolean {
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

/** The number, or the sentence that says why there is none. */
function readNumber(select: string, text: string | null): Decimal | string {
  if (text === null) return `The selector "${cutText(select, 80)}" found nothing.`;
  const parsed = parseNumber(text, select.startsWith('jsonpath:'));
  return parsed?.value ?? `"${cutText(text, 80)}" has no number that can be read.`;
}

interface RawValues {
  readonly before: string | null;
  readonly after: string | null;
}

const nothing: RawValues = { before: null, after: null };

const quiet = (kind: ClaimKind, raw: RawValues): Outcome => ({
  kind,
  ...raw,
  holds: false,
  isTrue: false,
  evidence: '',
  problem: null,
});

const failed = (kind: ClaimKind, problem: string, raw: RawValues = nothing): Outcome => ({
  ...quiet(kind, raw),
  problem,
});
