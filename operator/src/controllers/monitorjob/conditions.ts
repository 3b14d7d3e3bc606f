/** The conditions of a MonitorJob: what the cluster, the scheduler and the checks say of it. Pure. */
import { OWN_BROWSER_NOTE } from '../../../../services/domain/isolation.ts';
import type { ConditionStatus } from '../../kube/conditions.ts';
import { isDisabled, isDryRun } from '../../marks.ts';
import { ANNOTATIONS, type Reason } from '../../names.ts';
import { levelOf, type Level, type PoolRef } from '../../pools/binding.ts';
import type { JobClaim, JobConditionType, JobInput, Plan, ProjectionAnswer } from './types.ts';

interface Said<R> {
  readonly status: ConditionStatus;
  readonly reason: R;
  readonly message: string;
}
type Of<T extends JobConditionType> = Said<Reason<'MonitorJob', T>>;
const yes = <R extends string>(reason: R, message = ''): Said<R> => ({
  status: 'True',
  reason,
  message,
});
const no = <R extends string>(reason: R, message: string): Said<R> => ({
  status: 'False',
  reason,
  message,
});

function accepted(plan: Plan, answer: ProjectionAnswer | undefined): Of<'Accepted'> {
  if (plan.violation) return no(plan.violation.reason, plan.violation.message);
  if (answer?.kind === 'failed' && answer.conflict) return no('NameConflict', answer.message);
  if (answer?.kind === 'answered' && answer.result.outcome === 'refused') {
    const [first, ...more] = answer.result.problems;
    const rest = more.length > 0 ? ` (and ${more.length} more)` : '';
    return no('Invalid', `${first?.path ?? 'spec'}: ${first?.message ?? 'is refused'}${rest}`);
  }
  return yes('Accepted');
}

function scheduled(
  input: JobInput,
  plan: Plan,
  answer: ProjectionAnswer | undefined,
  isAccepted: boolean,
): Of<'Scheduled'> {
  const { job } = input;
  if (isDisabled(job))
    return no(
      'ReconcileDisabled',
      `The annotation ${ANNOTATIONS.reconcile}: disabled keeps the operator away.`,
    );
  if (isDryRun(job))
    return no('DryRun', `The annotation ${ANNOTATIONS.dryRun}: "true" only shows the plan.`);
  if (!isAccepted && plan.violation?.effect !== 'tell')
    return no('NotAccepted', 'See the condition Accepted.');
  if (answer?.kind !== 'answered')
    return no('SchedulerUnreachable', answer?.message ?? 'The scheduler was not told yet.');
  return bound(input);
}

const withoutPods = (level: Level, { namespace, name }: PoolRef): string =>
  `The WorkerPool ${name} in the namespace ${namespace} ${level === 'Ephemeral' ? 'cannot make pods' : 'has no ready pod'}, so that checks wait; kubectl -n ${namespace} describe workerpool ${name} says why.`;

function bound({ pool, job, frozen, state }: JobInput): Of<'Scheduled'> {
  if (job.spec.suspend) return yes('Suspended', 'spec.suspend is true: nothing is checked.');
  if (frozen)
    return yes('Frozen', 'The platform is frozen: nothing is checked until it is lifted.');
  const told = state?.conditions.find(({ type }) => type === 'Scheduled');
  if (told?.status === 'False' && state?.generation === job.metadata.generation)
    return no('ScheduleInvalid', told.message);
  switch (pool.kind) {
    case 'live':
      return yes('Scheduled');
    case 'local':
      return yes('Scheduled', levelOf(job) === 'Shared' ? '' : OWN_BROWSER_NOTE);
    case 'noCapacity':
      return no('NoCapacity', withoutPods(levelOf(job), pool));
    case 'none':
    case 'unfit':
      return no('PoolNotFound', pool.message);
    default:
      return pool satisfies never;
  }
}

function ready(accepted: Of<'Accepted'>, scheduled: Of<'Scheduled'>): Of<'Ready'> {
  if (accepted.status !== 'True') return no('NotAccepted', accepted.message);
  return scheduled.status === 'True' ? yes('Ready') : no('NotScheduled', scheduled.message);
}

function paused({ job }: JobInput): Of<'Paused'> {
  if (isDisabled(job)) return yes('ReconcileDisabled');
  return job.spec.suspend ? yes('Suspended') : no('NotPaused', '');
}

/** What the checks say of themselves; as before until the scheduler is heard, unknown until the first one. */
function fromChecks({ job, state }: JobInput, type: 'Healthy' | 'BudgetOK'): JobClaim {
  const before = job.status?.conditions?.find((condition) => condition.type === type);
  if (!state && before) {
    const { status, reason, message } = before;
    return { type, status, reason, message: message ?? '' };
  }
  const told = state?.conditions.find((condition) => condition.type === type);
  if (told) {
    const { status, reason } = told;
    // the check itself says best what was wrong with it
    const why = type === 'Healthy' && status === 'False' ? state?.lastCheck?.message : undefined;
    return { type, status, reason, message: told.message || (why ?? '') };
  }
  if (state?.lastCheck && type === 'BudgetOK')
    return { type, status: 'True', reason: 'WithinBudget', message: '' };
  if (state?.lastCheck && state.consecutiveFailures === 0)
    return { type, status: 'True', reason: 'CheckSucceeded', message: '' };
  return { type, status: 'Unknown', reason: 'NoCheckYet', message: '' };
}

/** All conditions, in the order in which they are shown. */
export function claimsOf(
  input: JobInput,
  plan: Plan,
  answer: ProjectionAnswer | undefined,
): readonly JobClaim[] {
  const isAccepted = accepted(plan, answer);
  const isScheduled = scheduled(input, plan, answer, isAccepted.status === 'True');
  return [
    { type: 'Accepted', ...isAccepted },
    { type: 'Scheduled', ...isScheduled },
    { type: 'Ready', ...ready(isAccepted, isScheduled) },
    fromChecks(input, 'Healthy'),
    fromChecks(input, 'BudgetOK'),
    { type: 'Paused', ...paused(input) },
  ];
}
