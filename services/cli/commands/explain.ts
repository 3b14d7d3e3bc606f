/** `explain`: how far the last checks came, and why there was no alert. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type CliIo, print } from '../io.ts';
import { findingKind, monitorKind } from '../kinds.ts';
import type { Finding, Funnel } from '../model.ts';
import { type Format, printValue } from '../output.ts';
import { age, plain, table, wrap } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';
import { lastValues, valueLines } from './values.ts';

/** What a reason means and what to do about it. Reasons that speak for themselves are not here. */
const HINTS: Readonly<Record<string, string>> = {
  sameText: 'the page was the same as before',
  notModified: 'the server said that the page was the same as before',
  noise: 'only masked or ignored text changed',
  moved: 'text only changed its place',
  flapping: 'the page goes back and forth between two texts',
  requirementNotMet: 'a condition with `then: Require` did not hold',
  noMatch: 'the change was judged not to be what the goal asks for',
  belowThreshold: 'it was relevant, but less than goal.threshold',
  undeterminedHeld: 'it could not be judged, and goal.onUndetermined is Hold',
  undeterminedRetry: 'it could not be judged yet and is judged again by itself',
  awaitingConfirmation: 'the page is fetched again before it is told (goal.confirm)',
  notConfirmed: 'the page did not show the same again (goal.confirm)',
  knownFinding: 'the same fact was told before',
  cooldown: 'an alert about the same thing was sent within alerting.cooldown',
  hourlyLimit: 'alerting.maxPerHour was reached; it comes with the digest of the hour',
  baseline: 'it was the first check, which only remembers the page',
  deadline: 'it could not start within schedule.startingDeadline',
  outsideWindow: 'schedule.windows did not allow it at that time',
  overlap: 'the check before it was still running',
};

const hint = (reason: string): string => HINTS[reason] ?? reason;

function stateLines(job: MonitorJob, now: Date): string[] {
  const { status, spec } = job;
  const failed = status?.conditions?.filter(
    ({ type, status: value }) => value === 'False' && type !== 'Paused',
  );
  return [
    spec.suspend
      ? `It is paused: no checks are made. Go on with: duckmon resume ${job.metadata.name}`
      : `Next check ${age(status?.nextCheck, now)}.`,
    ...(failed ?? []).map(({ type, reason, message }) => `${type} is False: ${message ?? reason}`),
  ];
}

function funnelLines(funnel: Funnel, width: number | undefined): string[] {
  const rows = funnel.stages.map(({ stage, reached, stopped }) => [
    stage,
    String(reached),
    stopped.map(({ reason, count }) => `${reason} ${count}`).join(', '),
  ]);
  return table(['STAGE', 'REACHED', 'STOPPED HERE'], rows, width);
}

/** Why the last check alerted nobody, in one sentence. */
export function whySilent(funnel: Funnel, now: Date): string {
  const [last] = funnel.last;
  if (!last) return 'It was not checked yet.';
  const when = `${age(last.at, now)} ago`;
  if (last.outcome === 'Alerted') return `The last check (${when}) alerted.`;
  const reason = last.reason === null ? '' : `: ${hint(last.reason)}`;
  const message = last.message === null ? '' : ` (${last.message})`;
  return `The last check (${when}) did not alert. It ended as ${last.outcome} at ${last.stage}${reason}${message}.`;
}

function openLine(open: readonly Finding[]): string[] {
  if (open.length === 0) return [];
  const [first] = open;
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return [`Open finding: ${first?.title ?? ''} (${first?.id ?? ''})${more}.`];
}

function printFunnel(io: CliIo, funnel: Funnel): void {
  if (funnel.checks === 0) return;
  print(io, `The last ${funnel.checks} checks:`);
  for (const line of funnelLines(funnel, io.columns)) print(io, line);
}

/** Shows the funnel of a monitor's last checks and says why there was no alert. */
export async function explain(
  { io, client }: Context,
  name: string,
  output: Format,
): Promise<ExitCode> {
  const path = itemPath(monitorKind.path, name);
  const funnel = await client().get<Funnel>(`${path}/funnel`);
  if (output === 'json' || output === 'yaml') {
    printValue(io, funnel, output);
    return EXIT.ok;
  }
  const job = await client().get<MonitorJob>(path);
  const query = { monitor: name, state: 'open' };
  const open = await client().list<Finding>(findingKind.path, query, 100);
  const now = io.now();
  print(io, plain(name));
  printFunnel(io, funnel);
  const last = job.spec.values?.length ? await lastValues(client(), name) : [];
  const lines = [
    whySilent(funnel, now),
    ...openLine(open),
    ...stateLines(job, now),
    ...valueLines(last, now),
  ];
  for (const text of lines) for (const line of wrap(text, '', io.columns)) print(io, line);
  return EXIT.ok;
}
