/** The conditions of a monitor that its checks decide: Scheduled, Healthy, BudgetOK. */
import type { StatusCondition } from '../../../crds/types/monitorjob.ts';
import type { ScheduleProblem } from '../../domain/schedule.ts';
import type { Claim } from '../../store/claim.ts';
import type { Stop } from './funnel.ts';
import type { Judged } from './judge.ts';

export interface ConditionFacts {
  readonly problem: ScheduleProblem | undefined;
  /** The stop of the worst source when one failed; where one fails that was not looked at, all stays. */
  readonly failed: Stop | 'elsewhere' | undefined;
  /** Why it failed, where that is not the page's doing. */
  readonly why?: string | undefined;
  /** Undefined when nothing was judged: then the old condition stays. */
  readonly budget: Judged['budget'] | undefined;
}

type Fact = Pick<StatusCondition, 'type' | 'status' | 'reason'> & { message?: string | undefined };

/** The conditions after a check; a transition time moves only with the status. */
export function conditionsAfter(
  claim: Pick<Claim, 'conditions' | 'generation'>,
  now: Date,
  facts: ConditionFacts,
): StatusCondition[] {
  const wanted: Fact[] = [
    facts.problem
      ? {
          type: 'Scheduled',
          status: 'False',
          reason: 'ScheduleInvalid',
          message: facts.problem.message,
        }
      : { type: 'Scheduled', status: 'True', reason: 'Scheduled' },
    ...healthFact(facts),
    ...budgetFact(facts.budget),
  ];
  const types = new Set(wanted.map((fact) => fact.type));
  const kept = claim.conditions.filter(
    (condition) => !types.has(condition.type) && !isPutOff(condition),
  );
  return [...kept, ...wanted.map((fact) => toCondition(claim, fact, now))];
}

const PUT_OFF = 'HourlyQuota';

/** Whether it says that a check waits for another hour; the next check ends that. */
export const isPutOff = ({ type, reason }: Pick<StatusCondition, 'type' | 'reason'>): boolean =>
  type === 'BudgetOK' && reason === PUT_OFF;

/** The conditions while a check waits, because its workspace has begun all that it may in this hour. */
export function conditionsPutOff(
  claim: Pick<Claim, 'conditions' | 'generation'>,
  now: Date,
  message: string,
): StatusCondition[] {
  const fact: Fact = { type: 'BudgetOK', status: 'False', reason: PUT_OFF, message };
  return [
    ...claim.conditions.filter(({ type }) => type !== fact.type),
    toCondition(claim, fact, now),
  ];
}

function healthFact({ failed, why }: ConditionFacts): Fact[] {
  if (failed === 'elsewhere') return [];
  if (!failed) return [{ type: 'Healthy', status: 'True', reason: 'CheckSucceeded' }];
  const reason = pascal(failed.reason ?? failed.outcome);
  return [{ type: 'Healthy', status: 'False', reason, message: why }];
}

function budgetFact(budget: ConditionFacts['budget']): Fact[] {
  switch (budget) {
    case undefined:
      return [];
    case 'ok':
      return [{ type: 'BudgetOK', status: 'True', reason: 'WithinBudget' }];
    case 'exceeded':
      return [
        {
          type: 'BudgetOK',
          status: 'False',
          reason: 'ConditionsOnly',
          message: 'The budget of this month is used up; only conditions are checked.',
        },
      ];
    case 'pause':
      return [
        {
          type: 'BudgetOK',
          status: 'False',
          reason: 'Paused',
          message: 'The budget of this month is used up; checks go on next month.',
        },
      ];
    default:
      return budget satisfies never;
  }
}

function toCondition(
  claim: Pick<Claim, 'conditions' | 'generation'>,
  fact: Fact,
  now: Date,
): StatusCondition {
  const before = claim.conditions.find((condition) => condition.type === fact.type);
  const { message, ...rest } = fact;
  return {
    ...rest,
    ...(message === undefined ? {} : { message }),
    lastTransitionTime:
      before?.status === fact.status ? before.lastTransitionTime : now.toISOString(),
    observedGeneration: claim.generation,
  };
}

const pascal = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
