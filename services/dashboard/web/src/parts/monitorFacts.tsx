/** What a monitor watches, how often, and what stands in its way. */
import type { MonitorJob } from '../objects.ts';
import { Time } from './time.tsx';

export function Facts({ job }: { readonly job: MonitorJob }) {
  const { schedule, sources, goal } = job.spec;
  return (
    <dl className="facts">
      <dt>What matters</dt>
      <dd>{goal.prompt ?? 'conditions only'}</dd>
      <dt>{sources.length === 1 ? 'Page' : 'Pages'}</dt>
      <dd>
        {sources.map((source) => (
          <div key={source.name} className="wrap">
            {sources.length > 1 && `${source.name}: `}
            {source.url}
          </div>
        ))}
      </dd>
      <dt>Schedule</dt>
      <dd>
        {schedule.interval
          ? `every ${schedule.interval}`
          : `${schedule.cron} (${schedule.timeZone})`}
      </dd>
      <dt>Next check</dt>
      <dd>
        <Time at={job.status?.nextCheck} />
      </dd>
      <dt>Last change</dt>
      <dd>
        <Time at={job.status?.lastChange} />
      </dd>
    </dl>
  );
}

export function Problems({ job }: { readonly job: MonitorJob }) {
  const problems = (job.status?.conditions ?? []).filter(
    ({ status, message }) => status === 'False' && message,
  );
  return problems.map((problem) => (
    <p key={problem.type} role="alert" className="alert">
      {problem.message}
    </p>
  ));
}
