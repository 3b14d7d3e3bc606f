/** Evaluates a percent change: against the number before, or against those seen within a time. */
import type { Condition } from '../../crds/types/monitorjob.ts';
import { cutText } from './describe.ts';
import { parseDuration } from './duration.ts';
import { parseDecimal, type Decimal } from './number.ts';
import {
  compareChanges,
  compareRatio,
  compares,
  failed,
  quiet,
  readNumber,
  type Outcome,
  type RawValues,
} from './outcome.ts';
import { MAX_EVIDENCE } from './presence.ts';
import { decimalOf, heldWithin, type Series } from './series.ts';

type Rule = NonNullable<Condition['percentChange']>;

export interface PercentInput extends RawValues {
  readonly now: Date | undefined;
  readonly series: Series | undefined;
}

/** A number that is compared with, and how it was written. */
interface Base {
  readonly value: Decimal;
  readonly text: string;
}

const ZERO = 'The number was 0 before, so its change has no percentage.';

/** Whether the number changed by the percentage that the rule asks. */
export function evaluatePercent(rule: Rule, input: PercentInput): Outcome {
  const raw = { before: input.before, after: input.after };
  const wanted = parseDecimal(rule.value);
  if (!wanted) return failed('changed', `The value "${rule.value}" is not a decimal number.`, raw);
  const now = readNumber(rule.select, raw.after);
  if (typeof now === 'string') return failed('changed', now, raw);
  const found =
    rule.within === undefined ? baseBefore(rule, raw) : basesWithin(rule.within, rule, input);
  if (typeof found === 'string') return failed('changed', found, raw);
  // on the first look there is nothing to compare with, which is no problem of the page
  if (found.length === 0) return quiet('changed', raw);
  const bases = found.filter(({ value }) => value.digits !== 0n);
  const base = mostFitting(rule.op, now, wanted, bases);
  if (!base) return failed('changed', ZERO, raw);
  const holds = compares(compareRatio(now, base.value, wanted), rule.op);
  const evidence = cutText(`${base.text} → ${raw.after ?? ''}`, MAX_EVIDENCE);
  const before = base.text;
  return {
    kind: 'changed',
    before,
    after: raw.after,
    holds,
    isTrue: holds,
    evidence,
    problem: null,
  };
}

function baseBefore({ select }: Rule, { before }: RawValues): readonly Base[] | string {
  if (before === null) return [];
  const value = readNumber(select, before);
  return typeof value === 'string' ? value : [{ value, text: before }];
}

/** The numbers that held within the time, oldest first; a sentence when there were none. */
function basesWithin(
  within: string,
  { select }: Rule,
  { now, series }: PercentInput,
): readonly Base[] | string {
  const points =
    now && series?.select === select ? heldWithin(series.points, now, parseDuration(within)) : [];
  const bases = points.flatMap((point) => {
    const value = decimalOf(point);
    return value ? [{ value, text: point.text }] : [];
  });
  return bases.length > 0
    ? bases
    : `No earlier number was seen within ${within}; there is nothing to compare with yet.`;
}

/** The base from which the change goes furthest in the direction that is asked. */
function mostFitting(
  op: Rule['op'],
  now: Decimal,
  wanted: Decimal,
  bases: readonly Base[],
): Base | undefined {
  const furthest = (sign: -1 | 1): Base | undefined =>
    bases.reduce<Base | undefined>(
      (best, base) => (best && compareChanges(now, base.value, best.value) !== sign ? best : base),
      undefined,
    );
  switch (op) {
    case 'Lt':
    case 'Le':
      return furthest(-1);
    case 'Ge':
    case 'Gt':
      return furthest(1);
    case 'Eq':
    case 'Ne':
      return bases.find(({ value }) => compares(compareRatio(now, value, wanted), op)) ?? bases[0];
    default:
      return op satisfies never;
  }
}
