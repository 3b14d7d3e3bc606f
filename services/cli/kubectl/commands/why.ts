/** `kubectl monitor why`: what stands in the way of a job, and what happened to it lately. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import { MONITOR_JOBS } from '../../../core/kube/kinds.ts';
import { defineResource, type KubeObject } from '../../../core/kube/types.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { print } from '../../io.ts';
import { age, plain } from '../../terminal.ts';
import type { KubectlContext } from '../cluster.ts';

export interface KubeEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

const EVENTS = defineResource<KubeEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
});

const SHOWN = 10;

/** Sentences about what is not as it should be; the last one when all is well. */
export function reasonsOf({ metadata, spec, status }: MonitorJob): string[] {
  const { conditions = [], lastCheck } = status ?? {};
  if (conditions.length === 0)
    return ['The operator has not seen this object yet; is it running, and does it watch here?'];
  const bad = conditions.filter(({ type, status: value }) =>
    type === 'Paused' ? value === 'True' : value === 'False' && type !== 'Ready',
  );
  const lines = bad.map(
    ({ type, reason, message }) => `${type}: ${reason}${message ? `. ${message}` : ''}`,
  );
  if (status?.observedGeneration !== metadata.generation)
    lines.push('The last edit has not been taken up yet.');
  if (lines.length > 0) return lines;
  if (!lastCheck) return ['It is ready and waits for its first check.'];
  const alert = lastCheck.outcome === 'Alerted' ? 'It has told of a change.' : outcomeOf(lastCheck);
  return [
    `Nothing is wrong with it. ${alert}`,
    `It looks again ${spec.schedule.interval ? `every ${spec.schedule.interval}` : `by the cron ${spec.schedule.cron}`}.`,
  ];
}

function outcomeOf({
  outcome,
  message,
}: NonNullable<NonNullable<MonitorJob['status']>['lastCheck']>) {
  const why = message ? ` (${message})` : '';
  return `The last check ended as ${outcome}${why}; the dashboard has its funnel.`;
}

const timeOf = ({ series, eventTime, metadata }: KubeEvent): string =>
  series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? '';

const noteOf = ({ note = '', series }: KubeEvent): string =>
  plain(`${note}${series ? ` (x${series.count})` : ''}`);

/** The newest first. */
export const eventLines = (events: readonly KubeEvent[], now: Date): string[] =>
  events
    .toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))
    .slice(0, SHOWN)
    .map(
      (event) =>
        `  ${age(timeOf(event), now).padEnd(6)}${plain(event.reason ?? '').padEnd(22)} ${noteOf(event)}`,
    );

/** Tells of one job. */
export async function why(context: KubectlContext, name: string): Promise<ExitCode> {
  const { io } = context;
  const { transport, namespace } = await context.cluster();
  const job = await transport.get(MONITOR_JOBS, { namespace, name });
  const { items } = await transport.list(EVENTS, {
    namespace,
    fieldSelector: `regarding.kind=MonitorJob,regarding.name=${name}`,
  });
  const events = eventLines(items, io.now());
  const lines = [
    ...reasonsOf(job).map(plain),
    ...(events.length > 0 ? ['Events:', ...events] : []),
  ];
  for (const line of lines) print(io, line);
  return EXIT.ok;
}
