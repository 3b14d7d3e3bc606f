/** `kubectl monitor status`: all jobs of a namespace in a table, or one in detail. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import { MONITOR_JOBS } from '../../../core/kube/kinds.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { print, type CliIo } from '../../io.ts';
import { monitorKind } from '../../kinds.ts';
import { printList, type Format } from '../../output.ts';
import { age, plain } from '../../terminal.ts';
import type { KubectlContext } from '../cluster.ts';

const PAGE = 500;

/** Everything of one namespace, page by page. */
export async function listJobs(context: KubectlContext): Promise<MonitorJob[]> {
  const { transport, namespace } = await context.cluster();
  const jobs: MonitorJob[] = [];
  let next: string | undefined;
  do {
    const page = await transport.list(MONITOR_JOBS, { namespace, limit: PAGE, continue: next });
    jobs.push(...page.items);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return jobs;
}

/** Lines that tell a person all of one job. */
export function describeJob(job: MonitorJob, now: Date): string[] {
  const { metadata, spec, status = {} } = job;
  const facts: [string, string | undefined][] = [
    ['Name', `${metadata.namespace}/${metadata.name}`],
    ['Pages', spec.sources.map(({ url }) => url).join(', ')],
    ['Schedule', spec.schedule.interval ?? spec.schedule.cron],
    ['Pool', status.pool && `${status.pool.namespace}/${status.pool.name}`],
    [
      'Last check',
      status.lastCheck &&
        `${age(status.lastCheck.time, now)} ago: ${status.lastCheck.outcome}${status.lastCheck.message ? ` (${status.lastCheck.message})` : ''}`,
    ],
    ['Last change', status.lastChange && `${age(status.lastChange, now)} ago`],
    ['Next check', status.nextCheck],
    ['Open findings', String(status.openFindings ?? 0)],
    ['Cost this month', status.monthCostUSD === undefined ? 'unknown' : `$${status.monthCostUSD}`],
  ];
  const lines = facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${`${name}:`.padEnd(17)}${plain(value ?? '')}`);
  const conditions = (status.conditions ?? []).map(
    ({ type, status: value, reason, message }) =>
      `  ${type.padEnd(15)}${value.padEnd(9)}${plain(`${reason}${message ? `: ${message}` : ''}`)}`,
  );
  return [...lines, 'Conditions:', ...conditions];
}

const say = (io: CliIo, lines: readonly string[]): void => {
  for (const line of lines) print(io, line);
};

/** One job in detail when it is named, else all in a table. */
export async function status(
  context: KubectlContext,
  name: string | undefined,
  format: Format,
): Promise<ExitCode> {
  const { io } = context;
  if (name !== undefined && format === 'table') {
    const { transport, namespace } = await context.cluster();
    say(io, describeJob(await transport.get(MONITOR_JOBS, { namespace, name }), io.now()));
    return EXIT.ok;
  }
  const jobs = await listJobs(context);
  const { namespace } = await context.cluster();
  const shown = name === undefined ? jobs : jobs.filter((job) => job.metadata.name === name);
  printList(io, shown, format, monitorKind.view, `No MonitorJobs in the namespace ${namespace}.`);
  return EXIT.ok;
}
