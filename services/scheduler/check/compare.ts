/** Compares a changed page with the one before: conditions, difference, noise, flapping. */
import type { Condition, MonitorJobSpec, Source } from '../../../crds/types/monitorjob.ts';
import { evaluateConditions, type ConditionResult } from '../../domain/condition.ts';
import { requirementsOf } from '../../domain/decision.ts';
import { diffTexts } from '../../domain/diff.ts';
import { isFlapping } from '../../domain/flapping.ts';
import { looksLikeInstruction } from '../../domain/instruction.ts';
import { noiseOf } from '../../domain/noise.ts';
import { normalise } from '../../domain/normalise.ts';
import type { Change, NormalText, SuppressReason } from '../../domain/types.ts';
import type { Baseline } from '../../store/sourceState.ts';
import type { Stage } from './funnel.ts';
import type { Memory } from './look.ts';

/** A changed source with all that judging and telling need. */
export interface Compared {
  readonly source: string;
  readonly title: string;
  readonly finalUrl: string;
  readonly before: NormalText;
  readonly after: NormalText;
  readonly change: Change;
  readonly conditions: readonly ConditionResult[];
  readonly instructionInPage: boolean;
  /** Set when the change needs no judge; conditions that fired are told all the same. */
  readonly stop: { readonly stage: Stage; readonly reason: SuppressReason } | undefined;
}

export interface CompareInput {
  readonly spec: Pick<MonitorJobSpec, 'conditions' | 'goal'>;
  readonly source: Source;
  readonly memory: Memory;
  readonly title: string;
  readonly finalUrl: string;
  readonly after: NormalText;
  /** The text that it is compared with, as it was extracted; '' when there was none. */
  readonly beforeText: string;
  readonly before: Baseline | undefined;
  readonly values: Readonly<Record<string, string | null>>;
  readonly now: Date;
}

/** The baseline that the job compares with; the last one seen where the wanted one is not there yet. */
export function baselineFor(goal: MonitorJobSpec['goal'], memory: Memory): Baseline | undefined {
  const byRole = (role: Baseline['role']): Baseline | undefined =>
    memory.baselines.find((baseline) => baseline.role === role);
  const lastSeen = byRole('LastSeen');
  const wanted = byRole(goal.compareWith);
  return wanted && wanted.extractor === lastSeen?.extractor ? wanted : lastSeen;
}

/** Runs the gates that need no model, in the order of the line. */
export function compare(input: CompareInput): Compared {
  const { source, spec, after } = input;
  const before = normalise(input.beforeText, { ignore: source.ignore?.text ?? [] });
  const change = diffTexts(before, after);
  const conditions = evaluateConditions(conditionsOf(spec), {
    source: source.name,
    before: input.before ? before : undefined,
    after,
    change,
    valuesBefore: input.before?.extracted ?? {},
    valuesAfter: input.values,
    past: { now: input.now, series: input.memory.state?.series ?? {} },
  });
  return {
    source: source.name,
    title: input.title,
    finalUrl: input.finalUrl,
    before,
    after,
    change,
    conditions,
    instructionInPage: talksToModels(after, change),
    stop: stopOf(input, change, conditions),
  };
}

const conditionsOf = (spec: CompareInput['spec']): readonly Condition[] => spec.conditions ?? [];

/** The whole page that is, and whatever of the page that was is shown to the judge. */
const talksToModels = (after: NormalText, change: Change): boolean =>
  looksLikeInstruction(after.text) ||
  looksLikeInstruction(change.hunks.map((hunk) => hunk.before).join('\n'));

function stopOf(
  input: CompareInput,
  change: Change,
  conditions: readonly ConditionResult[],
): Compared['stop'] {
  if (requirementsOf(conditions) === 'unmet')
    return { stage: 'conditions', reason: 'requirementNotMet' };
  const noise = noiseOf(change);
  if (noise) return { stage: 'diffed', reason: noise };
  const oldestFirst = (input.memory.state?.recentHashes ?? []).toReversed();
  return input.before && isFlapping(oldestFirst, input.after.hash)
    ? { stage: 'diffed', reason: 'flapping' }
    : undefined;
}
