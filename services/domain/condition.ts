/** Evaluates the conditions of a job: rules that code decides, without a model (design 4.3). */
import type { Condition } from '../../crds/types/monitorjob.ts';
import { cutText } from './describe.ts';
import { compareDecimals, parseDecimal, type Decimal } from './number.ts';
import { compareRatio, compares, failed, quiet, readNumber, type Outcome } from './outcome.ts';
import { evaluatePercent } from './percent.ts';
import { findPatternPresence, findTextPresence, MAX_EVIDENCE } from './presence.ts';
import type { Series } from './series.ts';
import type { Change, NormalText } from './types.ts';

export interface ConditionInput {
  readonly source: string;
  /** Undefined on the first look at a page: nothing can appear, vanish or change yet. */
  readonly before: NormalText | undefined;
  readonly after: NormalText;
  readonly change: Change | undefined;
  /** Raw texts that the selectors found, by condition name. */
  readonly valuesBefore: Readonly<Record<string, string | null>>;
  readonly valuesAfter: Readonly<Record<string, string | null>>;
  /** Numbers of earlier checks, for percent changes within a time. */
  readonly past?: Past | undefined;
}

/** What was seen before a check. */
export interface Past {
  readonly now: Date;
  /** By condition name. */
  readonly series: Readonly<Record<string, Series>>;
}

export interface ConditionResult extends Outcome {
  readonly name: string;
  readonly then: Condition['then'];
  readonly source: string;
  readonly subject: string;
}

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
    return evaluatePercent(condition.percentChange, {
      before: input.valuesBefore[condition.name] ?? null,
      after: input.valuesAfter[condition.name] ?? null,
      now: input.past?.now,
      series: input.past?.series[condition.name],
    });
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
    compareRatio(now, then, { digits: BigInt(rule.percent), scale: 0 }),
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
