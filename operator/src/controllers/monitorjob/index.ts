/** Reconciles MonitorJobs: tells the scheduler what to watch, and the user what came of it. */
import type { MonitorJob, MonitorJobStatus } from '../../../../crds/types/monitorjob.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { mergeConditions, type Condition } from '../../kube/conditions.ts';
import type { Reconcile, ReconcileResult } from '../../kube/controller.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { StatusWriter } from '../../kube/status.ts';
import type { Store } from '../../kube/store.ts';
import { keyOf } from '../../kube/keys.ts';
import { MONITOR_JOBS } from '../../resources.ts';
import type { Projector } from '../../scheduler/projector.ts';
import { observe, type Observed } from './observe.ts';
import { planJob } from './plan.ts';
import { isUrgent, planStatus } from './status.ts';
import type { JobInput, Plan, ProjectionAnswer } from './types.ts';
import { isGoing } from '../../marks.ts';

export interface JobDeps extends Observed {
  readonly jobs: Pick<Store<MonitorJob>, 'get'>;
  readonly projector: Projector<'monitors'>;
  readonly status: StatusWriter;
  readonly events: EventRecorder;
  readonly clock: Pick<Clock, 'now'>;
}

/** A ConfigMap of a tenant is not watched: its prompt is read again so often. */
const PROMPT_MS = 60_000;
/** A scheduler that can be reached is tried again after so long. */
const RETRY_MS = 5_000;

async function act(
  input: JobInput,
  plan: Plan,
  deps: JobDeps,
  signal: AbortSignal,
): Promise<ProjectionAnswer | undefined> {
  if (plan.step.kind === 'leave') return undefined;
  const at = deps.workspaces(input.job);
  return deps.projector.project(keyOf(input.job), at, plan.step.projection, signal);
}

async function report(
  input: JobInput,
  plan: Plan,
  answer: ProjectionAnswer | undefined,
  deps: JobDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { job } = input;
  const planned = planStatus(input, plan, answer);
  const { status, claims, events } = planned;
  const conditions = mergeConditions((job.status?.conditions ?? []) as Condition[], claims, {
    generation: job.metadata.generation ?? 1,
    now: deps.clock.now(),
  });
  const whole: MonitorJobStatus & { conditions: readonly Condition[] } = {
    ...status,
    conditions: [...conditions],
  };
  const written = await deps.status.write(MONITOR_JOBS, job, whole, {
    signal,
    urgent: isUrgent(job.status, planned),
  });
  for (const text of events) deps.events.record(MONITOR_JOBS, job, text);
  return written.kind === 'deferred' ? written.afterMs : undefined;
}

function requeueAfter(
  input: JobInput,
  answer: ProjectionAnswer | undefined,
  deferredMs: number | undefined,
): ReconcileResult {
  const waits = [
    deferredMs,
    input.job.spec.goal.promptFrom ? PROMPT_MS : undefined,
    answer?.kind === 'failed' && !answer.waits ? RETRY_MS : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
}

/** One pass over one MonitorJob; the same state leads to no request at all. */
export function reconcileJob(deps: JobDeps): Reconcile {
  return async ({ key, signal }) => {
    const job = deps.jobs.get(key);
    if (!job || isGoing(job)) {
      await deps.projector.retire(key, signal);
      return {};
    }
    const input = await observe(job, deps, signal);
    const plan = planJob(input);
    const answer = await act(input, plan, deps, signal);
    const deferredMs = await report(input, plan, answer, deps, signal);
    return requeueAfter(input, answer, deferredMs);
  };
}
