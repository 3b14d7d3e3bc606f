/** Runs a Job that the chart has as a template, and tells what came of it. */
import { SetupError } from '../../services/core/errors.ts';
import { formatDuration } from '../../services/domain/duration.ts';
import type { ProdDeps } from './deps.ts';
import { isMissing } from './failures.ts';
import { readWarnings } from './gather.ts';
import type { Condition, ListOf, Pod } from './objects.ts';
import type { Place } from './place.ts';
import { ProgramError } from './programs.ts';
import { podTrouble } from './rollout.ts';
import { kubectl, perform, read, type Step } from './step.ts';

/** CronJobs of the chart. */
export type Template = 'duckmon-backup' | 'duckmon-restore';

/** As much of a Job as is changed and looked at. */
export interface Job {
  readonly kind: 'Job';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args?: readonly string[] }[] };
    };
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The time is over, and the Job goes on. */
export class UnfinishedError extends SetupError {
  override name = 'UnfinishedError';
}

const POLL_MS = 1_000;

/** A name that no other Job has. */
export const jobName = (template: Template, now: Date): string =>
  `${template}-${now.toISOString().replaceAll(/[-:.]/g, '').toLowerCase()}`;

/**
 * The Job of a template, not created yet.
 * @param args of its container, in place of its own
 * @throws SetupError when the chart makes no backups.
 */
export async function jobOf(
  place: Place,
  template: Template,
  name: string,
  args: readonly string[] | undefined,
  deps: ProdDeps,
): Promise<Job> {
  const from = ['create', 'job', name, `--from=cronjob/${template}`, '--dry-run=client', '-o=json'];
  try {
    return withArguments(await read<Job>(kubectl(place, from), deps), args);
  } catch (error) {
    if (!(error instanceof ProgramError) || !isMissing(error)) throw error;
    throw new SetupError(
      `There is no CronJob ${template} in the namespace ${place.namespace}: the release makes no backups. Set backup.enabled=true (npm run prod-up -- --set backup.enabled=true), or back the database up where it is.`,
      { cause: error },
    );
  }
}

/** A Job whose only container is called with other arguments. */
export function withArguments(job: Job, args: readonly string[] | undefined): Job {
  if (args === undefined) return job;
  const { template } = job.spec;
  const containers = template.spec.containers.map((container) => ({ ...container, args }));
  const spec = { ...template.spec, containers };
  return { ...job, spec: { ...job.spec, template: { ...template, spec } } };
}

export const createStep = (place: Place, job: Job): Step =>
  kubectl(place, ['create', '--filename=-', '-o=name'], JSON.stringify(job, undefined, 2));

/**
 * Creates the Job and waits for its end, saying what it waits for.
 * @returns the line of JSON that it printed.
 * @throws SetupError with what it said when it failed.
 * @throws UnfinishedError when the time is over.
 */
export async function runJob(
  place: Place,
  job: Job,
  timeoutMs: number,
  deps: ProdDeps,
): Promise<string> {
  await perform(createStep(place, job), deps);
  const { name } = job.metadata;
  const end = await waitForEnd(place, name, timeoutMs, deps);
  const written = await perform(
    kubectl(place, ['logs', `--selector=job-name=${name}`, '--tail=-1', '--ignore-errors']),
    deps,
  );
  const result = resultIn(written);
  if (end === 'Complete' && result !== undefined) return result;
  throw new SetupError(
    `The Job ${name} failed: ${result ?? (written.trim() || 'it wrote nothing')}. kubectl -n ${place.namespace} describe job ${name}`,
  );
}

/** The last line of JSON that says how it went; lines of the log stand around it. */
export const resultIn = (written: string): string | undefined =>
  written.split('\n').findLast((line) => /^\{"ok":(?:true|false)\b/.test(line.trim()));

async function waitForEnd(
  place: Place,
  name: string,
  timeoutMs: number,
  deps: ProdDeps,
): Promise<'Complete' | 'Failed'> {
  const giveUpAt = deps.clock.monotonic() + timeoutMs;
  let before = '';
  for (;;) {
    const job = await read<Job>(kubectl(place, ['get', 'job', name, '-o=json']), deps);
    const end = endOf(job);
    if (end !== undefined) return end;
    const args = ['get', 'pods', `--selector=job-name=${name}`, '-o=json'];
    const { items } = await read<ListOf<Pod>>(kubectl(place, args), deps);
    const warnings = await readWarnings(place, deps);
    const now = items.flatMap((pod) => podTrouble(pod, warnings) ?? []).join('; ') || 'at work';
    if (now !== before) deps.say(`  ${name}: ${now}`);
    before = now;
    if (deps.clock.monotonic() >= giveUpAt)
      throw new UnfinishedError(
        `The Job ${name} has not ended after ${formatDuration(timeoutMs)} (${now}); it goes on. kubectl -n ${place.namespace} describe job ${name}`,
      );
    await deps.clock.sleep(POLL_MS);
  }
}

/** How a Job ended; undefined while it has not. */
export function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  const holds = (type: string): boolean =>
    status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  if (holds('Complete')) return 'Complete';
  return holds('Failed') ? 'Failed' : undefined;
}
