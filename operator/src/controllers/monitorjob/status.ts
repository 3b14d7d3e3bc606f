/** The status of a MonitorJob and the Events that come with it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { MonitorJobStatus } from '../../../../crds/types/monitorjob.ts';
import type { MonitorState } from '../../../../services/core/contracts/projection.ts';
import { hasNewReason } from '../reasons.ts';
import { claimsOf } from './conditions.ts';
import { firstViolation } from './policies.ts';
import type { JobClaim, JobInput, Plan, ProjectionAnswer, StatusPlan } from './types.ts';
import { isDryRun } from '../../marks.ts';

/** What a person would see happen; shown under the dry-run annotation. */
export function stepsOf(input: JobInput): readonly string[] {
  const violation = firstViolation(input);
  const { job, workspace, pool } = input;
  const steps = [
    `watch ${job.spec.sources.map(({ url }) => url).join(', ')} in the workspace ${workspace}`,
    'message' in pool ? pool.message : `use the pool ${pool.namespace}/${pool.name}`,
    ...(violation ? [`say ${violation.reason}: ${violation.message}`] : []),
    ...(job.spec.suspend ? ['check nothing: spec.suspend is true'] : []),
  ];
  return steps.map((step) => step.slice(0, 256));
}

/**
 * The status after `answer`. What the checks said is kept as long as the scheduler has not been heard:
 * after a restart it is as true as before.
 */
export function planStatus(
  input: JobInput,
  plan: Plan,
  answer: ProjectionAnswer | undefined,
): StatusPlan {
  const { job, state, pool } = input;
  const claims = claimsOf(input, plan, answer);
  return {
    status: {
      observedGeneration: job.metadata.generation ?? 1,
      ...('message' in pool ? {} : { pool: { namespace: pool.namespace, name: pool.name } }),
      ...(state ? resultsOf(state) : resultsIn(job.status)),
      ...(isDryRun(job) ? { plan: [...stepsOf(input)] } : {}),
    },
    claims,
    events: eventsOf(input, claims),
  };
}

type Results = Omit<StatusPlan['status'], 'observedGeneration' | 'pool' | 'plan'>;

/** What an earlier status says of the checks. */
function resultsIn(status: MonitorJobStatus = {}): Results {
  const { conditions: _, observedGeneration: __, pool: ___, plan: ____, ...results } = status;
  return results;
}

function resultsOf(state: MonitorState): Results {
  const { lastCheck } = state;
  return {
    ...(lastCheck
      ? {
          lastCheck: {
            time: lastCheck.time,
            outcome: lastCheck.outcome,
            ...(lastCheck.verdict === null ? {} : { verdict: lastCheck.verdict }),
            ...(lastCheck.relevance === null ? {} : { relevance: lastCheck.relevance }),
            ...(lastCheck.message === null ? {} : { message: lastCheck.message }),
          },
        }
      : {}),
    ...(state.lastChange === null ? {} : { lastChange: state.lastChange }),
    ...(state.nextCheck === null ? {} : { nextCheck: state.nextCheck }),
    consecutiveFailures: state.consecutiveFailures,
    openFindings: state.openFindings,
    ...(state.monthCostUsd === null ? {} : { monthCostUSD: state.monthCostUsd }),
    goalVersion: state.goalVersion,
    ...(state.lastHandledRunRequest === null
      ? {}
      : { lastHandledRunRequest: state.lastHandledRunRequest }),
  };
}

/** A condition that turned bad since the status that the object shows is worth an Event. */
function eventsOf({ job }: JobInput, claims: readonly JobClaim[]): StatusPlan['events'] {
  const before = new Map(job.status?.conditions?.map((condition) => [condition.type, condition]));
  return claims
    .filter(({ type, status }) => type !== 'Ready' && type !== 'Paused' && status === 'False')
    .filter(({ type, reason }) => {
      const old = before.get(type);
      return old?.status !== 'False' || old.reason !== reason;
    })
    .map(({ type, reason, message }) => ({
      type: 'Warning' as const,
      reason,
      action: 'Reconcile',
      note: message === '' ? `${type} is False` : message,
    }));
}

/** The checks give reasons of their own; what is new in those comes with the outcome of a check. */
const OF_CHECKS: ReadonlySet<string> = new Set(['Healthy', 'BudgetOK']);

/** Whether the status says something that somebody waits for, and not only newer figures. */
export const isUrgent = (
  before: MonitorJobStatus | undefined,
  { status: after, claims }: Pick<StatusPlan, 'status' | 'claims'>,
): boolean =>
  hasNewReason(
    before?.conditions,
    claims.filter(({ type }) => !OF_CHECKS.has(type)),
  ) ||
  before?.lastHandledRunRequest !== after.lastHandledRunRequest ||
  before?.lastCheck?.outcome !== after.lastCheck?.outcome ||
  before?.lastChange !== after.lastChange ||
  (before?.openFindings ?? 0) !== (after.openFindings ?? 0) ||
  !isDeepStrictEqual(before?.pool, after.pool) ||
  !isDeepStrictEqual(before?.plan, after.plan);
