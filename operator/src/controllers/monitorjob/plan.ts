/** What the scheduler is told of one MonitorJob. Pure. */
import type { MonitorJob, MonitorJobSpec } from '../../../../crds/types/monitorjob.ts';
import { isDisabled, isDryRun } from '../../marks.ts';
import { ANNOTATIONS } from '../../names.ts';
import { ownLabels } from '../../workspaces.ts';
import { firstViolation } from './policies.ts';
import type { JobInput, Plan, Projection, Violation } from './types.ts';

const annotation = ({ metadata }: MonitorJob, name: string): string | undefined =>
  metadata.annotations?.[name];

/** The wish for a run; cut to what the status can answer. */
const runRequestOf = (job: MonitorJob): string | null =>
  annotation(job, ANNOTATIONS.runRequestedAt)?.slice(0, 64) || null;

/** The spec as it takes effect: with its prompt, and suspended while a policy holds it. */
function effectiveSpec(
  { job, prompt }: JobInput,
  violation: Violation | undefined,
): MonitorJobSpec {
  const { spec } = job;
  const suspend = spec.suspend || violation?.effect === 'hold';
  if (!spec.goal.promptFrom || prompt === undefined) return { ...spec, suspend };
  const { promptFrom: _from, ...goal } = spec.goal;
  return { ...spec, suspend, goal: { ...goal, prompt: prompt.trim() } };
}

/** Annotations that mean something to the operator or to kubectl are no business of the scheduler. */
const passedOn = (all: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).filter(
      ([name]) => name !== ANNOTATIONS.runRequestedAt && !name.startsWith('kubectl.kubernetes.io/'),
    ),
  );

function projectionOf(input: JobInput, violation: Violation | undefined): Projection {
  const { job, isPersonal } = input;
  const { metadata } = job;
  return {
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 1,
    spec: effectiveSpec(input, violation) as unknown as Record<string, unknown>,
    labels: ownLabels(job, isPersonal),
    annotations: passedOn(metadata.annotations),
    runRequest: runRequestOf(job),
    workers: input.workers,
  };
}

/** What to send, and what is wrong with the job by what the cluster knows. */
export function planJob(input: JobInput): Plan {
  const violation = firstViolation(input);
  if (isDisabled(input.job) || isDryRun(input.job) || violation?.effect === 'keep')
    return { step: { kind: 'leave' }, violation };
  return { step: { kind: 'project', projection: projectionOf(input, violation) }, violation };
}
